import { deepEqual, equal, ok } from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Level3Book, type Level3Refusal } from './level3-book.ts'

interface Order {
  readonly id: number
  readonly lots: number
}

/** The slow, obvious twin: an array of queues, each an array of orders. Answers every change with `ok` or its refusal. */
class Twin {
  readonly capacity: number
  queues: { side: Side; price: number; orders: Order[] }[] = []
  constructor(capacity: number) {
    this.capacity = capacity
  }
  get count(): number {
    return this.queues.reduce((total, { orders }) => total + orders.length, 0)
  }
  find(id: number): { side: Side; price: number; orders: Order[]; at: number } | undefined {
    for (const queue of this.queues) {
      const at = queue.orders.findIndex(order => order.id === id)
      if (at >= 0) return { ...queue, at }
    }
    return undefined
  }
  add(id: number, side: Side, price: number, lots: number): Level3Refusal | 'ok' {
    if (this.find(id) !== undefined) return 'duplicate_id'
    if (this.count === this.capacity) return 'book_full'
    const queue = this.queues.find(each => each.side === side && each.price === price)
    if (queue !== undefined) queue.orders.push({ id, lots })
    else this.queues.push({ side, price, orders: [{ id, lots }] })
    return 'ok'
  }
  reduce(id: number, lots: number): Level3Refusal | 'ok' {
    const found = this.find(id)
    if (found === undefined) return 'unknown_id'
    const left = found.orders[found.at]!.lots - lots
    if (left < 0) return 'exceeds_order'
    found.orders.splice(found.at, 1, ...(left > 0 ? [{ id, lots: left }] : []))
    this.queues = this.queues.filter(({ orders }) => orders.length > 0)
    return 'ok'
  }
  cancel(id: number): Level3Refusal | 'ok' {
    const found = this.find(id)
    return found === undefined ? 'unknown_id' : this.reduce(id, found.orders[found.at]!.lots)
  }
  replace(id: number, newId: number, price: number, lots: number): Level3Refusal | 'ok' {
    const found = this.find(id)
    if (found === undefined) return 'unknown_id'
    if (newId !== id && this.find(newId) !== undefined) return 'duplicate_id'
    this.cancel(id)
    return this.add(newId, found.side, price, lots)
  }
  /** `[price, total, orders, [id, lots, ahead, price, side]...]`, best first. */
  walk(side: Side): unknown[] {
    return this.queues
      .filter(queue => queue.side === side)
      .sort((one, other) => side * (other.price - one.price))
      .map(({ price, orders }) => {
        let ahead = 0
        const rows = orders.map(({ id, lots }) => {
          ahead += lots
          return [id, lots, ahead - lots, price, side]
        })
        return [price, ahead, orders.length, rows]
      })
  }
}

/** The same rows of the book, walked through its public questions. */
function walk(book: Level3Book, side: Side): unknown[] {
  const levels: unknown[] = []
  for (let price = book.best(side); Number.isFinite(price); price = book.worse(side, price)) {
    const queue: unknown[] = []
    for (let id = book.firstAt(side, price); id !== 0; id = book.next(id))
      queue.push([id, book.lotsOf(id), book.ahead(id), book.priceOf(id), book.sideOf(id)])
    levels.push([price, book.lotsAt(side, price), book.ordersAt(side, price), queue])
  }
  return levels
}

const outcome = (book: Level3Book, done: boolean): Level3Refusal | 'ok' => (done ? 'ok' : book.refusal)

const step = fc.record({
  what: fc.constantFrom('add', 'add', 'add', 'reduce', 'cancel', 'replace', 'match'),
  id: fc.integer({ min: 1, max: 25 }),
  other: fc.integer({ min: 1, max: 25 }),
  side: fc.constantFrom(BUY, SELL),
  price: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 95, max: 105 }) },
    { weight: 2, arbitrary: fc.integer({ min: 40, max: 160 }) },
    { weight: 1, arbitrary: fc.integer({ min: -3000, max: 6_000_000_000_000 }) },
  ),
  lots: fc.integer({ min: 1, max: 9 }),
})

/** Takes up to `lots` from the best queues of a side, oldest first. Returns what was taken, order by order. */
function take(book: Level3Book, side: Side, lots: number): number[][] {
  const fills: number[][] = []
  for (let left = lots; left > 0 && book.first(side) !== 0; ) {
    const id = book.first(side)
    const filled = Math.min(left, book.lotsOf(id))
    fills.push([id, book.best(side), filled])
    book.execute(id, filled)
    left -= filled
  }
  return fills
}

