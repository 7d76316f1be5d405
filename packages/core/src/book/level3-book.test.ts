import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EventRecord, Flag, Kind, Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Level3Book } from './level3-book.ts'

interface Order {
  readonly id: number
  readonly side: Side
  readonly price: number
  lots: number
}

/** The slow, obvious twin: a list of orders in the order of coming. */
class Twin {
  orders: Order[] = []
  queue(side: Side, price: number): Order[] {
    return this.orders.filter(order => order.side === side && order.price === price)
  }
  prices(side: Side): number[] {
    return [...new Set(this.orders.filter(order => order.side === side).map(order => order.price))].sort(
      (a, b) => side * (b - a),
    )
  }
}

/** The whole book as `[price, [id, lots]...]`, best first, walked through its public questions. */
function walk(book: Level3Book, side: Side): unknown[] {
  const levels: unknown[] = []
  for (let price = book.best(side); Number.isFinite(price); price = book.worse(side, price)) {
    const queue: number[][] = []
    for (let id = book.firstAt(side, price); id !== 0; id = book.next(id))
      queue.push([id, book.lotsOf(id), book.ahead(id)])
    levels.push([price, book.lotsAt(side, price), book.ordersAt(side, price), queue])
  }
  return levels
}

function expected(twin: Twin, side: Side): unknown[] {
  return twin.prices(side).map(price => {
    const queue = twin.queue(side, price)
    let ahead = 0
    const rows = queue.map(order => {
      const row = [order.id, order.lots, ahead]
      ahead += order.lots
      return row
    })
    return [price, ahead, queue.length, rows]
  })
}

const step = fc.record({
  what: fc.constantFrom('add', 'add', 'add', 'reduce', 'cancel', 'replace'),
  id: fc.integer({ min: 1, max: 25 }),
  other: fc.integer({ min: 1, max: 25 }),
  side: fc.constantFrom(BUY, SELL),
  price: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 95, max: 105 }) },
    { weight: 1, arbitrary: fc.integer({ min: -3000, max: 9_000_000_000 }) },
  ),
  lots: fc.integer({ min: 1, max: 9 }),
})

test('P-01 an L3 book equals a list of orders: priority, totals, and what does not fit is refused', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), steps => {
      const book = new Level3Book({ orders: 12, windowBits: 5 })
      const twin = new Twin()
      for (const { what, id, other, side, price, lots } of steps) {
        // Ids beyond 2^32 must be told apart by all their digits.
        const big = (small: number): number => small * 2 ** 33
        const place = twin.orders.findIndex(order => order.id === big(id))
        if (what === 'add') {
          const fits = place < 0 && twin.orders.length < 12
          equal(book.add(big(id), side, price, lots), fits)
          if (fits) twin.orders.push({ id: big(id), side, price, lots })
          continue
        }
        const order = twin.orders[place]
        if (what === 'reduce') {
          equal(book.reduce(big(id), lots), order !== undefined)
          if (order !== undefined && (order.lots -= lots) <= 0) twin.orders.splice(place, 1)
        } else if (what === 'cancel') {
          equal(book.cancel(big(id)), order !== undefined)
          if (order !== undefined) twin.orders.splice(place, 1)
        } else {
          const taken = other !== id && twin.orders.some(each => each.id === big(other))
          equal(book.replace(big(id), big(other), price, lots), order !== undefined && !taken)
          if (order === undefined || taken) continue
          twin.orders.splice(place, 1)
          twin.orders.push({ id: big(other), side: order.side, price, lots })
        }
      }
      equal(book.count, twin.orders.length)
      for (const side of [BUY, SELL]) deepEqual(walk(book, side), expected(twin, side))
      book.clear()
      deepEqual([book.count, walk(book, BUY), book.add(1, BUY, 5, 5), book.first(BUY)], [0, [], true, 1])
    }),
    { numRuns: 400 },
  )
})

test('order records build the book', () => {
  const records = new Records(1)
  const record = new EventRecord(records)
  const book = new Level3Book({ orders: 8 })
  const feed = (kind: Kind, flags: number, ...lanes: [number, number, number, number]): boolean =>
    book.apply(record.write(kind, flags, 0, 0, 0, 0).lanes(...lanes))
  equal(feed(Kind.orderAdd, Flag.bid, 7, 100, 5, 0), true)
  equal(feed(Kind.orderAdd, Flag.bid, 8, 100, 4, 0), true)
  equal(feed(Kind.orderExecute, 0, 7, 100, 2, 99), true)
  equal(feed(Kind.orderReplace, 0, 7, 101, 6, 9), true)
  equal(feed(Kind.orderReduce, 0, 8, 0, 1, 0), true)
  equal(feed(Kind.orderDelete, 0, 12345, 0, 0, 0), false)
  deepEqual(walk(book, BUY), [
    [101, 6, 1, [[9, 6, 0]]],
    [100, 3, 1, [[8, 3, 0]]],
  ])
  equal(feed(Kind.clear, 0, 0, 0, 0, 0), true)
  equal(book.count, 0)
})
