import type { Micros } from '@velocimex/core/clock/micros'
import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Instrument } from '@velocimex/core/market/instrument'
import { OpenWatch } from '../../open-watch.ts'
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
import { KRAKEN, makeInstrument } from '../make-instrument.ts'
import { AccountChannels } from './account-channels.ts'
import { ClientKeys } from './client-keys.ts'
import { MarketMessages } from './market-messages.ts'
import { MarketRecord } from './market-record.ts'
import { OlderCommands } from './older-commands.ts'
import { type OlderEnds, OlderSession } from './older-session.ts'
import { OrderDesk } from './order-desk.ts'
import { PrivateCalls } from './private-calls.ts'
import { PublicCalls } from './public-calls.ts'
import { RateCounters } from './rate-counters.ts'
import { RequestForm } from './request-form.ts'
import { SocketOrderCalls } from './socket-orders.ts'
import { KrakenSession, type SessionEnds } from './socket-session.ts'
import { replied, VenueError } from './venue-errors.ts'

const PUBLIC = '/0/public/'
const PRIVATE = '/0/private/'
const SOCKET = '/v2'
const OLDER_SOCKET = '/'

/** What a private call costs of the key's counter, and how it is answered. */
type PrivateRow = readonly [cost: number, run: (key: ClientKey, form: RequestForm) => unknown]

/** Kraken spot as its clients see it: REST, websocket v2 and v1 over an exchange. */
class KrakenDialect implements VenueDialect {
  readonly #options: DialectOptions
  readonly #market: MarketRecord
  readonly #desk: OrderDesk
  readonly #counters = new RateCounters()
  readonly #keys: ClientKeys
  readonly #accounts: AccountChannels
  readonly #ends: SessionEnds
  readonly #public: ReadonlyMap<string, (form: RequestForm) => unknown>
  readonly #private: ReadonlyMap<string, PrivateRow>
  readonly #older: OlderEnds
  readonly #sessions = new Set<KrakenSession | OlderSession>()
  readonly #open: OpenWatch
  #wasOpen = true

