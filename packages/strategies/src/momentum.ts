import { SECOND } from '@velocimex/core/clock/micros'
import { type EventRecord, Kind } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { Position } from '@velocimex/core/order/position'
import { Ema } from '@velocimex/core/signal/ema'
import { TradeFlow } from '@velocimex/core/signal/trade-flow'
import type { ParameterSet, ParameterSpec } from '@velocimex/core/strategy/parameters'
import type { Desk, Strategy, StrategyState } from '@velocimex/core/strategy/strategy'

/** Parameters of the momentum strategy. */
export const MOMENTUM_PARAMETERS: readonly ParameterSpec[] = [
  { name: 'quantity', doc: 'size of a position, in base units', type: 'quantity', default: '0.01' },
  {
    name: 'fastMs',
    doc: 'half-life of the fast average, in milliseconds',
    type: 'number',
    default: 500,
    min: 1,
    max: 3_600_000,
  },
  {
    name: 'slowMs',
    doc: 'half-life of the slow average, in milliseconds',
    type: 'number',
    default: 5000,
    min: 1,
    max: 86_400_000,
  },
  {
    name: 'thresholdBps',
    doc: 'lead of the fast over the slow average that opens a position, in bps',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 10_000,
  },
  {
    name: 'flow',
    doc: 'trade-flow imbalance in the same direction that is asked for, 0..1',
    type: 'number',
    default: 0.3,
    min: 0,
    max: 1,
  },
  {
    name: 'holdMs',
    doc: 'longest time in a position, in milliseconds',
    type: 'number',
    default: 10_000,
    min: 1,
    max: 86_400_000,
  },
  {
    name: 'slippageBps',
    doc: 'how far through the touch an order may trade, in bps',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1000,
  },
]

/** State of one instrument, made once. */
class Trend {
  readonly instrument: Instrument
  readonly fast: Ema
  readonly slow: Ema
  readonly flow: TradeFlow
  readonly size: number
  orderId = ''
  openedAt = 0
  /** No order before this instant: a refused wish is not repeated on every message. */
  quietUntil = 0

  constructor(instrument: Instrument, size: number, fast: number, slow: number) {
    this.instrument = instrument
    this.size = size
    this.fast = new Ema(fast)
    this.slow = new Ema(slow)
    this.flow = new TradeFlow(slow)
  }
}

/**
 * Follows a move: enters when the fast average of the mid leads the slow one by a threshold and recent trades agree,
 * leaves when the lead is gone or the time is up. Takes with immediate-or-cancel orders. S2-STR-20.
 */
export class Momentum implements Strategy {
  readonly name: string
  readonly #parameters: ParameterSet
  readonly #threshold: number
  readonly #flow: number
  readonly #hold: number
  readonly #slippage: number
  readonly #trends: (Trend | undefined)[] = []
  #desk!: Desk
  #entries = 0
  #exits = 0

  constructor(name: string, parameters: ParameterSet) {
    this.name = name
    this.#parameters = parameters
    this.#threshold = parameters.number('thresholdBps') / 1e4
    this.#flow = parameters.number('flow')
    this.#hold = parameters.number('holdMs') * 1000
    this.#slippage = parameters.number('slippageBps') / 1e4
  }

  initialize(desk: Desk): void {
    this.#desk = desk
    const fast = this.#parameters.number('fastMs') * 1000
    const slow = this.#parameters.number('slowMs') * 1000
    for (const [at, instrument] of desk.instruments.entries()) {
      const size = this.#parameters.lots('quantity')[at]!
      this.#trends[instrument.index] = new Trend(instrument, size, fast, slow)
    }
  }

  onMarketData(event: EventRecord): void {
    const trend = this.#trends[event.instrument]!
    const now = this.#desk.clock.now()
    if (event.kind === Kind.trade) trend.flow.update(event.quantity, event.aggressorBuy, now)
    if (event.kind !== Kind.level) return
    const book = this.#desk.book(event.instrument)
    if (book.isEmpty || book.isCrossed) return
    const mid = (book.bestBid + book.bestAsk) / 2
    const lead = trend.fast.update(mid, now) - trend.slow.update(mid, now)
    if (trend.orderId !== '' || now < trend.quietUntil) return
    const held = this.#desk.position(event.instrument).netLots
    if (held === 0) this.#enter(trend, lead, mid)
    else if (held * lead <= 0 || now - trend.openedAt >= this.#hold) {
      this.#take(trend, held > 0 ? SELL : BUY, Math.abs(held), true)
    }
  }

  onOrderUpdate(order: OrderView): void {
    const trend = this.#trends[order.request.instrument]!
    if (order.clientOrderId !== trend.orderId) return
    const { state } = order
    if (state === 'filled' || state === 'canceled' || state === 'rejected' || state === 'expired') trend.orderId = ''
  }

  onOrderFill(fill: Fill): void {
    this.#trends[fill.instrument]!.openedAt = this.#desk.clock.now()
  }

  onPositionUpdate(_position: Position): void {
    // The desk holds the position; the next book message reads it there.
  }

  getState(): StrategyState {
    return { entries: this.#entries, exits: this.#exits }
  }

  #enter(trend: Trend, lead: number, mid: number): void {
    const side = lead > 0 ? BUY : SELL
    if (Math.abs(lead) < this.#threshold * mid || trend.flow.imbalance * side < this.#flow) return
    const { index } = trend.instrument
    this.#desk.signal({ name: 'lead', instrument: index, value: lead, at: this.#desk.clock.now(), horizon: this.#hold })
    this.#take(trend, side, trend.size, false)
  }

  #take(trend: Trend, side: Side, quantity: number, isExit: boolean): void {
    const book = this.#desk.book(trend.instrument.index)
    const touch = side === BUY ? book.bestAsk : book.bestBid
    const limit = touch + side * Math.round(touch * this.#slippage)
    trend.orderId = this.#desk.place({
      instrument: trend.instrument.index,
      side,
      type: 'limit',
      quantity: quantity as Lots,
      price: limit as Ticks,
      timeInForce: 'ioc',
      postOnly: false,
      // A spot market has no such orders.
      reduceOnly: isExit && trend.instrument.kind !== 'spot',
      strategy: this.name,
    })
    if (trend.orderId === '') {
      trend.quietUntil = this.#desk.clock.now() + SECOND
      return
    }
    if (isExit) this.#exits++
    else this.#entries++
  }
}
