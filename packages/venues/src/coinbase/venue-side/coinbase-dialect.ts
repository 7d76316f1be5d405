import type { Micros } from '@velocimex/core/clock/micros'
import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import { alignAssets } from '@velocimex/core/market/align-assets'
import { formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { TradeBars } from '../../trade-bars.ts'
import type {
  ClientKey,
  ClientRequest,
  ClientSocket,
  DialectOptions,
  SocketSession,
  VenueDialect,
  VenueReply,
  VenueSide,
} from '../../venue-dialect.ts'
import { formatInstant } from '../../wire/instant-text.ts'
import { COINBASE } from '../coinbase-venue.ts'
import { API } from '../order-signing.ts'
import { makeProduct } from '../products.ts'
import { assetCall, walletsOf } from './asset-calls.ts'
import { DEMO_KEYS } from './demo-keys.ts'
import { FeedSession } from './feed-session.ts'
import { MarketTexts } from './market-texts.ts'
import { OrderCalls } from './order-calls.ts'
import { OrderTexts } from './order-texts.ts'
import { decoded, QueryFields } from './query-fields.ts'
import { RequestRates } from './request-rates.ts'
import { TokenCheck } from './token-check.ts'
import { answered, failed, UNAUTHORIZED } from './venue-replies.ts'

const TRADES_KEPT = 1000
const CANDLES_MAX = 350
const SECONDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ ONE_MINUTE: 60, FIVE_MINUTE: 300, FIFTEEN_MINUTE: 900, THIRTY_MINUTE: 1800, ONE_HOUR: 3600 },
    ...{ TWO_HOUR: 7200, SIX_HOUR: 21_600, ONE_DAY: 86_400 },
  }),
)

/** Coinbase Advanced Trade as its clients see it, over an exchange. */
class CoinbaseDialect implements VenueDialect {
  readonly #options: DialectOptions
  readonly #tokens: TokenCheck
  readonly #rates: RequestRates
  readonly #texts = new OrderTexts()
  readonly #market: MarketTexts
  readonly #calls: OrderCalls
  readonly #bars: TradeBars[]
  readonly #trades: ExchangeTrade[][]
  readonly #sessions = new Set<FeedSession>()

  constructor(options: DialectOptions) {
    const { exchange, keys, cryptography, clock } = options
    const { length } = exchange.instruments.all
    this.#options = options
    this.#tokens = new TokenCheck(keys, cryptography, clock)
    this.#rates = new RequestRates(clock)
    this.#bars = Array.from({ length }, () => new TradeBars())
    this.#trades = Array.from({ length }, () => [])
    this.#market = new MarketTexts({ exchange, bars: this.#bars, trades: this.#trades })
    this.#calls = new OrderCalls(exchange, this.#texts, order => this.#tell(order))
  }

  answer(request: ClientRequest): VenueReply {
    const { method, path, query } = request
    if (!path.startsWith(`${API}/`)) return this.#older(request)
    const call = `${method} ${path.slice(API.length)}`
    const open = this.#public(call, new QueryFields(query))
    const key = open === undefined ? this.#tokens.ofRequest(request) : undefined
    const { headers, isOver } = this.#rates.charge(key?.apiKey ?? '')
    if (isOver) return { ...failed(429, 'RESOURCE_EXHAUSTED', 'too many requests'), headers }
    const reply = open ?? (key === undefined ? UNAUTHORIZED : this.#private(call, key, request))
    return { ...reply, headers: { ...headers, ...reply.headers } }
  }

  /** The calls of `/v2`, by which clients learn of assets and wallets. */
  #older(request: ClientRequest): VenueReply {
    const { exchange } = this.#options
    const call = `${request.method} ${request.path}`
    if (call === 'GET /v2/time') {
      const now = this.#options.clock.now()
      return answered({ data: { iso: formatInstant(now), epoch: Math.floor(now / 1e6) } })
    }
    const open = assetCall(exchange, call)
    if (open !== undefined) return open
    if (call !== 'GET /v2/accounts') return { status: 404, body: '' }
    const key = this.#tokens.ofRequest(request)
    return key === undefined ? UNAUTHORIZED : walletsOf(exchange, key.account)
  }

