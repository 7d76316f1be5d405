import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Micros } from '../clock/micros.ts'
import { Random } from '../clock/random.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { ModelFlow } from './exchange-flow.ts'
import { basesFor, HawkesProcess } from './hawkes-process.ts'
import { MatchingEngine } from './matching-engine.ts'
import { OrderFlowModel } from './order-flow-model.ts'
import { LIQUID_FLOW, type OrderFlowParameters } from './order-flow-parameters.ts'
import { OrderSigns } from './order-signs.ts'
import { RestingOrders } from './resting-orders.ts'

const SMALL: OrderFlowParameters = { ...LIQUID_FLOW, mid: 10_000, diffusion: 4, reach: 12, depth: 40 }
/** Ids of orders that are not the model's. */
const OTHERS = 1_000_000_000_000

function silent(onTrade: (taker: number, maker: number, side: Side, price: number, lots: number) => void = () => {}) {
  return new MatchingEngine({ orders: 1 << 12, windowBits: 12 }, { onTrade, onRested: () => {}, onLevel: () => {} })
}

test('orders of others are taken and never canceled, whatever the price does', () => {
  let taken = 0
  const engine = silent((_taker, maker, _side, _price, lots) => {
    if (maker >= OTHERS) taken += lots
  })
  const flow = new OrderFlowModel(SMALL, engine, new Random(5))
  flow.open()
  let placed = 0
  for (let step = 0; step < 20_000; step++) {
    if (step % 50 === 0)
      for (const side of [BUY, SELL] as const)
        if (engine.limit(OTHERS + ++placed, side, engine.book.best(side), 1000) !== 'rested') placed--
    flow.step()
  }
  let resting = 0
  for (let id = OTHERS + 1; id <= OTHERS + placed; id++) if (engine.book.has(id)) resting += engine.book.lotsOf(id)
  equal(taken + resting, placed * 1000)
  ok(taken > 0 && resting > 0, `${taken} taken, ${resting} resting`)
})

test('the book never crosses or empties, and is kept near to its depth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 60 }), (seed, diffusion) => {
      const engine = silent()
      const flow = new OrderFlowModel({ ...SMALL, diffusion }, engine, new Random(seed))
      flow.open()
      let before = 0
      for (let step = 0; step < 3000; step++) {
        flow.step()
        const { book } = engine
        ok(Number.isFinite(book.best(BUY)) && book.best(BUY) < book.best(SELL), 'two sides, apart')
        ok(flow.at >= before, 'time does not go back')
        before = flow.at
        ok(book.count < 8 * SMALL.depth, `${book.count} orders`)
      }
      ok(engine.book.count > SMALL.depth / 2, `${engine.book.count} orders`)
    }),
    { numRuns: 40 },
  )
})

