import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { OrderBook } from '../book/order-book.ts'
import { ProbabilityQueue, type QueueModel, RiskAverseQueue } from '../book/queue-model.ts'
import { Random } from '../clock/random.ts'
import { QueueWatch } from '../execution/queue-watch.ts'
import { Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderState } from '../order/order-state.ts'
import { MatchingEngine, type MatchingListener } from './matching-engine.ts'
import { OrderFlowModel } from './order-flow-model.ts'
import { LIQUID_FLOW, type OrderFlowParameters, PERPETUAL_FLOW } from './order-flow-parameters.ts'

const OURS = 2 ** 40
const EVENTS = 60_000

interface Ours {
  readonly id: number
  readonly side: Side
  readonly price: number
  /** Lots ahead when it came to rest, as the exchange knows. */
  readonly entry: number
}

/** An exchange in full, and beside it what a client sees of it: totals, prints, and reports of its own orders. */
class Exchange implements MatchingListener {
  readonly engine = new MatchingEngine({ orders: 1 << 14, windowBits: 14 }, this)
  readonly flow: OrderFlowModel
  readonly book = new OrderBook(16)
  readonly watch: QueueWatch
  readonly ours = new Map<number, Ours>()
  readonly ownLots: number
  readonly #records = new Records(1)
  readonly #record = new EventRecord(this.#records)
  #now = 0

  constructor(parameters: OrderFlowParameters, model: QueueModel, seed: number) {
    this.ownLots = Math.round(parameters.houseLots / 100)
    this.watch = new QueueWatch({ books: [this.book], model, showsOurs: true, lag: 0, amending: ['keeps_place'] })
    this.flow = new OrderFlowModel(parameters, this.engine, new Random(seed))
    this.flow.open()
  }

  step(): void {
    this.flow.step()
    this.#now = Math.floor(this.flow.at * 1e6)
  }

  /** Joins the touch. The word of it comes when the book has shown it already. */
  join(id: number, side: Side): void {
    const price = this.engine.book.best(side)
    this.engine.limit(id, side, price, this.ownLots)
    this.ours.set(id, { id, side, price, entry: this.engine.book.ahead(id) })
    this.#report(id, 'submitted')
  }

  cancel(id: number): void {
    this.#report(id, 'pending_cancel')
    this.engine.cancel(id)
    this.#report(id, 'canceled')
    this.ours.delete(id)
  }

  onTrade(_taker: number, maker: number, side: Side, price: number, lots: number): void {
    this.#tell(Kind.trade, Flag.last | (side === BUY ? Flag.aggressorBuy : 0), price, lots)
    if (!this.ours.has(maker)) return
    this.#report(maker, this.engine.book.has(maker) ? 'partially_filled' : 'filled')
    if (!this.engine.book.has(maker)) this.ours.delete(maker)
  }

  onRested(): void {
    // The level that follows says it all.
  }

  onLevel(side: Side, price: number): void {
    const flags = Flag.last | (side === BUY ? Flag.bid : 0)
    this.#tell(Kind.level, flags, price, this.engine.book.lotsAt(side, price))
  }

  #report(id: number, state: OrderState): void {
    const { side, price } = this.ours.get(id)!
    const leaves = this.engine.book.lotsOf(id)
    const request = { instrument: 0, side, type: 'limit', timeInForce: 'gtc' }
    const told = {
      clientOrderId: String(id),
      state,
      price,
      quantity: this.ownLots,
      cumulative: this.ownLots - leaves,
      leaves,
    }
    this.watch.onOrderUpdate({ ...told, request } as unknown as OrderView, this.#now)
  }

  #tell(kind: Kind, flags: number, price: number, lots: number): void {
    this.#record.at(0).write(kind, flags, 0, 0, this.#now, this.#now).lanes(price, lots, 0, 0)
    this.watch.onRecord(this.#record)
    this.book.apply(this.#record)
  }
}

/** Errors of the places of orders that are renewed at the touch: their sum over the sum of the queues at entry. */
function play(parameters: OrderFlowParameters, model: QueueModel, seed: number) {
  const exchange = new Exchange(parameters, model, seed)
  const random = new Random(seed)
  let next = OURS
  let samples = 0
  let entries = 0
  let off = 0
  let bias = 0
  let nearer = 0
  for (let event = 0; event < EVENTS; event++) {
    exchange.step()
    if (exchange.ours.size < 6 && random.below(50) === 0) exchange.join(++next, random.below(2) === 0 ? BUY : SELL)
    for (const { id, side, price, entry } of exchange.ours.values()) {
      const place = exchange.watch.placeOf(String(id))!
      const truth = exchange.engine.book.ahead(id)
      ok(place.ahead >= 0 && place.ahead <= exchange.book.side(side).lotsAt(price), `${place.ahead} lies in the level`)
      if (event % 20 !== 0) continue
      samples++
      entries += entry
      off += Math.abs(place.ahead - truth)
      bias += place.ahead - truth
      if (place.ahead < truth) nearer++
    }
    if (exchange.ours.size === 6 && random.below(400) === 0) exchange.cancel(exchange.ours.keys().next().value!)
  }
  return { samples, off: off / entries, bias: bias / entries, nearer: nearer / samples }
}

/** Most of the mean error, as a share of the queue at entry: what was measured, and a tenth of it on top. */
const cases: [string, OrderFlowParameters, string, QueueModel, number][] = [
  ['liquid coin', LIQUID_FLOW, 'risk-averse', new RiskAverseQueue(), 0.17],
  ['liquid coin', LIQUID_FLOW, 'probability 1', new ProbabilityQueue(1), 0.09],
  ['liquid coin', LIQUID_FLOW, 'probability 2', new ProbabilityQueue(2), 0.1],
  ['perpetual', PERPETUAL_FLOW, 'risk-averse', new RiskAverseQueue(), 0.18],
  ['perpetual', PERPETUAL_FLOW, 'probability 1', new ProbabilityQueue(1), 0.08],
  ['perpetual', PERPETUAL_FLOW, 'probability 2', new ProbabilityQueue(2), 0.085],
]
for (const [what, parameters, name, model, most] of cases)
  test(`S2-OMS-33 the estimate beside the exchange's own queue: ${what}, ${name}`, context => {
    const runs = [1, 2, 3].map(seed => play(parameters, model, seed))
    const mean = (of: 'off' | 'bias' | 'nearer'): number => runs.reduce((sum, run) => sum + run[of], 0) / runs.length
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
    const samples = runs.reduce((sum, run) => sum + run.samples, 0)
    context.diagnostic(
      `${samples} samples: off by ${percent(mean('off'))} of the queue at entry, too far back by ${percent(mean('bias'))}, nearer than true in ${percent(mean('nearer'))}`,
    )
    ok(samples > 10_000)
    ok(mean('off') <= most, `off by ${mean('off')}`)
    if (name === 'risk-averse') equal(mean('nearer'), 0, 'the careful model never says nearer than it is')
  })
