import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { TimeInForce } from '../order/order-request.ts'
import { type Arrival, MatchingEngine } from './matching-engine.ts'

interface Resting {
  readonly id: number
  readonly side: Side
  readonly price: number
  lots: number
}

/** The slow, obvious twin: one list of all orders in the order of their arrival, sorted when asked. */
class Twin {
  readonly capacity: number
  readonly told: string[]
  orders: Resting[] = []
  constructor(capacity: number, told: string[]) {
    this.capacity = capacity
    this.told = told
  }
  /** The orders that one may take, in the order in which it takes them. */
  offers(side: Side, limit: number): Resting[] {
    return this.orders
      .filter(order => order.side !== side && side * (limit - order.price) >= 0)
      .sort((one, other) => side * (one.price - other.price))
  }
  limit(id: number, side: Side, price: number, lots: number, force: TimeInForce, postOnly: boolean): Arrival {
    if (this.orders.some(order => order.id === id)) return 'duplicate'
    const offers = this.offers(side, price)
    if (postOnly && offers.length > 0) return 'would_take'
    if (force === 'fok' && offers.reduce((sum, order) => sum + order.lots, 0) < lots) return 'not_fillable'
    const left = this.take(id, side, price, lots)
    if (left === 0) return 'filled'
    if (force !== 'gtc') return 'expired'
    if (this.orders.length === this.capacity) return 'book_full'
    this.orders.push({ id, side, price, lots: left })
    this.told.push(`rested ${id} ${side} ${left}@${price}`, `level ${side} ${price}`)
    return 'rested'
  }
  take(id: number, side: Side, limit: number, lots: number): number {
    let left = lots
    for (const order of this.offers(side, limit)) {
      if (left === 0) break
      const traded = Math.min(left, order.lots)
      order.lots -= traded
      left -= traded
      this.told.push(`trade ${id} ${order.id} ${side} ${traded}@${order.price}`, `level ${-side} ${order.price}`)
      this.orders = this.orders.filter(each => each.lots > 0)
    }
    return left
  }
  cancel(id: number): boolean {
    const order = this.orders.find(each => each.id === id)
    if (order === undefined) return false
    this.orders = this.orders.filter(each => each !== order)
    this.told.push(`level ${order.side} ${order.price}`)
    return true
  }
}

/** Few ids and little room, so that ids come twice and the book is full. */
const step = fc.record({
  what: fc.constantFrom('limit', 'limit', 'limit', 'limit', 'market', 'cancel', 'cancel'),
  id: fc.integer({ min: 1, max: 16 }),
  side: fc.constantFrom(BUY, SELL),
  price: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 97, max: 103 }) },
    { weight: 1, arbitrary: fc.integer({ min: -2000, max: 2000 }) },
  ),
  lots: fc.integer({ min: 1, max: 12 }),
  force: fc.constantFrom<TimeInForce>('gtc', 'gtc', 'gtc', 'ioc', 'fok'),
  postOnly: fc.boolean(),
})

for (const scale of [1, 2 ** 40])
  test(`P-26 every answer and everything told equal the naive matcher, ids twice and no room included; ids x ${scale}`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: 'max' }), steps => {
        const told: string[] = []
        const expected: string[] = []
        const engine = new MatchingEngine(
          { orders: 8, windowBits: 5 },
          {
            onTrade: (taker, maker, side, price, lots) => told.push(`trade ${taker} ${maker} ${side} ${lots}@${price}`),
            onRested: (id, side, price, lots) => told.push(`rested ${id} ${side} ${lots}@${price}`),
            onLevel: (side, price) => told.push(`level ${side} ${price}`),
          },
        )
        const twin = new Twin(8, expected)
        for (const { what, id: small, side, price, lots, force, postOnly } of steps) {
          const id = small * scale
          if (what === 'cancel') equal(engine.cancel(id), twin.cancel(id))
          else if (what === 'market') {
            const left = twin.take(id, side, side * Number.POSITIVE_INFINITY, lots)
            equal(engine.market(id, side, lots), left === 0 ? 'filled' : 'expired')
          } else
            equal(
              engine.limit(id, side, price, lots, force, postOnly),
              twin.limit(id, side, price, lots, force, postOnly),
            )
          deepEqual(told, expected)
        }
        equal(engine.book.count, twin.orders.length)
        for (const order of twin.orders) equal(engine.book.lotsOf(order.id), order.lots)
      }),
      { numRuns: 300 },
    )
  })

test('what is not an order stops us', () => {
  const engine = new MatchingEngine({ orders: 2 }, { onTrade: () => {}, onRested: () => {}, onLevel: () => {} })
  for (const [id, price, lots] of [
    [1, 100, 0],
    [1, 100, -1],
    [0, 100, 1],
    [1, Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY, 1],
    [1, 100, Number.NaN],
  ] as const)
    throws(() => engine.limit(id, BUY, price, lots), /^Error: Invariant: an order has an id, lots and a price/)
  equal(engine.book.count, 0)
})
