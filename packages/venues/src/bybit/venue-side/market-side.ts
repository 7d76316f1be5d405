import type { ExchangeOrder, ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { TradeBars } from '../../trade-bars.ts'
import type { DialectOptions } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import { AccountCalls } from './account-calls.ts'
import { AccountTopics } from './account-topics.ts'
import type { MarketSources } from './market-sources.ts'
import { MarketTopics } from './market-topics.ts'
import { OrderBatches } from './order-batches.ts'
import { OrderCalls } from './order-calls.ts'
import { OrderTexts } from './order-texts.ts'
import { OwnInstruments } from './own-instruments.ts'
import { PublicCalls } from './public-calls.ts'
import { RateLimits } from './rate-limits.ts'
import { type Route, routesOf } from './routes.ts'

const TRADES_KEPT = 1000

/** One market of the venue, spot or linear: its calls, topics and limits over its part of an exchange. */
export class MarketSide {
  readonly category: Category
  readonly own: OwnInstruments
  readonly orders: OrderCalls
  readonly accountTopics: AccountTopics
  readonly topics: MarketTopics
  readonly limits: RateLimits
  readonly routes: ReadonlyMap<string, Route>
  readonly #bars: TradeBars[]
  readonly #trades: ExchangeTrade[][]
  readonly #sequences: Float64Array

  /** @param guard sets cancel on disconnect for an account */
  constructor(
    category: Category,
    instruments: readonly Instrument[],
    { exchange, clock }: DialectOptions,
    guard: (account: number, seconds: number) => void,
  ) {
    this.category = category
    this.own = new OwnInstruments(instruments)
    const { length } = exchange.instruments.all
    this.#bars = Array.from({ length }, () => new TradeBars())
    this.#trades = Array.from({ length }, () => [])
    this.#sequences = new Float64Array(length).fill(1_000_000)
    const common = { category, own: this.own, exchange, texts: new OrderTexts(category) }
    const sources: MarketSources = {
      ...{ ...common, bars: this.#bars, trades: this.#trades, now: () => Math.floor(clock.now() / 1000) },
      sequence: instrument => this.#sequences[instrument]!,
    }
    const onEnded = (order: ExchangeOrder): void => this.accountTopics.onOrder(order)
    this.orders = new OrderCalls({ ...common, onEnded, now: () => clock.now() })
    const batches = new OrderBatches(category, this.orders, sources.now)
    const account = new AccountCalls({ ...common, orders: this.orders })
    this.accountTopics = new AccountTopics({ ...common, orders: this.orders, calls: account })
    this.topics = new MarketTopics(sources)
    this.limits = new RateLimits(category, clock)
    this.routes = routesOf({ category, open: new PublicCalls(sources), orders: this.orders, batches, account, guard })
  }

  onTrade(trade: ExchangeTrade): void {
    const trades = this.#trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.#bars[trade.instrument.index]!.take(trade)
    this.topics.onTrade(trade)
  }

  onLevel(instrument: Instrument): void {
    this.#sequences[instrument.index]!++
    this.topics.onLevel(instrument)
  }
}
