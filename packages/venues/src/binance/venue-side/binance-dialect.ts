import type { Micros } from '@velocimex/core/clock/micros'
import type {
  BalanceCause,
  ExchangeFill,
  ExchangeFlow,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import type { ExchangeTerms } from '@velocimex/core/exchange/exchange-view'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Side } from '@velocimex/core/market/side'
import type { InstrumentDraft } from '../../draft-instrument.ts'
import { TradeBars } from '../../trade-bars.ts'
import type {
  ClientKey,
  ClientRequest,
  ClientSocket,
  DialectOptions,
  SocketRules,
  SocketSession,
  VenueDialect,
  VenueReply,
  VenueSide,
} from '../../venue-dialect.ts'
import type { Dialect } from '../frame-fields.ts'
import { makeInstrument } from '../make-instrument.ts'
import { AccountCalls } from './account-calls.ts'
import { AccountStreams } from './account-streams.ts'
import { ClientKeys } from './client-keys.ts'
import { Listing } from './listing.ts'
import { MarketStreams } from './market-streams.ts'
import { isFailure, RequestParameters } from './parameters.ts'
import { FUNDING_RATE, nextFunding, PublicCalls } from './public-calls.ts'
import { RequestWeights } from './request-weights.ts'
import { type Route, routesOf } from './routes.ts'
import { SignedCalls } from './signed-calls.ts'
import { SocketApiSession } from './socket-api.ts'
import { socketMethodsOf } from './socket-methods.ts'
import { StreamSession } from './stream-session.ts'
import { answered, type Failure, failed, failure } from './venue-failures.ts'

const TRADES_KEPT = 1000
/** Streams of the routes of USD-M; an address without a route carries all of them. */
const ROUTED: Readonly<Record<string, RegExp>> = {
  public: /@(depth|bookTicker|trade$)/,
  market: /@(aggTrade|markPrice|kline|ticker|miniTicker)|^!contractInfo$/,
}

/** Where the WebSocket API is, and what it costs to open a socket there. */
const SOCKET_APIS = {
  spot: { path: 'ws-api/v3', weight: 2 },
  usdm: { path: 'ws-fapi/v1', weight: 5 },
} as const

/** What a connection is held to: pings, messages a second, and a day at most. */
const RULES: Readonly<Record<Dialect, SocketRules>> = {
  spot: { pingEveryMs: 20_000, pongWithinMs: 60_000, lifeMs: 86_400_000, messagesPerSecond: 5 },
  usdm: { pingEveryMs: 180_000, pongWithinMs: 600_000, lifeMs: 86_400_000, messagesPerSecond: 10 },
}

/** Binance as its clients see it: spot or USD-M over an exchange. */
class BinanceDialect implements VenueDialect {
  readonly calls: SignedCalls
  readonly own: AccountCalls
  readonly public: PublicCalls
  readonly listing: Listing
  readonly accounts: AccountStreams
  readonly #dialect: Dialect
  readonly #options: DialectOptions
  readonly #streams: MarketStreams
  readonly #keys: ClientKeys
  readonly #weights: RequestWeights
  readonly #routes: ReadonlyMap<string, Route>
  readonly #methods: ReadonlyMap<string, Route>
  readonly #bars: TradeBars[]
  readonly #trades: ExchangeTrade[][]
  readonly #updateIds: Float64Array
  #fundingAt: number

