import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { ProbabilityQueue, RiskAverseQueue } from '../book/queue-model.ts'
import { RingConsumer, RingProducer } from '../bus/ring.ts'
import { RingMemory } from '../bus/ring-memory.ts'
import { ConstantLatency } from '../exchange/latency-model.ts'
import { LIQUID_FLOW } from '../exchange/order-flow-parameters.ts'
import { SyntheticMarket } from '../exchange/synthetic-market.ts'
import { DEFAULT_MAKER_POLICY } from '../execution/maker-policy.ts'
import { WorkingOrder } from '../execution/working-order.ts'
import type { Instrument } from '../market/instrument.ts'
import { InstrumentTable } from '../market/instrument-table.ts'
import { BUY, SELL } from '../market/side.ts'
import type { OrderView } from '../order/order.ts'
import { RateWindow } from '../risk/rate-window.ts'
import { NO_LIMITS } from '../risk/risk-limits.ts'
import type { Desk, Strategy } from '../strategy/strategy.ts'
import { RingSource } from './ring-source.ts'
import { TradingSession } from './trading-session.ts'

const usdt = { code: 'USDT', decimals: 8 }
const INSTRUMENT: Instrument = {
  index: 0,
  venue: 'v',
  symbol: 'X',
  unified: 'X/USDT',
  kind: 'perpetual',
  base: { code: 'X', decimals: 8 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 5, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 10n },
  bounds: {},
  fees: { maker: 0, taker: 0 },
  grids: 'published',
}

/** Rests a little on both sides, whatever happens. */
class Joiner implements Strategy {
  readonly name = 'joiner'
  readonly #orders: readonly WorkingOrder[]
  #desk!: Desk
  constructor() {
    const budget = new RateWindow(1000, 1_000_000)
    const rules = { ...DEFAULT_MAKER_POLICY.rules, moveTicks: 50, frontTicks: 200, adverseTicks: 50 }
    this.#orders = [BUY, SELL].map(
      side => new WorkingOrder(0, side, this.name, { ...DEFAULT_MAKER_POLICY, rules }, budget),
    )
  }
  initialize(desk: Desk): void {
    this.#desk = desk
  }
  onMarketData(): void {
    for (const order of this.#orders) {
      const limit = order.side * Number.POSITIVE_INFINITY
      order.follow(this.#desk, { limit, quantity: 20, urgency: 0, reduceOnly: false })
    }
  }
  onOrderUpdate(order: OrderView): void {
    for (const each of this.#orders) each.update(order)
  }
  onOrderFill(): void {}
  onPositionUpdate(): void {}
  getState(): Record<string, number> {
    return {}
  }
}

for (const queue of [new RiskAverseQueue(), new ProbabilityQueue(2)])
  test(`S2-OMS-33 ${queue.constructor.name}: seen without delay, our estimate is the place that the simulated venue gives`, () => {
    const ring = RingMemory.create(new SharedArrayBuffer(RingMemory.bytes(1 << 14)), 1 << 14)
    const producer = new RingProducer(ring)
    const [venueSide, ourSide] = [0, 1].map(() => new RingSource(new RingConsumer(ring, 'lossless')))
    const market = new SyntheticMarket(11, 1_000_000, [LIQUID_FLOW], producer)
    const session = new TradingSession({
      instruments: new InstrumentTable([INSTRUMENT]),
      strategies: [{ strategy: new Joiner(), instruments: [INSTRUMENT] }],
      venueSide: venueSide!,
      ourSide: ourSide!,
      latency: new ConstantLatency(0, 0, 0),
      queue,
      limits: { byInstrument: [NO_LIMITS], ordersPerWindowMax: 1000, rateWindow: 1_000_000 },
      capital: [],
      currency: 'USDT',
      equityInterval: 1_000_000,
    })
    let compared = 0
    let between = 0
    for (let now = 1_000_000; now < 61_000_000; now += 20_000) {
      market.runUntil(now)
      session.run(now)
      const atVenue = session.venue.openOrders.map(({ clientOrderId, ahead }) => [clientOrderId, ahead])
      deepEqual(
        atVenue.map(([id]) => [id, session.queues.placeOf(id as string)?.ahead]),
        atVenue,
      )
      compared += atVenue.length
      between += atVenue.filter(([, ahead]) => (ahead as number) > 0).length
    }
    ok(compared > 5000 && between > 1000, `${compared} places, ${between} not first`)
    ok(session.fills > 10 && (session.decisions.get('joined') ?? 0) > 5)
  })