function takeFromTwin(twin: Twin, side: Side, lots: number): number[][] {
  const fills: number[][] = []
  for (let left = lots; left > 0; ) {
    const [queue] = twin.queues.filter(each => each.side === side).sort((a, b) => side * (b.price - a.price))
    if (queue === undefined) break
    const [oldest] = queue.orders
    const filled = Math.min(left, oldest!.lots)
    fills.push([oldest!.id, queue.price, filled])
    twin.reduce(oldest!.id, filled)
    left -= filled
  }
  return fills
}

for (const windowBits of [5, 14])
  test(`P-01 an L3 book equals an array of queues: priority, totals, lots ahead; window 2^${windowBits}`, () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 150, size: 'max' }),
        fc.constantFrom(1, 2 ** 33, 2 ** 48),
        (steps, scale) => {
          const book = new Level3Book({ orders: 12, windowBits })
          const twin = new Twin(12)
          let put = 0
          let gone = 0
          const total = (): number =>
            twin.queues.flatMap(queue => queue.orders).reduce((sum, { lots }) => sum + lots, 0)
          for (const { what, id: small, other: otherSmall, side, price, lots } of steps) {
            const id = small * scale + 1 // Ids beyond 2^32 must be told apart by all their digits.
            const other = otherSmall * scale + 1
            const before = total()
            if (what === 'match') deepEqual(take(book, side, lots), takeFromTwin(twin, side, lots))
            else if (what === 'add')
              equal(outcome(book, book.add(id, side, price, lots)), twin.add(id, side, price, lots))
            else if (what === 'reduce') equal(outcome(book, book.reduce(id, lots)), twin.reduce(id, lots))
            else if (what === 'cancel') {
              const resting = twin.queues.find(({ orders }) => orders.some(order => order.id === id))
              equal(outcome(book, book.cancel(id)), twin.cancel(id))
              if (resting !== undefined) deepEqual([book.removedSide, book.removedPrice], [resting.side, resting.price])
            } else equal(outcome(book, book.replace(id, other, price, lots)), twin.replace(id, other, price, lots))
            put += Math.max(0, total() - before)
            gone += Math.max(0, before - total())
            equal(book.count, twin.count)
            equal(book.has(id), twin.find(id) !== undefined)
            equal(book.firstLots(side), book.lotsOf(book.first(side)))
          }
          for (const side of [BUY, SELL]) deepEqual(walk(book, side), twin.walk(side))
          // Conservation: what the levels hold is what was put in less what was taken out.
          const held = ([BUY, SELL] as const).flatMap(side => walk(book, side) as number[][])
          equal(
            held.reduce((sum, row) => sum + row[1]!, 0),
            put - gone,
          )
          book.clear()
          deepEqual([book.count, walk(book, BUY), book.add(1, BUY, 5, 5), book.first(BUY)], [0, [], true, 1])
        },
      ),
      { numRuns: 400 },
    )
  })

test('what does not fit is refused with a reason, counted, and changes nothing', () => {
  const book = new Level3Book({ orders: 3, windowBits: 5 })
  const huge = Number.MAX_SAFE_INTEGER
  book.add(huge, BUY, 100, 5)
  book.add(2, BUY, 100, huge - 5)
  const before = walk(book, BUY)
  const cases: [() => boolean, Level3Refusal][] = [
    [() => book.add(0, BUY, 100, 5), 'malformed'],
    [() => book.add(-1, BUY, 100, 5), 'malformed'],
    [() => book.add(huge + 1, BUY, 100, 5), 'malformed'],
    [() => book.add(3, BUY, 100, 0), 'malformed'],
    [() => book.add(3, BUY, 100, 1.5), 'malformed'],
    [() => book.add(3, BUY, Number.NaN, 1), 'malformed'],
    [() => book.add(3, BUY, 100, 1), 'exceeds_level'],
    [() => book.add(2, BUY, 100, 1), 'duplicate_id'],
    [() => book.reduce(2, Number.NaN), 'malformed'],
    [() => book.reduce(2.5, 1), 'unknown_id'],
    [() => book.execute(huge, 6), 'exceeds_order'],
    [() => book.cancel(2.5), 'unknown_id'],
    [() => book.cancel(-1), 'unknown_id'],
    [() => book.cancel(2 ** 64 + 2), 'unknown_id'],
    [() => book.replace(9, 2, 100, 1), 'unknown_id'],
    [() => book.replace(2, huge, 100, 1), 'duplicate_id'],
    [() => book.replace(huge, 7, 100, 6), 'exceeds_level'],
    [() => book.replace(2, 0, 100, 1), 'malformed'],
  ]
  for (const [change, why] of cases) {
    equal(change(), false, why)
    equal(book.refusal, why)
    deepEqual(walk(book, BUY), before)
  }
  equal(book.refused, cases.length)
  equal(book.replace(2, 2, 100, huge - 5), true, 'what an order gives up at a level, its successor may take')
  equal(book.add(3, SELL, 200, 1), true)
  deepEqual([book.add(4, SELL, 200, 1), book.refusal], [false, 'book_full'])
  deepEqual([book.add(3, SELL, 200, 1), book.refusal], [false, 'duplicate_id'])
  equal(book.replace(huge, 4, 101, 1), true) // A full book can still replace.
  deepEqual([book.has(huge), book.first(BUY), book.count], [false, 4, 3])
  book.clear()
  equal(book.refused, 0)
})

