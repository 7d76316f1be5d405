import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../clock/random.ts'
import { ClearReason, Kind, MarketStatus } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
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
  readonly merge: MergeFeeds
  clears = 0
  desyncs = 0
  /** Lane 0 of what is neither trade nor book, as it came through. */
  readonly said: number[] = []

  constructor(isNumbered = true) {
    const sink = { append: (lent: Records, from: number, to: number) => this.#append(lent, from, to) }
    this.merge = new MergeFeeds(sink, { instruments: 1, isNumbered, silenceUs: 1000 })
  }

  levels(source: 0 | 1, id: number, levels: Update['levels'], flags = 0, at = id): void {
    for (const [slot, [price, lots]] of levels.entries()) {
      const last = slot === levels.length - 1 ? Flag.last : 0
      record
        .wrap(records)
        .at(slot)
        .write(Kind.level, flags | last, source, 0, 0, at)
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
  /** A source finds out that it is lost, as a feed says it. */
  lose(source: 0 | 1, reason: number = ClearReason.gap): void {
    this.clear(source, 0, reason, Flag.last)
    this.say(source, Kind.status, MarketStatus.desynced, 0)
  }
  say(source: 0 | 1, kind: Kind, value: number, at: number, venueTime = at): void {
    record.wrap(records).at(0).write(kind, Flag.last, source, 0, venueTime, at).lanes(value, 0, 0, 0)
    this.merge.take(source, records, 0, 1)
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
      } else if (each.kind === Kind.status && each.lane0 === MarketStatus.desynced) this.desyncs++
      else this.said.push(each.lane0)
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

test('S0-MDS-4 a book without numbers follows one line; when that is lost the other sends its book again', () => {
  for (const isNumbered of [true, false]) {
    const stage = new Stage(isNumbered)
    // Numbers of a connection of its own are no numbers.
    const id = (number: number): number => (isNumbered ? 0 : number)
    stage.snapshot(0, id(7), new Map([[1, 1]]))
    stage.snapshot(1, id(90), new Map([[1, 1]]))
    stage.levels(1, id(91), [[9, 9]])
    deepEqual(sorted(stage.book), [[1, 1]])
    stage.lose(0)
    deepEqual([sorted(stage.book), stage.merge.isLive(0), stage.merge.believes(1, 0)], [[], false, false])
    stage.levels(1, id(92), [[9, 9]])
    stage.lose(1)
    stage.snapshot(1, id(5), new Map([[3, 3]]))
    stage.levels(1, id(6), [[4, 4]])
    const whole = [
      [3, 3],
      [4, 4],
    ]
    deepEqual([sorted(stage.book), stage.clears, stage.desyncs], [whole, 3, 1])
  }
})

test('S0-MDS-4 both lost: one clear, one word of it, then whole', () => {
  const stage = new Stage()
  for (const source of [0, 1] as const) stage.snapshot(source, 10, new Map([[1, 1]]))
  for (const source of [0, 1] as const) stage.lose(source, ClearReason.disconnected)
  deepEqual([stage.clears, stage.desyncs, stage.book.size, stage.merge.bookId(0)], [2, 1, 0, -1])
  stage.snapshot(1, 12, new Map([[2, 2]]))
  stage.snapshot(0, 11, new Map([[9, 9]]))
  stage.levels(0, 12, [[2, 2]])
  stage.levels(0, 13, [[3, 3]])
  const whole = [
    [2, 2],
    [3, 3],
  ]
  deepEqual([sorted(stage.book), stage.clears, stage.merge.bookId(0)], [whole, 3, 13])
})

test('a venue that numbers anew: a source in step shows it, by a change or a whole book', () => {
  for (const isSnapshot of [true, false]) {
    const stage = new Stage()
    for (const source of [0, 1] as const) stage.snapshot(source, 1000, new Map([[1, 1]]))
    if (isSnapshot) stage.snapshot(1, 1, new Map([[2, 2]]))
    else stage.levels(1, 1, [[2, 2]])
    deepEqual([stage.merge.bookId(0), stage.book.get(2), stage.merge.believes(0, 0)], [1, 2, false])
    // What the other one still says in the old numbers is not news.
    stage.levels(0, 1001, [[7, 7]])
    stage.snapshot(0, 2, new Map([[5, 5]]))
    stage.levels(1, 3, [[6, 6]])
    deepEqual([stage.book.has(7), stage.book.get(6), stage.merge.renumbered], [false, 6, 1])
  }
})

test('a book that stands still beside changes of other numbers is given up, said once', () => {
  const stage = new Stage()
  for (const source of [0, 1] as const) stage.snapshot(source, 1000, new Map([[1, 1]]))
  stage.lose(0, ClearReason.disconnected)
  stage.snapshot(0, 1, new Map([[2, 2]]))
  stage.lose(1, ClearReason.disconnected)
  for (const [id, at] of [
    [2, 5000],
    [3, 5900],
  ] as const)
    stage.levels(0, id, [[3, 3]], 0, at)
  deepEqual([stage.merge.isLive(0), stage.desyncs], [true, 0], 'it may be a line that is late')
  stage.levels(0, 4, [[3, 3]], 0, 6000)
  deepEqual([stage.merge.isLive(0), stage.desyncs, stage.book.size, stage.merge.believes(0, 0)], [false, 1, 0, false])
  stage.lose(0)
  stage.snapshot(0, 5, new Map([[4, 4]]))
  deepEqual([sorted(stage.book), stage.desyncs], [[[4, 4]], 1])
})

test('S0-MDS-4 quotes and marks: a silent source is passed over, each kind for itself', () => {
  const stage = new Stage()
  for (const kind of [Kind.quote, Kind.mark]) for (const source of [0, 1] as const) stage.say(source, kind, 1, 10)
  deepEqual(stage.said, [1, 1])
  // The quotes of source 0 end; its marks go on.
  stage.say(1, Kind.quote, 2, 900)
  stage.say(0, Kind.mark, 3, 1000)
  stage.say(1, Kind.mark, 4, 1001)
  deepEqual(stage.said, [1, 1, 3], 'not silent for long')
  stage.say(1, Kind.quote, 5, 1010)
  stage.say(1, Kind.mark, 6, 1011)
  deepEqual(stage.said, [1, 1, 3, 5])
  // It comes back: one leads, not both.
  stage.say(0, Kind.quote, 7, 1020)
  stage.say(1, Kind.quote, 8, 1030)
  deepEqual([stage.said, stage.merge.switches], [[1, 1, 3, 5, 8], 1])
})

test('a change of the leading source does not go back in time', () => {
  const stage = new Stage()
  stage.say(0, Kind.quote, 1, 100, 5000)
  stage.say(1, Kind.quote, 2, 1200, 4900)
  stage.say(1, Kind.quote, 3, 1210, 5100)
  deepEqual(stage.said, [1, 3])
  stage.say(1, Kind.quote, 4, 1220, 100)
  deepEqual(stage.said, [1, 3, 4], 'the clock of the venue was set')
})

test('a line that is lost hands the quotes over at once', () => {
  const stage = new Stage()
  for (const source of [0, 1] as const) stage.snapshot(source, 10, new Map([[1, 1]]))
  stage.say(0, Kind.quote, 1, 100)
  stage.lose(0, ClearReason.disconnected)
  stage.say(1, Kind.quote, 2, 101)
  deepEqual([stage.said, stage.clears], [[1, 2], 1])
})

test('trades without a number come from one source', () => {
  const stage = new Stage()
  for (const source of [0, 1] as const) for (const _ of [1, 2]) stage.trade(source, 0)
  deepEqual(stage.trades, [0, 0])
})
