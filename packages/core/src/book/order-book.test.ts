import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { depth, depthToSize, depthWithin, imbalance, mid, spread, vwapToSize, weightedMid } from './book-metrics.ts'
import type { Ladder } from './ladder.ts'
import { OrderBook } from './order-book.ts'

type Row = readonly [price: number, lots: number]
/** A message of a feed: a whole book, changes of it, or its loss. Levels hold bids below and asks above a middle. */
interface Message {
  readonly what: 'snapshot' | 'delta' | 'clear'
  readonly middle: number
  readonly levels: readonly { readonly side: Side; readonly away: number; readonly lots: number }[]
}

/** The slow, obvious twin: levels in two maps, sorted when asked. */
class Twin {
  readonly levels = { [BUY]: new Map<number, number>(), [SELL]: new Map<number, number>() }
  clear(): void {
    this.levels[BUY].clear()
    this.levels[SELL].clear()
  }
  set(side: Side, price: number, lots: number): void {
    if (lots === 0) this.levels[side].delete(price)
    else this.levels[side].set(price, lots)
  }
  sorted(side: Side): Row[] {
    return [...this.levels[side]].sort(([one], [other]) => side * (other - one))
  }
}

const sum = (rows: readonly Row[]): number => rows.reduce((total, [, lots]) => total + lots, 0)

/** What the metrics must say, straight from their definitions, exactly where they are whole numbers. */
function expected(twin: Twin, levels: number, ticks: number, size: number): unknown[] {
  const [bids, asks] = [twin.sorted(BUY), twin.sorted(SELL)]
  const [bid, ask] = [bids[0], asks[0]]
  const both = bid !== undefined && ask !== undefined
  const walk = (rows: Row[]): [number, number] => {
    let missing = size
    let paid = 0n
    for (const [price, lots] of rows) {
      const taken = Math.min(missing, lots)
      paid += BigInt(price) * BigInt(taken)
      missing -= taken
      if (missing === 0) return [price, Number((paid * 1_000_000n) / BigInt(size))]
    }
    return [Number.NaN, Number.NaN]
  }
  const within = (rows: Row[]): number => sum(rows.filter(([price]) => Math.abs(price - rows[0]![0]) <= ticks))
  const [near, far] = [sum(bids.slice(0, levels)), sum(asks.slice(0, levels))]
  return [
    both ? ask[0] - bid[0] : Number.NaN,
    both ? (bid[0] + ask[0]) / 2 : Number.NaN,
    both ? round((bid[0] * ask[1] + ask[0] * bid[1]) / (bid[1] + ask[1])) : Number.NaN,
    [near, far, near + far === 0 ? Number.NaN : (near - far) / (near + far)],
    [within(bids), within(asks)],
    walk(asks),
    walk(bids),
  ]
}

const round = (value: number): number => Math.round(value * 1e3)
function answered(book: OrderBook, levels: number, ticks: number, size: number): unknown[] {
  const weighted = weightedMid(book)
  const walk = (taker: Side): [number, number] => [depthToSize(book, taker, size), vwapToSize(book, taker, size)]
  return [
    spread(book),
    mid(book),
    Number.isNaN(weighted) ? weighted : round(weighted),
    [depth(book, BUY, levels), depth(book, SELL, levels), imbalance(book, levels)],
    [depthWithin(book, BUY, ticks), depthWithin(book, SELL, ticks)],
    walk(BUY),
    walk(SELL),
  ]
}

/** Compares averages to the last digit or two that a float64 and a rounded fraction share, everything else exactly. */
function same(book: OrderBook, twin: Twin, levels: number, ticks: number, size: number): void {
  const [ours, theirs] = [answered(book, levels, ticks, size), expected(twin, levels, ticks, size)]
  for (const at of [5, 6]) {
    const [mine, exact] = [ours[at] as [number, number], theirs[at] as [number, number]]
    equal(Number.isNaN(mine[1]), Number.isNaN(exact[1]))
    ok(Number.isNaN(mine[1]) || Math.abs(mine[1] * 1e6 - exact[1]) <= 2, `average ${mine[1]}, exactly ${exact[1]}e-6`)
    mine[1] = exact[1]
  }
  const [weighted, exactly] = [ours[2] as number, theirs[2] as number]
  equal(Number.isNaN(weighted), Number.isNaN(exactly))
  // A fraction that lies on a half is rounded either way by its nearest float64.
  ok(Number.isNaN(weighted) || Math.abs(weighted - exactly) <= 1, `weighted mid ${weighted}, exactly ${exactly}e-3`)
  theirs[2] = weighted
  deepEqual(ours, theirs)
}

