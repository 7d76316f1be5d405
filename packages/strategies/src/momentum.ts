import { SECOND } from '@velocimex/core/clock/micros'
import { DEFAULT_MAKER_POLICY } from '@velocimex/core/execution/maker-policy'
import type { QuoteRules } from '@velocimex/core/execution/quote-rules'
import { type Target, WorkingOrder } from '@velocimex/core/execution/working-order'
import { Kind } from '@velocimex/core/market/event-kind'
import type { EventRecord } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, opposite, SELL, type Side } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { Position } from '@velocimex/core/order/position'
import { RateWindow } from '@velocimex/core/risk/rate-window'
import { Ema } from '@velocimex/core/signal/ema'
import { TradeFlow } from '@velocimex/core/signal/trade-flow'
import type { ParameterSet, ParameterSpec } from '@velocimex/core/strategy/parameters'
import type { Desk, Strategy, StrategyState } from '@velocimex/core/strategy/strategy'
import { leadUrgency, PLAIN_URGENCY } from './urgency.ts'
import { improveFrom, RuleScale, rulesOf, WORKING_PARAMETERS } from './working-parameters.ts'

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
    doc: 'how far through the touch an order that takes may trade, in bps',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1000,
  },
  {
    name: 'takeAbove',
    doc: 'urgency above which orders take rather than rest, 0..1; a lead of the threshold has 0.5, of twice as much 0.75',
    type: 'number',
    default: 0.8,
    min: 0,
    max: 1,
  },
  {
    name: 'exitMs',
    doc: 'time after the reason to leave in which the urgency of leaving grows from 0.5 to 1, in milliseconds',
    type: 'number',
    default: 2000,
    min: 1,
    max: 3_600_000,
  },
  ...WORKING_PARAMETERS,
]

/** State of one instrument, made once. */
class Trend {
  readonly instrument: Instrument
  readonly fast: Ema
  readonly slow: Ema
  readonly flow: TradeFlow
  readonly size: number
  readonly rules: QuoteRules
  readonly buy: WorkingOrder
  readonly sell: WorkingOrder
  readonly target: Target
  openedAt = 0
  /** Side that is being entered; 0 when none is. */
  entering: Side | 0 = 0
  /** Since when the position is being left; NaN while it is held. */
  leavingSince = Number.NaN

  constructor(instrument: Instrument, size: number, name: string, parameters: ParameterSet, budget: RateWindow) {
    this.instrument = instrument
    this.size = size
    this.fast = new Ema(parameters.number('fastMs') * 1000)
    this.slow = new Ema(parameters.number('slowMs') * 1000)
    this.flow = new TradeFlow(parameters.number('slowMs') * 1000)
    this.rules = rulesOf(parameters)
    const policy = {
      ...DEFAULT_MAKER_POLICY,
      takeAbove: parameters.number('takeAbove'),
      takeBps: parameters.number('slippageBps'),
      improveFrom: improveFrom(parameters),
      rules: this.rules,
    }
    this.buy = new WorkingOrder(instrument.index, BUY, name, policy, budget)
    this.sell = new WorkingOrder(instrument.index, SELL, name, policy, budget)
    this.target = { limit: 0, quantity: size, urgency: 0, reduceOnly: false }
  }

  order(side: Side): WorkingOrder {
    return side === BUY ? this.buy : this.sell
  }
}

/**
 * Follows a move: enters when the fast average of the mid leads the slow one by a threshold and recent trades agree,
 * leaves when the lead is gone or the time is up. It rests at the touch, and takes when the lead is strong or leaving
 * lasts too long. S2-STR-20.
 */
