import type { Micros } from '@velocimex/core/clock/micros'
import type {
  BalanceCause,
  ExchangeFill,
  ExchangeFlow,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Grid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentDraft } from '../../draft-instrument.ts'
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
import { AddressLimit } from './address-limit.ts'
import { ClientKeys } from './client-keys.ts'
import { DisconnectGuards } from './disconnect-guards.ts'
import { MarketSide } from './market-side.ts'
import { FUNDING_RATE, nextFunding } from './market-sources.ts'
import { PrivateSession } from './private-session.ts'
import { RequestValues } from './request-values.ts'
import { PublicSession, type TimedSession } from './socket-sessions.ts'
import { TradeSession } from './trade-session.ts'
import { enveloped, failure, isFailure } from './venue-failures.ts'

/** Bybit as its clients see it: spot, linear, or both over one exchange and its accounts. */
class BybitDialect implements VenueDialect {
  readonly #options: DialectOptions
  readonly #markets: readonly MarketSide[]
  readonly #keys: ClientKeys
  readonly #address: AddressLimit
  readonly #guards = new DisconnectGuards()
  readonly #sessions = new Set<TimedSession>()
  #fundingAt: number

  constructor(categories: readonly Category[], options: DialectOptions) {
    const { exchange, cryptography, clock, keys } = options
    this.#options = options
    const guard = (account: number, seconds: number): void => this.#guards.set(account, seconds)
    this.#markets = categories.map(category => {
      const owns = ({ kind }: Instrument): boolean =>
        categories.length === 1 || (kind === 'spot') === (category === 'spot')
      return new MarketSide(category, exchange.instruments.all.filter(owns), options, guard)
    })
    this.#keys = new ClientKeys(keys, cryptography, clock)
    this.#address = new AddressLimit(clock)
    this.#fundingAt = nextFunding(this.#now())
  }

  answer(request: ClientRequest): VenueReply {
    if (!this.#address.admits()) return { status: 403, body: 'access too frequent' }
    const values = RequestValues.of(request)
    const market = this.#market(values)
    const route = market.routes.get(`${request.method} ${request.path}`)
    if (route === undefined) return { status: 404, body: '' }
    if (request.method === 'GET' && request.body !== '') return { status: 403, body: '' }
    const now = this.#now()
    if (values === undefined) return enveloped(failure(10001, 'Request parameter error.'), now)
    if (route.access === 'public') return enveloped(route.run(values), now)
    const key = this.#keys.signed(request)
    if (isFailure(key)) return enveloped(key, now)
    const { headers, over } = market.limits.charge(
      key.account,
      request.path,
      Math.max(1, values.calls('request').length),
    )
    return { ...enveloped(over ?? route.run(values, key), now), headers }
  }

  open(path: string, _query: string, socket: ClientSocket): SocketSession | undefined {
    const made = this.#session(path, socket)
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
    for (const { topics } of this.#markets) topics.tick(at)
    for (const session of this.#sessions) session.tick(at)
    for (const account of this.#guards.due(at))
      for (const { orders } of this.#markets) orders.cancelOnDisconnect(account)
    if (at < this.#fundingAt) return
    this.#fundingAt = nextFunding(at)
    for (const { category, own } of this.#markets) {
      if (category === 'spot') continue
      for (const instrument of own.all) this.#options.exchange.payFunding(instrument, FUNDING_RATE)
    }
  }

  onTrade(trade: ExchangeTrade): void {
    this.#of(trade.instrument).onTrade(trade)
  }

  onLevel(instrument: Instrument): void {
    this.#of(instrument).onLevel(instrument)
  }

  onOrder(_event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.#of(order.instrument).accountTopics.onOrder(order)
  }

  onFill(fill: ExchangeFill): void {
    this.#of(fill.order.instrument).accountTopics.onFill(fill)
  }

  /** An account has one wallet in all markets. */
  onBalance(account: number, assets: readonly string[], _cause: BalanceCause, flow?: ExchangeFlow): void {
    if (flow?.funding !== undefined)
      this.#of(flow.funding.instrument).accountTopics.onFunding(account, flow, this.#options.clock.now())
    this.#markets[0]!.accountTopics.onBalance(account, assets)
  }

  #session(path: string, socket: ClientSocket): TimedSession | undefined {
    const id = toHex(this.#options.cryptography.random(10))
    const now = (): number => this.#now()
    const ofMarket = this.#markets.find(({ category }) => path === `/v5/public/${category}`)
    if (ofMarket !== undefined) return new PublicSession(ofMarket.category, socket, ofMarket.topics, id, now)
    const parts = { keys: this.#keys, now }
    if (path === '/v5/private') {
      const topics = this.#markets.map(({ accountTopics }) => accountTopics)
      const onGuard = (account: number, change: 1 | -1): void => this.#guards.count(account, change, this.#now())
      return new PrivateSession({ ...parts, topics, onGuard }, socket, id)
    }
    if (path !== '/v5/trade') return undefined
    return new TradeSession({ ...parts, market: values => this.#market(values) }, socket, id)
  }

  /** The market that a call names; the first for calls about no market, and for one that is not here: it refuses them. */
  #market(values: RequestValues | undefined): MarketSide {
    const category = values?.get('category')
    return this.#markets.find(market => market.category === category) ?? this.#markets[0]!
  }

  #of(instrument: Instrument): MarketSide {
    return this.#markets.find(({ own }) => own.has(instrument))!
  }

  /** The venue's time in milliseconds. */
  #now(): number {
    return Math.floor(this.#options.clock.now() / 1000)
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

const BAND = { buyMax: 10_500, sellMin: 9500 }
const BANDS = { spot: BAND, perpetual: BAND }

function side(id: string, categories: readonly Category[], terms: Partial<VenueSide['terms']>): VenueSide {
  const listed = categories.flatMap(category => LISTED[category].map(each => ({ category, draft: each })))
  const made = listed.map(({ category, draft }, index) => makeInstrument(category, `bybit-${category}`, index, draft))
  return {
    id,
    terms: { feeFromReceived: true, defaultLeverage: 10, openOrdersMax: 500, bands: BANDS, ...terms },
    instruments: alignAssets(made),
    makeDialect: options => new BybitDialect(categories, options),
  }
}

/** Bybit spot: fees from what is received. */
export const bybitSpotSide = side('bybit-spot', ['spot'], { defaultLeverage: 1 })
/** Bybit linear. */
export const bybitLinearSide = side('bybit-linear', ['linear'], {})
/** Both markets at one address, with one wallet for both, as the venue has it. */
export const bybitSide = side('bybit', ['linear', 'spot'], {})
