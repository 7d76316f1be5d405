import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OrderBook } from '../book/order-book.ts'
import { Random } from '../clock/random.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, type RecordSink, type Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { HawkesProcess } from './hawkes-process.ts'
import { MatchingEngine } from './matching-engine.ts'
import { LIQUID_FLOW } from './order-flow-parameters.ts'
import { SyntheticMarket } from './synthetic-market.ts'

interface Resting {
  readonly id: number
  readonly side: Side
  readonly price: number
  lots: number
}

/** The slow, obvious twin of the matching engine: a list, sorted when asked. */
function naive(orders: Resting[], log: string[], id: number, side: Side, limit: number, lots: number): number {
  let left = lots
  const others = orders
    .filter(order => order.side !== side && side * (limit - order.price) >= 0)
    .map((order, at) => [order, at] as const)
    .sort(([one, a], [other, b]) => side * (one.price - other.price) || a - b)
  for (const [order] of others) {
    if (left === 0) break
    const traded = Math.min(left, order.lots)
    order.lots -= traded
    left -= traded
    log.push(`${id} ${order.id} ${traded}@${order.price}`)
    if (order.lots === 0) orders.splice(orders.indexOf(order), 1)
  }
  return left
}

const step = fc.record({
  what: fc.constantFrom('limit', 'limit', 'limit', 'market', 'cancel', 'fok', 'ioc', 'post'),
  side: fc.constantFrom(BUY, SELL),
  price: fc.integer({ min: 95, max: 105 }),
  lots: fc.integer({ min: 1, max: 12 }),
})
test('P-26 price, then time; lots are conserved; nothing trades through; equal to the naive matcher', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), steps => {
      const log: string[] = []
      const engine = new MatchingEngine(
        { orders: 200, windowBits: 5 },
        {
          onTrade: (taker, maker, _side, price, lots) => log.push(`${taker} ${maker} ${lots}@${price}`),
          onRested: () => {},
          onLevel: () => {},
        },
      )
      const orders: Resting[] = []
      const expected: string[] = []
      for (const [at, { what, side, price, lots }] of steps.entries()) {
        const id = at + 1
        if (what === 'cancel') {
          const victim = orders[lots % Math.max(1, orders.length)]
          equal(engine.cancel(victim?.id ?? 9999), victim !== undefined)
          if (victim !== undefined) orders.splice(orders.indexOf(victim), 1)
          continue
        }
        const reach = orders
          .filter(order => order.side !== side && side * (price - order.price) >= 0)
          .reduce((sum, order) => sum + order.lots, 0)
        if (what === 'market') {
          const left = naive(orders, expected, id, side, side * Number.POSITIVE_INFINITY, lots)
          equal(engine.market(id, side, lots), left === 0 ? 'filled' : 'expired')
        } else if (what === 'post' && reach > 0) equal(engine.limit(id, side, price, lots, 'gtc', true), 'would_take')
        else if (what === 'fok' && reach < lots) equal(engine.limit(id, side, price, lots, 'fok'), 'not_fillable')
        else {
          const left = naive(orders, expected, id, side, price, lots)
          const rests = what === 'limit' || what === 'post'
          const force = rests ? 'gtc' : (what as 'fok' | 'ioc')
          equal(engine.limit(id, side, price, lots, force), left === 0 ? 'filled' : rests ? 'rested' : 'expired')
          if (rests && left > 0) orders.push({ id, side, price, lots: left })
        }
        deepEqual(log, expected)
        ok(engine.book.best(BUY) < engine.book.best(SELL))
      }
      for (const order of orders) equal(engine.book.lotsOf(order.id), order.lots)
      equal(engine.book.count, orders.length)
    }),
    { numRuns: 400 },
  )
})