function walk(ladder: Ladder): Row[] {
  const rows: Row[] = []
  for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price))
    rows.push([price, ladder.lotsAt(price)])
  return rows
}

const message = fc.record({
  what: fc.constantFrom<Message['what'][]>('delta', 'delta', 'delta', 'delta', 'snapshot', 'clear'),
  // The market stays, drifts out of a small window, or jumps away and comes back.
  middle: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1000, max: 1010 }) },
    { weight: 3, arbitrary: fc.integer({ min: 900, max: 1200 }) },
    { weight: 1, arbitrary: fc.integer({ min: -100_000, max: 100_000 }) },
  ),
  levels: fc.array(
    fc.record({
      side: fc.constantFrom(BUY, SELL),
      away: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: 1, max: 12 }) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 200 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 9_000_000 }) },
      ),
      lots: fc.oneof(
        { weight: 1, arbitrary: fc.constant(0) },
        { weight: 3, arbitrary: fc.integer({ min: 1, max: 99 }) },
      ),
    }),
    { maxLength: 12, size: 'max' },
  ),
})

/** The levels that a venue sends with a message: the new ones, and the removal of every level that they would cross. */
function venueRows(twin: Twin, { what, middle, levels }: Message): { side: Side; price: number; lots: number }[] {
  const rows = levels.map(({ side, away, lots }) => ({ side, price: middle - side * away, lots }))
  if (what !== 'delta') return rows
  const gone = ([BUY, SELL] as const).flatMap(side =>
    [...twin.levels[side].keys()]
      .filter(price => side * price >= side * middle)
      .map(price => ({ side, price, lots: 0 })),
  )
  return [...rows, ...gone]
}

for (const windowBits of [5, 8, 14])
  test(`P-01 snapshots, changes and clears give the naive book, never crossed; window 2^${windowBits}`, () => {
    const record = new EventRecord(new Records(1))
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 30, size: 'max' }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 400 }),
        (messages, levels, ticks, size) => {
          const book = new OrderBook(windowBits)
          const twin = new Twin()
          let id = 0
          for (const each of messages) {
            const { what } = each
            id++
            if (what !== 'delta') {
              book.apply(record.write(Kind.clear, 0, 0, 0, 0, 0).lanes(id, 0, 0, 0))
              twin.clear()
            }
            for (const { side, price, lots } of what === 'clear' ? [] : venueRows(twin, each)) {
              const flags = side === BUY ? Flag.bid : 0
              book.apply(record.write(Kind.level, flags, 0, 0, 0, 0).lanes(price, lots, id, 0))
              twin.set(side, price, lots)
            }
            equal(book.isCrossed, false)
            equal(book.isEmpty, twin.levels[BUY].size === 0 || twin.levels[SELL].size === 0)
            const [bid, ask] = [twin.sorted(BUY)[0], twin.sorted(SELL)[0]]
            deepEqual(
              [book.bestBid, book.bidLots, book.bestAsk, book.askLots],
              [
                bid?.[0] ?? Number.NEGATIVE_INFINITY,
                bid?.[1] ?? 0,
                ask?.[0] ?? Number.POSITIVE_INFINITY,
                ask?.[1] ?? 0,
              ],
            )
            same(book, twin, levels, ticks, size)
          }
          deepEqual([walk(book.bids), walk(book.asks)], [twin.sorted(BUY), twin.sorted(SELL)])
          deepEqual([book.bids.count, book.asks.count], [twin.levels[BUY].size, twin.levels[SELL].size])
          equal(book.isComplete, true)
        },
      ),
      { numRuns: 200 },
    )
  })

test('an update id is that of the last level or clear; other kinds change nothing', () => {
  const book = new OrderBook()
  const record = new EventRecord(new Records(1))
  const feed = (kind: Kind, ...lanes: [number, number, number, number]): number => {
    book.apply(record.write(kind, 0, 0, 0, 0, 0).lanes(...lanes))
    return book.updateId
  }
  equal(book.updateId, 0)
  equal(feed(Kind.level, 100, 5, 41, 0), 41)
  equal(feed(Kind.trade, 100, 5, 99, 0), 41)
  equal(feed(Kind.orderAdd, 1, 99, 3, 0), 41)
  deepEqual([book.bestAsk, book.askLots, book.isEmpty, book.isCrossed], [100, 5, true, false])
  equal(feed(Kind.clear, 50, 0, 0, 0), 50)
  equal(book.asks.count, 0)
  book.bids.set(7, 1)
  book.asks.set(7, 1)
  equal(book.isCrossed, true, 'locked within one book is crossed')
  book.clear()
  deepEqual(
    [book.isEmpty, book.isCrossed, book.updateId, book.side(BUY).side, book.side(SELL).side],
    [true, false, 50, 1, -1],
  )
})
