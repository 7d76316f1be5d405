import type { Micros } from '@velocimex/core/clock/micros'
import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import type { ExchangeTerms } from '@velocimex/core/exchange/exchange-view'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Grid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentDraft } from '../../draft-instrument.ts'
import { TradeBars } from '../../trade-bars.ts'
import type {
  ClientRequest,
  ClientSocket,
  DialectOptions,
  SocketSession,
  VenueDialect,
  VenueReply,
  VenueSide,
} from '../../venue-dialect.ts'
import { toHex } from '../../wire/encodings.ts'
import type { Category } from '../frame-fields.ts'
import { makeInstrument } from '../make-instrument.ts'
import { AccountCalls } from './account-calls.ts'
import { AccountTopics } from './account-topics.ts'
import { ClientKeys } from './client-keys.ts'
import { FUNDING_RATE, type MarketSources, nextFunding } from './market-sources.ts'
import { MarketTopics } from './market-topics.ts'
import { OrderCalls } from './order-calls.ts'
import { OrderTexts } from './order-texts.ts'
import { PrivateSession } from './private-session.ts'
import { PublicCalls } from './public-calls.ts'
import { RateLimits } from './rate-limits.ts'
import { RequestValues } from './request-values.ts'
import { type Route, routesOf } from './routes.ts'
import { PublicSession, type TimedSession } from './socket-sessions.ts'
import { TradeSession } from './trade-session.ts'
import { enveloped, failure, isFailure } from './venue-failures.ts'

const TRADES_KEPT = 1000
/** Cancel on disconnect: the seconds to wait, the sockets that hold it off, since when there are none. */
interface Guard {
  seconds: number
  sockets: number
  since: number | undefined
}

/** Bybit as its clients see it: spot or linear over an exchange. */
class BybitDialect implements VenueDialect {
  readonly #category: Category
  readonly #options: DialectOptions
  readonly #orders: OrderCalls
  readonly #accountTopics: AccountTopics
  readonly #marketTopics: MarketTopics
  readonly #keys: ClientKeys
  readonly #limits: RateLimits
  readonly #routes: ReadonlyMap<string, Route>
  readonly #bars: TradeBars[]
  readonly #trades: ExchangeTrade[][]
  readonly #sequences: Float64Array
  readonly #sessions = new Set<TimedSession>()
  readonly #guards = new Map<number, Guard>()
  #fundingAt: number