  constructor(dialect: Dialect, venue: string, options: DialectOptions) {
    const { exchange } = options
    this.#dialect = dialect
    this.#options = options
    const { length } = exchange.instruments.all
    this.#bars = Array.from({ length }, () => new TradeBars())
    this.#trades = Array.from({ length }, () => [])
    this.#updateIds = new Float64Array(length).fill(1_000_000)
    const updateId = (instrument: number): number => this.#updateIds[instrument]!
    const sources = { exchange, venue, bars: this.#bars, trades: this.#trades, updateId, now: () => this.now() }
    this.calls = new SignedCalls(dialect, venue, exchange, () => this.now())
    this.own = new AccountCalls(venue, exchange, this.calls.texts)
    this.public = new PublicCalls(dialect, sources)
    this.listing = new Listing(dialect, sources)
    this.accounts = new AccountStreams(dialect, exchange, this.calls, this.own)
    this.#streams = new MarketStreams(dialect, sources)
    this.#keys = new ClientKeys(options.keys, options.cryptography, options.clock)
    this.#weights = new RequestWeights(dialect, options.clock)
    this.#routes = routesOf(dialect, this)
    this.#methods = socketMethodsOf(dialect, this.#routes)
    this.#fundingAt = nextFunding(this.now())
  }

  /** The venue's time in milliseconds. */
  now(): number {
    return Math.floor(this.#options.clock.now() / 1000)
  }

  /** Unpredictable bytes for a listen key. */
  randomKey(): Uint8Array {
    return this.#options.cryptography.random(32)
  }

  orderLimits(): readonly object[] {
    return this.#weights.toldOrders()
  }

  answer(request: ClientRequest): VenueReply {
    const route = this.#routes.get(`${request.method} ${request.path}`)
    if (route === undefined) return { status: 404, body: '' }
    const parameters = RequestParameters.of(request.query, request.body)
    const { headers, over } = this.#weights.charge(parameters ? route.weight(parameters) : 1, route.orders ?? 0)
    const reply = over === undefined ? this.#run(route, request, parameters) : failed(over)
    return { ...reply, headers: { ...headers, ...reply.headers } }
  }

  open(path: string, query: string, socket: ClientSocket): SocketSession | undefined {
    const parts = path.split('/').filter(part => part !== '')
    if (parts.join('/') === SOCKET_APIS[this.#dialect].path) return this.#socketApi(socket, new URLSearch(query))
    const route =
      this.#dialect === 'usdm' && ['public', 'market', 'private'].includes(parts[0] ?? '') ? parts.shift()! : ''
    const [kind, ...rest] = parts
    const asked = new URLSearch(query)
    if (kind !== 'ws' && kind !== 'stream') return undefined
    const listenKey =
      asked.get('listenKey') ?? (rest[0] !== undefined && /^\w{32,}$/.test(rest[0]) ? rest[0] : undefined)
    if (this.#dialect === 'usdm' && listenKey !== undefined) {
      const session = this.accounts.open(listenKey, socket, this.now(), asked.get('events'), kind === 'stream')
      return { ...session, rules: RULES.usdm }
    }
    const carried = ROUTED[route]
    const mayRead = (stream: string): boolean => (route === '' ? true : (carried?.test(stream) ?? false))
    const session = new StreamSession(socket, RULES[this.#dialect], this.#streams, kind === 'stream', mayRead)
    session.subscribe(kind === 'stream' ? (asked.get('streams') ?? '').split('/').filter(name => name !== '') : rest)
    return session
  }

  tick(now: Micros): void {
    const at = Math.floor(now / 1000)
    this.calls.tick(at)
    this.accounts.tick(at)
    this.#streams.tick(at)
    if (this.#dialect === 'spot' || at < this.#fundingAt) return
    this.#fundingAt = nextFunding(at)
    const { exchange } = this.#options
    for (const instrument of exchange.instruments.all) exchange.payFunding(instrument, FUNDING_RATE)
  }

  onTrade(trade: ExchangeTrade): void {
    const trades = this.#trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.#bars[trade.instrument.index]!.take(trade)
    this.#streams.onTrade(trade)
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    this.#updateIds[instrument.index]!++
    this.#streams.onLevel(instrument, side, price)
  }

  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.accounts.onOrder(event, order)
  }

  onFill(fill: ExchangeFill): void {
    this.accounts.onFill(fill)
  }

  onBalance(account: number, assets: readonly string[], cause: BalanceCause, flow?: ExchangeFlow): void {
    this.accounts.onBalance(account, assets, cause, this.#options.clock.now(), flow)
  }

  #run(route: Route, request: ClientRequest, parameters: RequestParameters | undefined): VenueReply {
    if (parameters === undefined) return failed(failure(-1100, 'Illegal characters found in a parameter.'))
    const key = this.#keyFor(route, request, parameters)
    if (isFailure(key)) return failed(key)
    const result = route.run(parameters, key)
    return isFailure(result) ? failed(result) : answered(result)
  }

  #keyFor(route: Route, request: ClientRequest, parameters: RequestParameters): ClientKey | Failure {
    if (route.access === 'public') return NOBODY
    return route.access === 'keyed' ? this.#keys.keyed(request) : this.#keys.signed(request, parameters)
  }

  /** See `VenueDialect.forgetUsage`. */
  forgetUsage(): void {
    this.#weights.forget()
  }

  /** The limit of messages is one of streams: here each is charged by its weight. */
  #socketApi(socket: ClientSocket, query: URLSearch): SocketSession | undefined {
    const { messagesPerSecond: _none, ...rules } = RULES[this.#dialect]
    if (this.#weights.charge(SOCKET_APIS[this.#dialect].weight, 0).over !== undefined) return undefined
    return new SocketApiSession(socket, {
      ...{ keys: this.#keys, methods: this.#methods, weights: this.#weights, now: () => this.now() },
      accounts: this.#dialect === 'spot' ? this.accounts : undefined,
      ...{ tellsLimits: query.get('returnRateLimits') !== 'false', rules },
    })
  }
}

const NOBODY: ClientKey = { apiKey: '', secret: '', account: -1, canTrade: false, canWithdraw: false }

/** The first value of each name of a query. */
class URLSearch {
  readonly #values: RequestParameters | undefined
  constructor(query: string) {
    this.#values = RequestParameters.of(query, '')
  }
  get(key: string): string | undefined {
    return this.#values?.get(key)
  }
}

const grid = (decimals: number) => ({ decimals, step: 1 })
const draft = (base: string, kind: 'spot' | 'perpetual', price: number, quantity: number): InstrumentDraft => ({
  ...{ symbol: `${base}USDT`, base, quote: 'USDT', settle: 'USDT', kind, expiry: '', grids: 'published' },
  ...{
    price: grid(price),
    quantity: grid(quantity),
    bounds: { quantityMin: 1, notionalMin: 5n * 10n ** BigInt(Math.max(8, price + quantity)) },
  },
})
const LISTED: Readonly<Record<Dialect, readonly InstrumentDraft[]>> = {
  spot: [draft('BTC', 'spot', 2, 5), draft('ETH', 'spot', 2, 4), draft('SOL', 'spot', 2, 3)],
  usdm: [draft('BTC', 'perpetual', 1, 3), draft('ETH', 'perpetual', 2, 3), draft('SOL', 'perpetual', 2, 2)],
}

const side = (dialect: Dialect, terms: ExchangeTerms): VenueSide => {
  const id = `binance-${dialect}`
  const instruments = alignAssets(LISTED[dialect].map((draft, index) => makeInstrument(dialect, id, index, draft)))
  return { id, terms, instruments, makeDialect: options => new BinanceDialect(dialect, id, options) }
}

/** Binance spot: fees from what is received. */
export const binanceSpotSide = side('spot', {
  ...{ feeFromReceived: true, defaultLeverage: 1, openOrdersMax: 200 },
  bands: { spot: { buyMin: 2000, buyMax: 50_000, sellMin: 2000, sellMax: 50_000 } },
})
/** Binance USD-M futures. */
export const binanceUsdmSide = side('usdm', {
  ...{ feeFromReceived: false, defaultLeverage: 20, openOrdersMax: 200 },
  bands: { perpetual: { buyMax: 11_000, sellMin: 9000 } },
})
