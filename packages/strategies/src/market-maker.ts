import { weightedMid } from '@velocimex/core/book/book-metrics'
import { type EventRecord, Kind } from '@velocimex/core/market/event-record'
import { roundPassive } from '@velocimex/core/market/rounding'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { Position } from '@velocimex/core/order/position'
import type { ParameterSet, ParameterSpec } from '@velocimex/core/strategy/parameters'
import type { Desk, Strategy, StrategyState } from '@velocimex/core/strategy/strategy'
import { Quote } from './quote.ts'

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
  {
    name: 'requoteBps',
    doc: 'how far the target must move before a quote follows, in bps',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 1000,
  },
  {
    name: 'patienceMs',
    doc: 'least time between two moves of a quote, in milliseconds',
    type: 'number',
    default: 50,
    min: 0,
    max: 60_000,
  },
]

/**
 * Captures the spread: one post-only quote a side around the weighted mid, never better than the touch (it joins the
 * queue), shifted against the inventory, withdrawn on the side that would pass the position limit. S2-STR-21.
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
  readonly #requote: number
  readonly #patience: number
  readonly #bids: (Quote | undefined)[] = []
  readonly #asks: (Quote | undefined)[] = []
  readonly #sizes: number[] = []
  readonly #limits: number[] = []
  #desk!: Desk
  #fills = 0

  constructor(name: string, parameters: ParameterSet) {
    this.name = name
    this.#parameters = parameters
    this.#halfSpread = parameters.number('halfSpreadBps') / 1e4
    this.#skew = parameters.number('skewBps') / 1e4
    this.#requote = parameters.number('requoteBps') / 1e4
    this.#patience = parameters.number('patienceMs') * 1000
  }

  initialize(desk: Desk): void {
    this.#desk = desk
    for (const [at, { index }] of desk.instruments.entries()) {
      this.#bids[index] = new Quote(index, BUY, this.name)
      this.#asks[index] = new Quote(index, SELL, this.name)
      this.#sizes[index] = this.#parameters.lots('quantity')[at]!
      this.#limits[index] = this.#parameters.lots('maxPosition')[at]!
    }
  }

  onMarketData(event: EventRecord): void {
    if (event.kind !== Kind.level && event.kind !== Kind.clear) return
    const index = event.instrument
    const bid = this.#bids[index]!
    const ask = this.#asks[index]!
    const desk = this.#desk
    const book = desk.book(index)
    const fair = book.isEmpty || book.isCrossed ? Number.NaN : weightedMid(book)
    if (Number.isNaN(fair)) {
      bid.withdraw(desk)
      ask.withdraw(desk)
      return
    }
    const size = this.#sizes[index]!
    const limit = this.#limits[index]!
    const position = desk.position(index).netLots
    const reservation = fair * (1 - (this.#skew * position) / limit)
    const half = fair * this.#halfSpread
    const slack = Math.max(1, fair * this.#requote)
    if (position + size > limit) bid.withdraw(desk)
    else bid.follow(desk, Math.min(book.bestBid, roundPassive(BUY, reservation - half)), size, slack, this.#patience)
    if (position - size < -limit) ask.withdraw(desk)
    else ask.follow(desk, Math.max(book.bestAsk, roundPassive(SELL, reservation + half)), size, slack, this.#patience)
  }

  onOrderUpdate(order: OrderView): void {
    this.#bids[order.request.instrument]!.update(order)
    this.#asks[order.request.instrument]!.update(order)
  }

  onOrderFill(_fill: Fill): void {
    this.#fills++
  }

  onPositionUpdate(_position: Position): void {
    // The desk holds the position; the next book message reads it there.
  }

  getState(): StrategyState {
    const quotesOut = [...this.#bids, ...this.#asks].filter(quote => quote?.isOut).length
    return { fills: this.#fills, quotesOut }
  }
}