test('a flow that follows another stays near it', () => {
  const leading = silent()
  const following = silent()
  const leader = new OrderFlowModel({ ...SMALL, diffusion: 20 }, leading, new Random(1))
  const follower = new OrderFlowModel({ ...SMALL, diffusion: 20 }, following, new Random(2), leader)
  leader.open()
  follower.open()
  const middle = ({ book }: MatchingEngine): number => (book.best(BUY) + book.best(SELL)) / 2
  const moved: number[] = []
  const apart: number[] = []
  for (let second = 1; second <= 200; second++) {
    while (leader.at < second) {
      leader.step()
      while (follower.at < leader.at) follower.step()
    }
    moved.push(Math.abs(middle(leading) - SMALL.mid))
    apart.push(Math.abs(middle(leading) - middle(following)))
  }
  const mean = (values: number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length
  ok(mean(apart) < 20, `apart by ${mean(apart)} ticks`)
  ok(mean(moved) > 2 * mean(apart), `moved by ${mean(moved)}, apart by ${mean(apart)}`)
})

/** Agreement of sides some orders apart: 1 when always equal, 0 when by chance. */
function agreement(copied: number, lag: number): number {
  const signs = new OrderSigns(copied, new Random(3))
  const sides = Array.from({ length: 40_000 }, () => signs.next())
  return sides.slice(lag).reduce<number>((sum, side, at) => sum + side * sides[at]!, 0) / (sides.length - lag)
}

test('sides are remembered, less the longer ago, and not at all when none is copied', () => {
  const [near, later, far] = [1, 5, 20].map(lag => agreement(0.85, lag)) as [number, number, number]
  ok(near > 0.33 && near < 0.5, `next ${near}`)
  ok(later > 0.17 && later < 0.33 && far > 0.05 && far < 0.18, `five later ${later}, twenty later ${far}`)
  ok(Math.abs(agreement(0, 1)) < 0.02)
  throws(() => new OrderSigns(1.2, new Random(1)), /a share is 0..1/)
})

test('kinds come at the rates that were asked for, however they beget each other', () => {
  const excitation = [
    [0.4, 0.3],
    [0.1, 0.5],
  ]
  const rates = [30, 10]
  const bases = basesFor(rates, excitation)
  deepEqual(
    bases.map(base => Math.round(base * 1e9) / 1e9),
    [30 - 12 - 3, 10 - 3 - 5],
  )
  const memory = [
    { decay: 40, share: 0.5 },
    { decay: 2, share: 0.5 },
  ]
  const process = new HawkesProcess(bases, excitation, memory, new Random(9))
  const counts = [0, 0]
  while (process.at < 2000) counts[process.next()]!++
  for (const [kind, rate] of rates.entries())
    ok(Math.abs(counts[kind]! / 2000 / rate - 1) < 0.06, `${counts[kind]! / 2000} for ${rate}`)
  deepEqual(basesFor([1, 9], excitation)[0], 0, 'what others beget is more than was asked for')
  throws(() => new HawkesProcess([1], [[0.5]], [{ decay: 1, share: 0.5 }], new Random(1)), /shares of a memory are 1/)
})

test('what rests is drawn near the touch, once, and what is gone is never drawn', () => {
  const engine = silent()
  const resting = new RestingOrders(BUY, engine.book, new Random(4))
  for (let id = 1; id <= 200; id++) {
    engine.limit(id, BUY, 1000 - id, 1)
    resting.add(id)
  }
  for (let id = 1; id <= 200; id += 2) engine.cancel(id)
  const drawn = Array.from({ length: 100 }, () => resting.takeNearest(3))
  deepEqual(
    [...drawn].sort((one, other) => one - other),
    Array.from({ length: 100 }, (_, at) => 2 * at + 2),
  )
  const early = drawn.slice(0, 30).reduce((sum, id) => sum + id, 0) / 30
  ok(early < 85, `of 2..200, the first thirty drawn have a mean of ${early}`)
  equal(resting.takeNearest(3), 0)
  equal(resting.count, 0)
})

test('D60 a market that is halted stands still beside the others, and goes on where it stood', () => {
  const isOpen = [true, true]
  const trades = [0, 0]
  const start = 1_000_000
  const clock = new SimClock(start as Micros)
  const engines = isOpen.map((_, at) => silent(() => trades[at]!++))
  const flows = engines.map((engine, at) => new OrderFlowModel(SMALL, engine, new Random(at + 1)))
  const flow = new ModelFlow(flows, start, clock, isOpen)
  const tenSeconds = (): readonly number[] => {
    const [one, two] = trades as [number, number]
    flow.runUntil(clock.now() + 10_000_000)
    return [trades[0]! - one, trades[1]! - two]
  }
  const [, usual] = tenSeconds() as [number, number]
  ok(usual > 0)
  isOpen[1] = false
  const at = flows[1]!.at
  for (let turn = 0; turn < 5; turn++) {
    const [open, halted] = tenSeconds() as [number, number]
    ok(open > 0)
    equal(halted, 0)
  }
  equal(flows[1]!.at, at)
  isOpen[1] = true
  tenSeconds()
  ok(flows[1]!.at - at <= 10.02, `${flows[1]!.at - at} seconds were made up for`)
  ok(flows[1]!.at - at >= 9.9)
})
