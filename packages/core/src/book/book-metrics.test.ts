import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BUY, SELL } from '../market/side.ts'
import { depth, depthToSize, depthWithin, imbalance, mid, spread, vwapToSize, weightedMid } from './book-metrics.ts'
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
    size: 'max',
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

test('large prices lose no digits, and nothing asked for is nothing answered', () => {
  const huge = 6_000_000_000_001
  const book = bookOf(
    [[huge, 3_000_000_000_000]],
    [
      [huge + 1, 1_000_000_000_000],
      [huge + 3, 5],
    ],
  )
  deepEqual([spread(book), mid(book), weightedMid(book)], [1, huge + 0.5, huge + 0.75])
  equal(vwapToSize(book, BUY, 1_000_000_000_001), huge + 1 + 2 / 1_000_000_000_001)
  for (const nothing of [0, -1, Number.NaN])
    deepEqual([depthToSize(book, BUY, nothing), vwapToSize(book, SELL, nothing)], [Number.NaN, Number.NaN])
  deepEqual([depth(book, BUY, 0), depthWithin(book, BUY, 0), depthWithin(bookOf([], []), BUY, 9)], [0, 3e12, 0])
  ok(Number.isNaN(imbalance(bookOf([], []), 3)))
})