  /** Market data and the user channel have one address here. */
  open(path: string, _query: string, socket: ClientSocket): SocketSession | undefined {
    if (path !== '/' && path !== '/ws') return undefined
    const { exchange, clock } = this.#options
    const keyOf = (token: string): ClientKey | undefined => this.#tokens.ofSubscription(token)
    const session = new FeedSession(socket, { exchange, clock, market: this.#market, orders: this.#texts, keyOf })
    this.#sessions.add(session)
    const onClosed = (): void => {
      session.onClosed()
      this.#sessions.delete(session)
    }
    return { onText: text => session.onText(text), onClosed }
  }

  tick(now: Micros): void {
    for (const session of this.#sessions) session.tick(now)
  }

  onTrade(trade: ExchangeTrade): void {
    const trades = this.#trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.#bars[trade.instrument.index]!.take(trade)
    for (const session of this.#sessions) session.onTrade(trade)
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    for (const session of this.#sessions) session.onLevel(instrument, side, price)
  }

  /** An order that has just arrived is pending until its arrival is over. */
  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    if (event === 'accepted') this.#texts.pending.add(order.id)
    else this.#texts.pending.delete(order.id)
    this.#tell(order)
  }

  onFill(fill: ExchangeFill): void {
    this.#texts.count(fill)
    this.#tell(fill.order)
  }

  /** Balances are not streamed. */
  onBalance(): void {}

  #tell(order: ExchangeOrder): void {
    for (const session of this.#sessions) session.onOrder(order)
  }

  /** The answer to a call that needs no key; undefined for others. */
  #public(call: string, query: QueryFields): VenueReply | undefined {
    if (call === 'GET /time') {
      const micros = this.#options.clock.now()
      const [epochSeconds, epochMillis] = [1e6, 1e3].map(unit => String(Math.floor(micros / unit)))
      return answered({ iso: formatInstant(micros), epochSeconds, epochMillis })
    }
    const open = /^GET \/market(\/.*)$/.exec(call)?.[1]
    return open === undefined ? undefined : this.#markets(open, query)
  }

  /** The calls about markets, public under `/market` and signed without it; undefined for others. */
  #markets(path: string, query: QueryFields): VenueReply | undefined {
    const { instruments } = this.#options.exchange
    if (path === '/products') {
      const products = instruments.all.map(each => this.#market.product(each))
      const isAsked = (query.get('product_type') ?? 'SPOT') === 'SPOT'
      return answered({ products: isAsked ? products : [], num_products: isAsked ? products.length : 0 })
    }
    const [, name = query.get('product_id') ?? '', part = ''] = /^\/products\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
    if (!path.startsWith('/products/') && path !== '/product_book') return undefined
    const instrument = instruments.find(COINBASE, decoded(name))
    if (instrument === undefined) return failed(404, 'NOT_FOUND', 'product not found')
    if (path === '/product_book')
      return answered({ pricebook: this.#book(instrument, Number(query.get('limit') ?? 1000)) })
    if (part === '') return answered(this.#market.product(instrument))
    if (part === 'ticker') return this.#latest(instrument, Number(query.get('limit') ?? 100))
    return part === 'candles' ? this.#candles(instrument, query) : failed(404, 'NOT_FOUND', 'no such call')
  }

  #book(instrument: Instrument, depth: number): Record<string, unknown> {
    const count = Number.isSafeInteger(depth) && depth > 0 ? depth : 1000
    const [bids, asks] = ([BUY, SELL] as const).map(side => this.#market.levels(instrument, side, count))
    return { product_id: instrument.symbol, bids, asks, time: formatInstant(this.#options.clock.now()) }
  }

  #latest(instrument: Instrument, limit: number): VenueReply {
    const { best_bid, best_ask } = this.#market.ticker(instrument, true)
    const trades = this.#market.trades(instrument, Number.isSafeInteger(limit) && limit > 0 ? limit : 100)
    return answered({ trades: trades.map(trade => ({ ...trade, bid: '', ask: '' })), best_bid, best_ask })
  }

  #candles(instrument: Instrument, query: QueryFields): VenueReply {
    const seconds = SECONDS.get(query.get('granularity') ?? '')
    if (seconds === undefined) return failed(400, 'INVALID_ARGUMENT', 'granularity is not known')
    const [start, end] = ['start', 'end'].map(key => Number(query.get(key) ?? Number.NaN))
    const isIn = (candle: Record<string, string>): boolean =>
      !(Number(candle['start']) < start! || Number(candle['start']) > end!)
    const candles = this.#market.candles(instrument, seconds).filter(isIn).slice(-CANDLES_MAX).reverse()
    return answered({ candles: candles.map(({ product_id: _, ...candle }) => candle) })
  }

  #private(call: string, key: ClientKey, { query, body, path }: ClientRequest): VenueReply {
    const fields = new QueryFields(query)
    const order = /^GET \/orders\/historical\/([^/]+)$/.exec(call)?.[1]
    switch (call) {
      case 'POST /orders':
        return this.#calls.place(key, body)
      case 'POST /orders/batch_cancel':
        return this.#calls.cancel(key, body)
      case 'POST /orders/edit':
        return this.#calls.edit(key, body)
      case 'GET /orders/historical/batch':
        return this.#calls.list(key, fields)
      case 'GET /orders/historical/fills':
        return this.#calls.fills(key, fields)
      case 'GET /accounts':
        return answered({ accounts: this.#accounts(key.account), has_next: false, cursor: '', size: 0 })
      case 'GET /transaction_summary':
        return answered(this.#summary())
      case 'GET /key_permissions':
        return answered(permissionsOf(key))
      case 'GET /best_bid_ask':
        return answered({ pricebooks: this.#options.exchange.instruments.all.map(each => this.#book(each, 1)) })
      case 'GET /portfolios':
        return answered({
          portfolios: [{ name: 'Default', uuid: `portfolio-${key.account}`, type: 'DEFAULT', deleted: false }],
        })
    }
    if (order !== undefined) return this.#calls.order(key, decoded(order))
    const market = call.startsWith('GET ') ? this.#markets(path.slice(API.length), fields) : undefined
    return market ?? failed(404, 'NOT_FOUND', 'no such call')
  }

  #accounts(account: number): unknown[] {
    const all = this.#options.exchange.instruments.all.flatMap(({ base, quote }) => [base, quote])
    const created = '2021-05-31T09:59:59Z'
    return [...this.#options.exchange.account(account).balances].map(([currency, { total, locked }]) => {
      const decimals = all.find(({ code }) => code === currency)?.decimals ?? 8
      const sum = (units: bigint): object => ({ value: formatScaled(units, decimals), currency })
      return {
        ...{
          uuid: `account-${account}-${currency}`,
          name: `${currency} Wallet`,
          currency,
          default: true,
          active: true,
        },
        ...{ available_balance: sum(total - locked), hold: sum(locked), created_at: created, updated_at: created },
        ...{ deleted_at: null, type: currency === 'USD' ? 'ACCOUNT_TYPE_FIAT' : 'ACCOUNT_TYPE_CRYPTO', ready: true },
        ...{ retail_portfolio_id: `portfolio-${account}`, platform: 'ACCOUNT_PLATFORM_CONSUMER' },
      }
    })
  }

  #summary(): unknown {
    const { maker, taker } = this.#options.exchange.instruments.all[0]!.fees
    const [maker_fee_rate, taker_fee_rate] = [maker, taker].map(rate => formatScaled(BigInt(rate), 8))
    const fee_tier = { pricing_tier: 'Advanced 1', usd_from: '0', usd_to: '10000', taker_fee_rate, maker_fee_rate }
    return { total_volume: 0, total_fees: 0, fee_tier, advanced_trade_only_volume: 0, advanced_trade_only_fees: 0 }
  }
}

const permissionsOf = ({ account, canTrade, canWithdraw }: ClientKey): unknown => ({
  ...{ can_view: true, can_trade: canTrade, can_transfer: canWithdraw },
  ...{ portfolio_uuid: `portfolio-${account}`, portfolio_type: 'DEFAULT' },
})

const LISTED = ['BTC', 'ETH', 'SOL'].map((base, index) =>
  makeProduct(COINBASE, index, {
    ...{ symbol: `${base}-USD`, base, quote: 'USD', settle: 'USD', kind: 'spot', expiry: '', grids: 'published' },
    ...{ price: { decimals: 2, step: 1 }, quantity: { decimals: 8, step: 1 } },
    bounds: { quantityMin: 1000, quantityMax: 340_000_000_000, notionalMin: 10n ** 10n },
  }),
)

/** Coinbase Advanced Trade: fees are always in the quote asset. */
export const coinbaseSide: VenueSide = {
  id: COINBASE,
  terms: { feeFromReceived: false, defaultLeverage: 1, openOrdersMax: 500 },
  instruments: alignAssets(LISTED),
  keys: DEMO_KEYS,
  makeDialect: options => new CoinbaseDialect(options),
}