export class Momentum implements Strategy {
  readonly name: string
  readonly #parameters: ParameterSet
  readonly #threshold: number
  readonly #flow: number
  readonly #hold: number
  readonly #exit: number
  readonly #scale: RuleScale
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
    this.#exit = parameters.number('exitMs') * 1000
    this.#scale = new RuleScale(parameters)
  }

  initialize(desk: Desk): void {
    this.#desk = desk
    const parameters = this.#parameters
    const budget = new RateWindow(Math.round(parameters.number('movesPerSecond')), SECOND)
    for (const [at, instrument] of desk.instruments.entries()) {
      const size = parameters.lots('quantity')[at]!
      this.#trends[instrument.index] = new Trend(instrument, size, this.name, parameters, budget)
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
    this.#scale.apply(trend.rules, mid)
    const lead = trend.fast.update(mid, now) - trend.slow.update(mid, now)
    const held = this.#desk.position(event.instrument).netLots
    if (held === 0) this.#outside(trend, lead, mid)
    else this.#inside(trend, lead, mid, held, now)
  }

  onOrderUpdate(order: OrderView): void {
    const trend = this.#trends[order.request.instrument]!
    trend.buy.update(order)
    trend.sell.update(order)
  }

  onOrderFill(fill: Fill): void {
    const trend = this.#trends[fill.instrument]!
    if (this.#desk.position(fill.instrument).netLots === fill.side * fill.quantity)
      trend.openedAt = this.#desk.clock.now()
  }

  onPositionUpdate(_position: Position): void {
    // The desk holds the position; the next book message reads it there.
  }

  standing(clientOrderId: string): string | undefined {
    for (const trend of this.#trends) {
      const standing = trend?.buy.standing(clientOrderId) ?? trend?.sell.standing(clientOrderId)
      if (standing !== undefined) return standing
    }
    return undefined
  }

  getState(): StrategyState {
    return { entries: this.#entries, exits: this.#exits }
  }

  /** Without a position: wait for a signal, and go after it while it lasts. */
  #outside(trend: Trend, lead: number, mid: number): void {
    const desk = this.#desk
    trend.leavingSince = Number.NaN
    const side = lead > 0 ? BUY : SELL
    const least = this.#threshold * mid
    const isSignal = Math.abs(lead) >= least && trend.flow.imbalance * side >= this.#flow
    if (trend.entering !== 0 && !(isSignal && side === trend.entering)) {
      trend.order(trend.entering).withdraw(desk)
      trend.entering = 0
    }
    // What left the last position, or entered the other way, goes first.
    trend.order(opposite(side)).withdraw(desk)
    if (!isSignal || trend.order(opposite(side)).isOut) return
    const { index } = trend.instrument
    if (trend.entering === 0) {
      trend.entering = side
      this.#entries++
      desk.signal({ name: 'lead', instrument: index, value: lead, at: desk.clock.now(), horizon: this.#hold })
    }
    this.#work(trend, side, trend.size, leadUrgency(lead, least), false)
  }

  /** With a position: hold it while the lead lasts, then leave with growing haste. */
  #inside(trend: Trend, lead: number, mid: number, held: number, now: number): void {
    const side = held > 0 ? SELL : BUY
    trend.order(opposite(side)).withdraw(this.#desk)
    trend.entering = 0
    if (Number.isNaN(trend.leavingSince)) {
      if (held * lead > 0 && now - trend.openedAt < this.#hold) return
      trend.leavingSince = now
      this.#exits++
    }
    const waited = (PLAIN_URGENCY * (now - trend.leavingSince)) / this.#exit
    const against = lead * side > 0 ? leadUrgency(lead, this.#threshold * mid) : 0
    this.#work(trend, side, Math.abs(held), Math.min(1, Math.max(PLAIN_URGENCY + waited, against)), true)
  }

  #work(trend: Trend, side: Side, quantity: number, urgency: number, isExit: boolean): void {
    const { target } = trend
    target.limit = side * Number.POSITIVE_INFINITY
    target.quantity = quantity
    target.urgency = urgency
    // A spot market has no such orders.
    target.reduceOnly = isExit && trend.instrument.kind !== 'spot'
    trend.order(side).follow(this.#desk, target)
  }
}
