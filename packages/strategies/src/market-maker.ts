import { weightedMid } from '@velocimex/core/book/book-metrics'
import { SECOND } from '@velocimex/core/clock/micros'
import { DEFAULT_MAKER_POLICY } from '@velocimex/core/execution/maker-policy'
import type { QuoteRules } from '@velocimex/core/execution/quote-rules'
import { type Target, WorkingOrder } from '@velocimex/core/execution/working-order'
import { Kind } from '@velocimex/core/market/event-kind'
import type { EventRecord } from '@velocimex/core/market/event-record'
import { roundPassive } from '@velocimex/core/market/rounding'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { Position } from '@velocimex/core/order/position'
import { RateWindow } from '@velocimex/core/risk/rate-window'
import type { ParameterSet, ParameterSpec } from '@velocimex/core/strategy/parameters'
import type { Desk, Strategy, StrategyState } from '@velocimex/core/strategy/strategy'
import { improveFrom, RuleScale, rulesOf, WORKING_PARAMETERS } from './working-parameters.ts'

/** Parameters of the market maker. */
export const MARKET_MAKER_PARAMETERS: readonly ParameterSpec[] = [
  { name: 'quantity', doc: 'size of each quote, in base units', type: 'quantity', default: '0.01' },
  {
    name: 'maxPosition',
    doc: 'position at which the growing side is withdrawn, base units',
    type: 'quantity',
    default: '0.05',
  },
  {
    name: 'halfSpreadBps',
    doc: 'least distance of a quote from fair value, in bps',
    type: 'number',
    default: 0.2,
    min: 0,
    max: 1000,
  },
  {
    name: 'skewBps',
    doc: 'how far quotes shift against a full position, in bps',
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1000,
  },
  ...WORKING_PARAMETERS,
]

/** The market of one instrument, made once. */
class Market {
  readonly bid: WorkingOrder
  readonly ask: WorkingOrder
  readonly rules: QuoteRules
  readonly buy: Target
  readonly sell: Target
  readonly size: number
  readonly limit: number

  constructor(index: number, name: string, parameters: ParameterSet, size: number, limit: number, budget: RateWindow) {
    this.rules = rulesOf(parameters)
    // It waits for others to come: it never takes.
    const policy = { ...DEFAULT_MAKER_POLICY, takeAbove: 1, improveFrom: improveFrom(parameters), rules: this.rules }
    this.bid = new WorkingOrder(index, BUY, name, policy, budget)
    this.ask = new WorkingOrder(index, SELL, name, policy, budget)
    this.buy = { limit: 0, quantity: size, urgency: 0, reduceOnly: false }
    this.sell = { limit: 0, quantity: size, urgency: 0, reduceOnly: false }
    this.size = size
    this.limit = limit
  }
}

/**
 * Captures the spread: one post-only quote a side around the weighted mid, never better than the touch unless told to
 * improve on a wide spread (it joins the queue and keeps its place there), shifted against the inventory, withdrawn on
 * the side that would pass the position limit. S2-STR-21.
 *
 *     reservation = weighted mid * (1 - skew * position / limit)
 *     bid = min(best bid, reservation - half spread)      ask = max(best ask, reservation + half spread)
 *
 * The shift against inventory follows Avellaneda and Stoikov, "High-frequency trading in a limit order book",
 * Quantitative Finance 8(3), 2008, with their risk term replaced by a linear one.
 */
export class MarketMaker implements Strategy {
  readonly name: string
  readonly #parameters: ParameterSet
  readonly #halfSpread: number
  readonly #skew: number
  readonly #scale: RuleScale
  readonly #markets: (Market | undefined)[] = []
  #desk!: Desk
  #fills = 0

  constructor(name: string, parameters: ParameterSet) {
    this.name = name
    this.#parameters = parameters
    this.#halfSpread = parameters.number('halfSpreadBps') / 1e4
    this.#skew = parameters.number('skewBps') / 1e4
    this.#scale = new RuleScale(parameters)
  }

  initialize(desk: Desk): void {
    this.#desk = desk
    const parameters = this.#parameters
    const budget = new RateWindow(Math.round(parameters.number('movesPerSecond')), SECOND)
    for (const [at, { index }] of desk.instruments.entries()) {
      const size = parameters.lots('quantity')[at]!
      this.#markets[index] = new Market(index, this.name, parameters, size, parameters.lots('maxPosition')[at]!, budget)
    }
  }

  onMarketData(event: EventRecord): void {
    if (event.kind !== Kind.level && event.kind !== Kind.clear) return
    const index = event.instrument
    const market = this.#markets[index]!
    const { bid, ask, rules, buy, sell, size, limit } = market
    const desk = this.#desk
    const book = desk.book(index)
    const fair = book.isEmpty || book.isCrossed ? Number.NaN : weightedMid(book)
    if (Number.isNaN(fair)) {
      bid.withdraw(desk)
      ask.withdraw(desk)
      return
    }
    this.#scale.apply(rules, fair)
    const position = desk.position(index).netLots
    const reservation = fair * (1 - (this.#skew * position) / limit)
    const half = fair * this.#halfSpread
    buy.limit = roundPassive(BUY, reservation - half)
    sell.limit = roundPassive(SELL, reservation + half)
    if (position + size > limit) bid.withdraw(desk)
    else bid.follow(desk, buy)
    if (position - size < -limit) ask.withdraw(desk)
    else ask.follow(desk, sell)
  }

  onOrderUpdate(order: OrderView): void {
    const market = this.#markets[order.request.instrument]!
    market.bid.update(order)
    market.ask.update(order)
  }

  onOrderFill(_fill: Fill): void {
    this.#fills++
  }

  onPositionUpdate(_position: Position): void {
    // The desk holds the position; the next book message reads it there.
  }

  standing(clientOrderId: string): string | undefined {
    for (const market of this.#markets) {
      const standing = market?.bid.standing(clientOrderId) ?? market?.ask.standing(clientOrderId)
      if (standing !== undefined) return standing
    }
    return undefined
  }

  getState(): StrategyState {
    const quotes = this.#markets.flatMap(market => (market === undefined ? [] : [market.bid, market.ask]))
    const quotesOut = quotes.filter(({ isOut }) => isOut).length
    return { fills: this.#fills, quotesOut, moves: quotes.reduce((sum, { moves }) => sum + moves, 0) }
  }
}
