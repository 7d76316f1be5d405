import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../clock/random.ts'
import { ClearReason, EventRecord, Flag, Kind, Records } from '../market/event-record.ts'
import { MergeFeeds } from './merge-feeds.ts'

type Book = Map<number, number>
const records = new Records(64)
const record = new EventRecord(records)

/** A venue whose whole past is known: update n sets one or two prices. */
interface Update {
  readonly id: number
  readonly levels: readonly (readonly [number, number])[]
}

function apply(book: Book, [price, lots]: readonly [number, number]): void {
  if (lots === 0) book.delete(price)
  else book.set(price, lots)
}

function bookAt(updates: readonly Update[], id: number): Book {
  const book: Book = new Map()
  for (const update of updates.slice(0, id)) for (const level of update.levels) apply(book, level)
  return book
}

const sorted = (book: Book) => [...book].sort(([a], [b]) => a - b)

class Stage {
  readonly book: Book = new Map()
  readonly trades: number[] = []
  readonly merge = new MergeFeeds({ append: (lent, from, to) => this.#append(lent, from, to) }, 1, 1000, records)
  clears = 0

  levels(source: 0 | 1, id: number, levels: Update['levels'], flags = 0): void {
    for (const [slot, [price, lots]] of levels.entries()) {
      const last = slot === levels.length - 1 ? Flag.last : 0
      record
        .wrap(records)
        .at(slot)
        .write(Kind.level, flags | last, source, 0, 0, id)
        .lanes(price, lots, id, 0)
    }
    this.merge.take(source, records, 0, levels.length)
  }
  clear(source: 0 | 1, id: number, reason: number, flags = 0): void {
    record.wrap(records).at(0).write(Kind.clear, flags, source, 0, 0, id).lanes(id, reason, 0, 0)
    this.merge.take(source, records, 0, 1)
  }
  snapshot(source: 0 | 1, id: number, book: Book): void {
    this.clear(source, id, ClearReason.snapshot, book.size === 0 ? Flag.last : 0)
    if (book.size > 0) this.levels(source, id, [...book], Flag.snapshot)
  }
  trade(source: 0 | 1, id: number): void {
    record.wrap(records).at(0).write(Kind.trade, Flag.last, source, 0, 0, id).lanes(1, 1, id, id)
    this.merge.take(source, records, 0, 1)
  }

  #append(lent: Records, from: number, to: number): void {
    const each = new EventRecord(lent)
    for (let slot = from; slot < to; slot++) {
      each.at(slot)
      if (each.kind === Kind.trade) this.trades.push(each.lane2)
      else if (each.kind === Kind.level) apply(this.book, [each.price, each.quantity])
      else if (each.kind === Kind.clear) {
        this.clears++
        this.book.clear()
      }
    }
  }
}

test('S0-MDS-4 the merged book is the venue at its id, under loss, delay and silence of both lines', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed)
    const pick = (below: number) => random.below(below)
    const updates = Array.from({ length: 120 }, (_, at): Update => {
      const first = pick(12)
      return {
        id: at + 1,
        levels: [
          [first, pick(4)],
          [first + 12, pick(4)],
        ],
      }
    })
    const stage = new Stage()
    const [at, live] = [
      [0, 0],
      [false, false],
    ]
    for (let turn = 0; turn < 600; turn++) {
      const source = pick(2) as 0 | 1
      const venueAt = Math.min(120, 1 + Math.floor(turn / 4))
      if (live[source] && pick(25) === 0) {
        live[source] = false
        stage.clear(source, at[source]!, ClearReason.gap, Flag.last)
      } else if (!live[source]) {
        if (pick(6) > 0) continue
        // A snapshot may be late.
        at[source] = Math.max(1, venueAt - pick(5))
        live[source] = true
        stage.snapshot(source, at[source]!, bookAt(updates, at[source]!))
      } else {
        for (let left = pick(6); left > 0 && at[source]! < venueAt; left--) {
          const { id, levels } = updates[at[source]!++]!
          stage.levels(source, id, levels)
        }
      }
      equal(stage.merge.isLive(0), live[0] || live[1], `live, seed ${seed} turn ${turn}`)
      const id = stage.merge.bookId(0)
      if (live[0] || live[1]) equal(id >= Math.max(...[0, 1].map(each => (live[each] ? at[each]! : 0))), true)
      deepEqual(sorted(stage.book), sorted(bookAt(updates, Math.max(0, id))), `book, seed ${seed} turn ${turn}`)
    }
  }
})

test('S0-MDS-4 one line cut: no clear, no gap', () => {
  const stage = new Stage()
  for (const source of [0, 1] as const) stage.snapshot(source, 10, new Map([[1, 1]]))
  stage.levels(0, 11, [[2, 2]])
  stage.clear(0, 11, ClearReason.disconnected, Flag.last)
  stage.levels(1, 11, [[2, 2]])
  stage.levels(1, 12, [[1, 0]])
  deepEqual([sorted(stage.book), stage.clears, stage.merge.bookId(0)], [[[2, 2]], 1, 12])
})

test('S0-MDS-4 each trade goes through once, in whatever order the lines tell it', () => {
  const stage = new Stage()
  for (const [source, id] of [
    [0, 1],
    [0, 2],
    [1, 1],
    [0, 5],
    [1, 2],
    [1, 3],
    [1, 4],
    [1, 5],
    [1, 6],
    [0, 6],
  ] as const)
    stage.trade(source, id)
  deepEqual(stage.trades, [1, 2, 5, 3, 4, 6])
})

test('a book without numbers follows one line, and is cleared when that line is lost', () => {
  const stage = new Stage()
  stage.snapshot(0, 0, new Map([[1, 1]]))
  stage.snapshot(1, 0, new Map([[1, 1]]))
  stage.levels(1, 0, [[9, 9]])
  deepEqual(sorted(stage.book), [[1, 1]])
  stage.clear(0, 0, ClearReason.gap, Flag.last)
  deepEqual([sorted(stage.book), stage.merge.isLive(0)], [[], false])
  stage.snapshot(1, 0, new Map([[3, 3]]))
  stage.levels(1, 0, [[4, 4]])
  deepEqual(sorted(stage.book), [
    [3, 3],
    [4, 4],
  ])
})