  constructor(options: DialectOptions) {
    const { exchange, clock, keys, cryptography, random } = options
    const now = (): number => clock.now()
    this.#options = options
    this.#open = new OpenWatch(exchange)
    this.#market = new MarketRecord(exchange)
    this.#desk = new OrderDesk(exchange, clock, this.#counters)
    this.#keys = new ClientKeys(keys, cryptography)
    this.#accounts = new AccountChannels(this.#desk, now)
    const orders = new SocketOrderCalls(this.#desk, now)
    const messages = new MarketMessages(this.#market)
    const { accounts, market, sessionKeys } = {
      accounts: this.#accounts,
      market: this.#market,
      sessionKeys: this.#keys,
    }
    this.#ends = { market, messages, accounts, keys: sessionKeys, orders, random, now }
    this.#public = publicRows(new PublicCalls(this.#market, this.#desk.names, now))
    const calls = new PrivateCalls(this.#desk, this.#keys, now)
    this.#private = privateRows(calls)
    const commands = new OlderCommands(this.#desk, calls)
    const find = (pair: string): Instrument | undefined => this.#desk.names.find(pair)
    this.#older = { market, keys: sessionKeys, calls, commands, random, find, now }
  }

  answer(request: ClientRequest): VenueReply {
    const { method, path } = request
    const isKnownMethod = method === 'POST' || (method === 'GET' && path.startsWith(PUBLIC))
    const form = RequestForm.of(request.query, request.body)
    if (form === undefined) return replied(new VenueError('EGeneral:Invalid arguments'))
    const open = path.startsWith(PUBLIC) ? this.#public.get(path.slice(PUBLIC.length)) : undefined
    if (open !== undefined && isKnownMethod) return replied(open(form))
    const row = path.startsWith(PRIVATE) ? this.#private.get(path.slice(PRIVATE.length)) : undefined
    if (row === undefined || !isKnownMethod) return replied(new VenueError('EGeneral:Unknown method'))
    const key = this.#keys.signed(request, form)
    if (key instanceof VenueError) return replied(key)
    const over = this.#counters.call(key.apiKey, row[0], this.#options.clock.now())
    return replied(over ?? row[1](key, form))
  }

  open(path: string, _query: string, socket: ClientSocket): SocketSession | undefined {
    if (path !== SOCKET && path !== OLDER_SOCKET) return undefined
    const onClosed = (each: KrakenSession | OlderSession): void => {
      this.#sessions.delete(each)
    }
    const session =
      path === SOCKET
        ? new KrakenSession(socket, this.#ends, onClosed)
        : new OlderSession(socket, this.#older, onClosed)
    this.#sessions.add(session)
    return session
  }

  tick(now: Micros): void {
    this.#desk.tick(now)
    const isOpen = this.#options.exchange.isOpen.some(open => open)
    const changed = this.#open.changes()
    for (const session of this.#sessions) {
      if (isOpen !== this.#wasOpen) session.status()
      if (changed.length > 0 && session instanceof KrakenSession) session.pairs(changed)
      session.tick(now)
    }
    this.#wasOpen = isOpen
  }

  onTrade(trade: ExchangeTrade): void {
    this.#market.take(trade)
    for (const session of this.#sessions) session.onTrade(trade)
  }

  onLevel(instrument: Instrument): void {
    for (const session of this.#sessions) session.onLevel(instrument)
  }

  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.#accounts.onOrder(event, order)
    for (const session of this.#sessions) if (session instanceof OlderSession) session.onOrder(event, order)
  }

  onFill(fill: ExchangeFill): void {
    this.#accounts.onFill(fill)
    for (const session of this.#sessions) if (session instanceof OlderSession) session.onFill(fill)
  }

  onBalance(account: number, assets: readonly string[], cause: string): void {
    this.#accounts.onBalance(account, assets, cause)
  }
}

const publicRows = (calls: PublicCalls): ReadonlyMap<string, (form: RequestForm) => unknown> =>
  new Map<string, (form: RequestForm) => unknown>([
    ['Time', () => calls.time()],
    ['SystemStatus', () => calls.systemStatus()],
    ['Assets', () => calls.assets()],
    ['AssetPairs', form => calls.assetPairs(form)],
    ['Ticker', form => calls.ticker(form)],
    ['OHLC', form => calls.ohlc(form)],
    ['Depth', form => calls.depth(form)],
    ['Trades', form => calls.trades(form)],
  ])

/** Placing and cancelling cost the key nothing: the pair's counter takes them. Histories cost more. */
const privateRows = (calls: PrivateCalls): ReadonlyMap<string, PrivateRow> =>
  new Map<string, PrivateRow>([
    ['AddOrder', [0, (key, form) => calls.place(key, form)]],
    ['AddOrderBatch', [0, (key, form) => calls.placeBatch(key, form)]],
    ['CancelOrderBatch', [0, (key, form) => calls.cancelBatch(key, form)]],
    ['AmendOrder', [0, (key, form) => calls.amend(key, form)]],
    ['CancelOrder', [0, (key, form) => calls.cancel(key, form)]],
    ['CancelAll', [1, key => calls.cancelAll(key)]],
    ['CancelAllOrdersAfter', [1, (key, form) => calls.cancelAfter(key, form)]],
    ['OpenOrders', [1, (key, form) => calls.openOrders(key, form)]],
    ['ClosedOrders', [1, (key, form) => calls.closedOrders(key, form)]],
    ['QueryOrders', [1, (key, form) => calls.queryOrders(key, form)]],
    ['TradesHistory', [4, (key, form) => calls.tradesHistory(key, form)]],
    ['Balance', [1, key => calls.balances(key, false)]],
    ['BalanceEx', [1, key => calls.balances(key, true)]],
    ['TradeVolume', [1, (key, form) => calls.tradeVolume(key, form)]],
    ['OpenPositions', [1, () => ({})]],
    ['GetWebSocketsToken', [1, key => calls.token(key)]],
  ])

const listed = (
  base: string,
  quote: string,
  decimals: number,
  least: number,
): Parameters<typeof makeInstrument>[1] => ({
  ...{ symbol: `${base}/${quote}`, base, quote, grids: 'published', price: { decimals, step: 1 } },
  quantity: { decimals: 8, step: 1 },
  bounds: { quantityMin: least, notionalMin: 5n * 10n ** BigInt(decimals + 7) },
})
const LISTED = [
  listed('BTC', 'USD', 1, 10_000),
  listed('BTC', 'USDT', 1, 10_000),
  listed('ETH', 'USD', 2, 200_000),
  listed('SOL', 'USD', 2, 2_000_000),
]

/** Kraken spot. Fees are taken in the quote asset, as its messages state them. */
export const krakenSide: VenueSide = {
  id: KRAKEN,
  terms: { feeFromReceived: false, defaultLeverage: 1, openOrdersMax: 80 },
  instruments: alignAssets(LISTED.map((draft, index) => makeInstrument(index, draft))),
  makeDialect: options => new KrakenDialect(options),
}