test('an amendment down keeps the place, anything else goes to the back', () => {
  const engine = new MatchingEngine({ orders: 10 }, { onTrade: () => {}, onRested: () => {}, onLevel: () => {} })
  for (const id of [1, 2, 3]) engine.limit(id, BUY, 100, 5)
  engine.amend(1, 100, 3)
  equal(engine.book.first(BUY), 1)
  engine.amend(1, 100, 4)
  deepEqual([engine.book.first(BUY), engine.book.ahead(1)], [2, 10])
})

test('arrivals cluster: their counts vary more than those of a Poisson process, at the rate that was asked for', () => {
  const process = new HawkesProcess(
    [2, 1],
    [
      [0.5, 0.2],
      [0.1, 0.3],
    ],
    [
      { decay: 50, share: 0.4 },
      { decay: 5, share: 0.6 },
    ],
    new Random(3),
  )
  const counts: number[] = []
  for (let events = 0; events < 40_000; events++) {
    process.next()
    const second = Math.floor(process.at)
    counts[second] = (counts[second] ?? 0) + 1
  }
  const seconds = Array.from(counts.slice(0, -1), count => count ?? 0)
  const mean = seconds.reduce((sum, count) => sum + count, 0) / seconds.length
  const variance = seconds.reduce((sum, count) => sum + (count - mean) ** 2, 0) / seconds.length
  ok(variance / mean > 1.5, `variance over mean ${variance / mean}`)
  // (I - A)^-1 base: 0.5 x - 0.2 y = 2, -0.1 x + 0.7 y = 1.
  const expected = (2 * 0.7 + 0.2) / (0.35 - 0.02) + (0.5 + 0.2) / (0.35 - 0.02)
  ok(Math.abs(mean / expected - 1) < 0.05, `${mean} for ${expected}`)
  throws(
    () => new HawkesProcess([1], [[1]], [{ decay: 1, share: 1 }], new Random(1)),
    /an event begets less than one other/,
  )
})

function play(seed: number, seconds: number) {
  const book = new OrderBook()
  const spreads: number[] = []
  const returns: number[] = []
  let before = Number.NaN
  let digest = 0
  let trades = 0
  let last = 0
  const sink: RecordSink = {
    append(records: Records, from: number, to: number) {
      const record = new EventRecord(records)
      for (let slot = from; slot < to; slot++) {
        record.at(slot)
        ok(record.receiveTime >= last, 'time does not go back')
        last = record.receiveTime
        digest = (Math.imul(digest, 31) + record.lane0 + record.lane1 * 7) | 0
        if (record.instrument !== 0) continue
        if (record.kind === Kind.trade) trades++
        book.apply(record)
        if (record.kind !== Kind.level || !record.isLast) continue
        ok(!book.isCrossed && !book.isEmpty, 'never crossed, never empty')
        spreads.push(book.bestAsk - book.bestBid)
      }
    },
  }
  const market = new SyntheticMarket(seed, 1_000_000, [LIQUID_FLOW, { ...LIQUID_FLOW, mid: 250_000 }], sink)
  for (let at = 1; at <= seconds; at++) {
    market.runUntil(1_000_000 + at * 1_000_000)
    const middle = (book.bestBid + book.bestAsk) / 2
    if (!Number.isNaN(before)) returns.push(middle / before - 1)
    before = middle
  }
  return { digest, spreads, returns, trades, events: market.events }
}

test('P-24 a made-up market is the same for the same seed, and looks like one', () => {
  const one = play(7, 120)
  equal(play(7, 120).digest, one.digest)
  ok(play(8, 120).digest !== one.digest)
  ok(one.trades > 200 && one.events > 5000, `${one.trades} trades in ${one.events} events`)
  const tight = one.spreads.filter(spread => spread <= 3).length / one.spreads.length
  ok(tight > 0.6, `spread of at most three ticks in ${tight}`)
  const deviation = Math.sqrt(one.returns.reduce((sum, each) => sum + each * each, 0) / one.returns.length)
  ok(deviation > 1e-7 && deviation < 1e-3, `returns a second deviate by ${deviation}`)
})
