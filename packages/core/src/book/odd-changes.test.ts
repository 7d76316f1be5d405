import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClearReason, Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import { mid, spread, weightedMid } from './book-metrics.ts'
import { OrderBook } from './order-book.ts'

const record = new EventRecord(new Records(1)).at(0)

function change(book: OrderBook, isBid: boolean, price: number, lots: number): void {
  record.write(Kind.level, isBid ? Flag.bid : 0, 0, 0, 0, 0)
  book.apply(record.lanes(price, lots, 1, 0))
}

function clear(book: OrderBook): void {
  record.write(Kind.clear, Flag.snapshot, 0, 0, 0, 0)
  book.apply(record.lanes(1, ClearReason.snapshot, 0, 0))
}

/** Both sides from the best on, as rows of price and lots. */
const sides = (book: OrderBook): number[][][] =>
  [book.bids, book.asks].map(ladder => {
    const rows: number[][] = []
    for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price))
      rows.push([price, ladder.lotsAt(price)])
    return rows
  })

test('R-WS-05 a level that is not there is taken away: nothing changes, near or far, in an empty book or a full one', () => {
  const price = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50_000_000 }))
  const level = fc.record({ isBid: fc.boolean(), price, lots: fc.integer({ min: 1, max: 9 }) })
  fc.assert(
    fc.property(fc.array(level, { maxLength: 30 }), fc.array(level, { minLength: 1, maxLength: 30 }), (there, gone) => {
      const book = new OrderBook()
      for (const each of there) change(book, each.isBid, each.price, each.lots)
      const before = sides(book)
      for (const { isBid, price: at } of gone)
        if ((isBid ? book.bids : book.asks).lotsAt(at) === 0) change(book, isBid, at, 0)
      deepEqual(sides(book), before)
      deepEqual(
        [book.bids.count, book.asks.count],
        before.map(rows => rows.length),
      )
    }),
  )
})

test('R-WS-05 a crossed snapshot: the book says so, nothing throws, and the next whole book is as if it had not been', () => {
  const book = new OrderBook()
  clear(book)
  change(book, true, 105, 3)
  change(book, false, 101, 4)
  equal(book.isCrossed, true)
  deepEqual([spread(book), mid(book)], [-4, 103])
  equal(Number.isFinite(weightedMid(book)), true)
  clear(book)
  deepEqual([book.isEmpty, book.isCrossed, Number.isNaN(mid(book))], [true, false, true])
  change(book, true, 100, 1)
  change(book, false, 102, 1)
  deepEqual([book.isCrossed, sides(book)], [false, [[[100, 1]], [[102, 1]]]])
})