  constructor(category: Category, venue: string, options: DialectOptions) {
    const { exchange, cryptography, clock, keys } = options
    this.#category = category
    this.#options = options
    const { length } = exchange.instruments.all
    this.#bars = Array.from({ length }, () => new TradeBars())
    this.#trades = Array.from({ length }, () => [])
    this.#sequences = new Float64Array(length).fill(1_000_000)
    const texts = new OrderTexts(category)
    const common = { category, venue, exchange, texts }
    const sequence = (instrument: number): number => this.#sequences[instrument]!
    const sources: MarketSources = {
      ...common,
      ...{ bars: this.#bars, trades: this.#trades, sequence, now: () => this.#now() },
    }
    const onEnded = (order: ExchangeOrder): void => this.#accountTopics.onOrder(order)
    this.#orders = new OrderCalls({ ...common, onEnded, now: () => clock.now() })
    const account = new AccountCalls({ ...common, orders: this.#orders })
    this.#accountTopics = new AccountTopics({ ...common, orders: this.#orders, calls: account })
    this.#marketTopics = new MarketTopics(sources)
    this.#keys = new ClientKeys(keys, cryptography, clock)
    this.#limits = new RateLimits(category, clock)
    this.#routes = routesOf({
      ...{ open: new PublicCalls(sources), orders: this.#orders, account },
      guard: (number, seconds) => this.#guard(number, seconds),
    })
    this.#fundingAt = nextFunding(this.#now())
  }

  answer(request: ClientRequest): VenueReply {
    if (!this.#limits.admits()) return { status: 403, body: 'access too frequent' }
    const route = this.#routes.get(`${request.method} ${request.path}`)
    if (route === undefined) return { status: 404, body: '' }
    if (request.method === 'GET' && request.body !== '') return { status: 403, body: '' }
    const now = this.#now()
    const values = RequestValues.of(request)
    if (values === undefined) return enveloped(failure(10001, 'Request parameter error.'), now)
    if (route.access === 'public') return enveloped(route.run(values), now)
    const key = this.#keys.signed(request)
    if (isFailure(key)) return enveloped(key, now)
    const { headers, over } = this.#limits.charge(key.account, request.path)
    return { ...enveloped(over ?? route.run(values, key), now), headers }
  }

  open(path: string, _query: string, socket: ClientSocket): SocketSession | undefined {
    const id = toHex(this.#options.cryptography.random(10))
    const now = (): number => this.#now()
    const session = (): TimedSession | undefined => {
      if (path === `/v5/public/${this.#category}`)
        return new PublicSession(this.#category, socket, this.#marketTopics, id, now)
      const parts = { category: this.#category, keys: this.#keys, now }
      if (path === '/v5/private') {
        const onGuard = (account: number, change: 1 | -1): void => this.#onGuard(account, change)
        return new PrivateSession({ ...parts, topics: this.#accountTopics, onGuard }, socket, id)
      }
      if (path !== '/v5/trade') return undefined
      return new TradeSession({ ...parts, orders: this.#orders, limits: this.#limits }, socket, id)
    }
    const made = session()
    if (made === undefined) return undefined
    this.#sessions.add(made)
    return {
      onText: text => made.onText(text),
      onClosed: () => {
        this.#sessions.delete(made)
        made.onClosed()
      },
    }
  }

  tick(now: Micros): void {
    const at = Math.floor(now / 1000)
    this.#marketTopics.tick(at)
    for (const session of this.#sessions) session.tick(at)
    for (const [account, guard] of this.#guards) {
      if (guard.since === undefined || at - guard.since < guard.seconds * 1000) continue
      guard.since = undefined
      this.#orders.cancelOnDisconnect(account)
    }
    if (this.#category === 'spot' || at < this.#fundingAt) return
    this.#fundingAt = nextFunding(at)
    const { exchange } = this.#options
    for (const instrument of exchange.instruments.all) {
      this.#accountTopics.onFunding(instrument, FUNDING_RATE, now)
      exchange.payFunding(instrument, FUNDING_RATE)
    }
  }

  onTrade(trade: ExchangeTrade): void {
    const trades = this.#trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.#bars[trade.instrument.index]!.take(trade)
    this.#marketTopics.onTrade(trade)
  }

  onLevel(instrument: Instrument): void {
    this.#sequences[instrument.index]!++
    this.#marketTopics.onLevel(instrument)
  }

  onOrder(_event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.#accountTopics.onOrder(order)
  }

  onFill(fill: ExchangeFill): void {
    this.#accountTopics.onFill(fill)
  }

  onBalance(account: number, assets: readonly string[]): void {
    this.#accountTopics.onBalance(account, assets)
  }

  /** The venue's time in milliseconds. */
  #now(): number {
    return Math.floor(this.#options.clock.now() / 1000)
  }

  #guard(account: number, seconds: number): void {
    const guard = this.#guards.get(account) ?? { seconds, sockets: 0, since: undefined }
    guard.seconds = seconds
    this.#guards.set(account, guard)
  }

  /** Without a window that was set, ten seconds count. */
  #onGuard(account: number, change: 1 | -1): void {
    const guard = this.#guards.get(account) ?? { seconds: 10, sockets: 0, since: undefined }
    guard.sockets += change
    guard.since = guard.sockets === 0 ? this.#now() : undefined
    this.#guards.set(account, guard)
  }
}

const grid = (decimals: number): Grid => ({ decimals, step: 1 })
const draft = (base: string, kind: 'spot' | 'perpetual', price: number, quantity: number): InstrumentDraft => ({
  ...{ symbol: `${base}USDT`, base, quote: 'USDT', settle: 'USDT', kind, expiry: '', grids: 'published' },
  ...{ price: grid(price), quantity: grid(quantity) },
  bounds: { quantityMin: 1, notionalMin: 5n * 10n ** BigInt(Math.max(8, price + quantity)) },
})
/** The grids of the venue's own lists, 2026. */
const LISTED: Readonly<Record<Category, readonly InstrumentDraft[]>> = {
  spot: [draft('BTC', 'spot', 1, 6), draft('ETH', 'spot', 2, 5), draft('SOL', 'spot', 2, 3)],
  linear: [draft('BTC', 'perpetual', 1, 3), draft('ETH', 'perpetual', 2, 2), draft('SOL', 'perpetual', 3, 1)],
}

const side = (category: Category, terms: ExchangeTerms): VenueSide => {
  const id = `bybit-${category}`
  const instruments = alignAssets(LISTED[category].map((each, index) => makeInstrument(category, id, index, each)))
  return { id, terms, instruments, makeDialect: options => new BybitDialect(category, id, options) }
}

/** Bybit spot: fees from what is received. */
export const bybitSpotSide = side('spot', { feeFromReceived: true, defaultLeverage: 1, openOrdersMax: 500 })
/** Bybit linear. */
export const bybitLinearSide = side('linear', { feeFromReceived: false, defaultLeverage: 10, openOrdersMax: 500 })