test('replacing an order loses its place, even at its own price; shrinking keeps it', () => {
  const book = new Level3Book({ orders: 8 })
  for (const id of [1, 2, 3]) book.add(id, BUY, 100, 10)
  book.reduce(1, 9)
  equal(book.first(BUY), 1)
  book.replace(1, 1, 100, 1)
  deepEqual([book.first(BUY), book.ahead(1), book.next(3)], [2, 20, 1])
  deepEqual([book.lotsOf(9), book.sideOf(9), book.priceOf(9), book.ahead(9), book.next(9)], [0, 0, Number.NaN, 0, 0])
  deepEqual([book.lotsAt(BUY, 99), book.ordersAt(BUY, 99), book.firstAt(BUY, 99), book.first(SELL)], [0, 0, 0, 0])
})

test('a level for every order, far from each other: none is given up', () => {
  const book = new Level3Book({ orders: 500, windowBits: 5 })
  for (let id = 1; id <= 500; id++) equal(book.add(id, SELL, (id % 7) * 1_000_000 + id * 1000, id), true)
  for (let id = 1; id <= 500; id++) equal(book.cancel(id), true, `order ${id}`)
  deepEqual([book.count, book.best(SELL)], [0, Number.POSITIVE_INFINITY])
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
  equal(feed(Kind.orderAdd, 0, 10, 105, 2, 0), true)
  equal(feed(Kind.trade, 0, 1, 1, 1, 1), true)
  equal(feed(Kind.orderDelete, 0, 12345, 0, 0, 0), false)
  equal(book.refused, 1)
  deepEqual(walk(book, BUY), [
    [101, 6, 1, [[9, 6, 0, 101, BUY]]],
    [100, 3, 1, [[8, 3, 0, 100, BUY]]],
  ])
  equal(book.best(SELL), 105)
  equal(feed(Kind.clear, 0, 0, 0, 0, 0), true)
  deepEqual([book.count, book.refused], [0, 0])
})

const LOBSTER = new URL('../../../../../shared/data/us-equities/lobster/', import.meta.url)
const recorded = existsSync(LOBSTER)
const skip = recorded ? false : 'the recordings beside the checkout are absent'

test('AAPL order by order: 700 real events give the ten levels a side that the recording shows', { skip }, () => {
  const rows = (name: string): number[][] =>
    gunzipSync(readFileSync(new URL(`AAPL_2012-06-21_${name}_10.first700.csv.gz`, LOBSTER)))
      .toString()
      .trim()
      .split('\n')
      .map(line => line.split(',').map(Number))
  const events = rows('message')
  const books = rows('orderbook')
  const book = new Level3Book({ orders: 2000, windowBits: 10 })
  let standIns = 0
  /** The recording tells nothing of what happens behind its tenth level: it is forgotten, and enters again as one order. */
  const forgetBehind = (side: Side, edge: number): void => {
    for (let price = book.worse(side, edge); Number.isFinite(price); price = book.worse(side, edge))
      for (let id = book.firstAt(side, price); id !== 0; id = book.firstAt(side, price)) book.cancel(id)
  }
  const change = ([, type, id, lots, price, direction]: number[]): void => {
    const side = direction as Side
    if (type === 1) book.add(id!, side, price!, lots!)
    else if (type! <= 4) book.reduce(book.has(id!) ? id! : book.firstAt(side, price!), lots!)
  }
  const edges = { [BUY]: Number.POSITIVE_INFINITY, [SELL]: Number.NEGATIVE_INFINITY }
  for (const [row, event] of events.entries()) {
    if (row > 0) change(event)
    for (const side of [BUY, SELL] as const) {
      const shown = Array.from({ length: 10 }, (_, level) => books[row]!.slice(4 * level + 1 + side).slice(0, 2))
      for (const [price, lots] of shown as [number, number][])
        if (side * price < side * edges[side]) {
          if (book.lotsAt(side, price) === 0) book.add(++standIns, side, price, lots)
        }
      edges[side] = shown[9]![0]!
      forgetBehind(side, edges[side])
      const ours = (walk(book, side) as number[][]).map(([price, lots]) => [price, lots])
      deepEqual(ours, shown, `row ${row}, side ${side}`)
    }
  }
  ok(standIns < 300, `${standIns} levels came into sight`)
  equal(book.refused, 0)
})
