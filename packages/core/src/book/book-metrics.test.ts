import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Instrument } from '../market/instrument.ts'
import { BUY, SELL } from '../market/side.ts'
import { depth, depthToSize, depthWithin, imbalance, mid, spread, vwapToSize, weightedMid } from './book-metrics.ts'
import { ConsolidatedBook } from './consolidated-book.ts'
import { OrderBook } from './order-book.ts'

type Levels = readonly (readonly [number, number])[]
function bookOf(bids: Levels, asks: Levels): OrderBook {
  const book = new OrderBook(6)
  for (const [price, lots] of bids) book.bids.set(price, lots)
  for (const [price, lots] of asks) book.asks.set(price, lots)
  return book
}

test('a book of three levels a side, by hand', () => {
  const book = bookOf(
    [
      [100, 2],
      [99, 5],
      [97, 1],
    ],
    [
      [102, 6],
      [103, 4],
      [110, 10],
    ],
  )
  deepEqual([spread(book), mid(book), weightedMid(book)], [2, 101, (100 * 6 + 102 * 2) / 8])
  deepEqual(
    [depth(book, BUY, 2), depth(book, SELL, 9), depthWithin(book, SELL, 1), depthWithin(book, BUY, 3)],
    [7, 20, 10, 8],
  )
  deepEqual([imbalance(book, 1), imbalance(book, 3)], [(2 - 6) / 8, (8 - 20) / 28])
  deepEqual(
    [depthToSize(book, BUY, 6), depthToSize(book, BUY, 7), depthToSize(book, SELL, 8), depthToSize(book, SELL, 9)],
    [102, 103, 97, Number.NaN],
  )
  equal(vwapToSize(book, BUY, 8), (6 * 102 + 2 * 103) / 8)
  ok(Number.isNaN(vwapToSize(book, SELL, 9)))
})

test('an empty side has no price', () => {
  const book = bookOf([[100, 2]], [])
  deepEqual(
    [spread(book), mid(book), weightedMid(book), depthToSize(book, BUY, 1)],
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
  )
  equal(imbalance(book, 5), 1)
})

test('P-01 metrics equal sums over sorted arrays', () => {
  const side = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1000 })), {
    minLength: 1,
    maxLength: 40,
  })
  fc.assert(
    fc.property(
      side,
      side,
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5000 }),
      (below, above, levels, size) => {
        const bids = [...new Map(below.map(([price, lots]) => [1000 - price, lots]))].sort(([a], [b]) => b - a)
        const asks = [...new Map(above.map(([price, lots]) => [1000 + price, lots]))].sort(([a], [b]) => a - b)
        const book = bookOf(bids, asks)
        const sum = (rows: Levels): number => rows.reduce((total, [, lots]) => total + lots, 0)
        equal(depth(book, BUY, levels), sum(bids.slice(0, levels)))
        equal(
          imbalance(book, levels),
          (sum(bids.slice(0, levels)) - sum(asks.slice(0, levels))) /
            (sum(bids.slice(0, levels)) + sum(asks.slice(0, levels))),
        )
        equal(depthWithin(book, SELL, 20), sum(asks.filter(([price]) => price <= asks[0]![0] + 20)))
        const units = asks.flatMap(([price, lots]) => new Array<number>(lots).fill(price)).slice(0, size)
        const whole = units.length === size
        equal(depthToSize(book, BUY, size), whole ? units.at(-1)! : Number.NaN)
        const vwap = vwapToSize(book, BUY, size)
        if (whole) ok(Math.abs(vwap - units.reduce((total, price) => total + price, 0) / size) < 1e-6)
        else ok(Number.isNaN(vwap))
      },
    ),
    { numRuns: 300 },
  )
})

test('several venues are one book on a common grid, and a venue that is not live is not seen', () => {
  const leg = (
    index: number,
    price: { decimals: number; step: number },
    quantity: { decimals: number; step: number },
  ): Instrument => ({ index, venue: `v${index}`, price, quantity }) as Instrument
  const coarse = leg(0, { decimals: 1, step: 5 }, { decimals: 0, step: 1 })
  const fine = leg(1, { decimals: 2, step: 1 }, { decimals: 3, step: 1 })
  const view = new ConsolidatedBook([
    { instrument: coarse, book: bookOf([[200, 3]], [[201, 1]]) }, // 100.0 / 100.5
    {
      instrument: fine,
      book: bookOf(
        [
          [10010, 500],
          [9990, 100],
        ],
        [[10040, 2000]],
      ),
    }, // 100.10 / 100.40
  ])
  deepEqual(
    [view.best(BUY), view.bestLeg(BUY)?.index, view.best(SELL), view.bestLeg(SELL)?.index],
    [10010, 1, 10040, 1],
  )
  deepEqual(
    view.levels(BUY, 3).map(({ price, lots, instrument }) => [price, lots, instrument.index]),
    [
      [10010, 500, 1],
      [10000, 3000, 0],
      [9990, 100, 1],
    ],
  )
  equal(view.isCrossed, false)
  view.setLive(1, false)
  deepEqual([view.best(BUY), view.best(SELL)], [10000, 10050])
  view.setLive(0, false)
  deepEqual([view.best(BUY), view.bestLeg(BUY), view.levels(SELL, 5)], [Number.NEGATIVE_INFINITY, undefined, []])
  const crossed = new ConsolidatedBook([
    { instrument: coarse, book: bookOf([[202, 1]], [[203, 1]]) },
    { instrument: fine, book: bookOf([[9000, 1]], [[10050, 1]]) },
  ])
  deepEqual([crossed.isCrossed, crossed.isLocked], [true, false])
})
