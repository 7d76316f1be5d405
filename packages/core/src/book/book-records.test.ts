import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Kind } from '../market/event-kind.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { tellBook } from './book-records.ts'
import { OrderBook } from './order-book.ts'

const levels = (book: OrderBook, side: Side): number[][] => {
  const ladder = book.side(side)
  const rows: number[][] = []
  for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price))
    rows.push([price, ladder.lotsAt(price)])
  return rows
}

test('a book that is told makes an equal one of another, whatever that held; the last record alone is the last', () => {
  for (const [bids, asks] of [
    [[], []],
    [[[99, 5]], []],
    [
      [
        [99, 5],
        [-100_000, 1],
        [98, 2],
      ],
      [
        [101, 7],
        [900_000, 3],
      ],
    ],
  ] as [number[][], number[][]][]) {
    const [book, copy] = [new OrderBook(), new OrderBook()]
    copy.bids.set(50, 1)
    for (const [price, lots] of bids) book.bids.set(price!, lots!)
    for (const [price, lots] of asks) book.asks.set(price!, lots!)
    const seen: [number, boolean, number][] = []
    tellBook(book, 3, 7_000_000, record => {
      copy.apply(record)
      seen.push([record.kind, record.isLast, record.instrument])
    })
    for (const side of [BUY, SELL] as const) deepEqual(levels(copy, side), levels(book, side))
    equal(copy.updateId, book.updateId)
    equal(seen.length, 1 + bids.length + asks.length)
    deepEqual(
      seen.map(([kind, isLast, instrument]) => [kind === Kind.clear, isLast, instrument]),
      seen.map((_, at) => [at === 0, at === seen.length - 1, 3]),
    )
  }
})
