import type { Micros } from '@velocimex/core/clock/micros'
import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentDraft } from '../../draft-instrument.ts'
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
import { toHex } from '../../wire/encodings.ts'
import { makeInstrument } from '../make-instrument.ts'
import { AccountCalls } from './account-calls.ts'
import { AccountChannels } from './account-channels.ts'
import { type Asked, askedInBody, askedInQuery } from './asked.ts'
import { ClientKeys } from './client-keys.ts'
import { FUNDING_RATE, indexOfCode, nextFunding } from './instrument-rows.ts'
import { MarketChannels } from './market-channels.ts'
import { type CommandOutcome, runCommand } from './order-commands.ts'
import { OrderNotes } from './order-notes.ts'
import { OrderRates, type RateKind } from './order-rates.ts'
import { OrderTexts } from './order-texts.ts'
import { PublicCalls } from './public-calls.ts'
import { type Route, routesOf, UNNAMED } from './routes.ts'
import { OkxSession, type SessionParts } from './socket-session.ts'
import { TradeCalls } from './trade-calls.ts'
import { answered, type Failure, failed, failure, isFailure } from './venue-failures.ts'

const TRADES_KEPT = 1000
const SOCKETS_MAX = 1000
const PLACES = ['public', 'private', 'business'] as const
/** Numbers of book changes begin here. */
const FIRST_SEQUENCE = 1_000_000
const ILLEGAL = failure('50002', 'JSON syntax error', 400)
const LATE = failure('50036', "The expTime can't be earlier than the current system time.", 400)

/** OKX as its clients see it, over an exchange. */
class OkxDialect implements VenueDialect {
  readonly #options: DialectOptions
  readonly #notes = new OrderNotes()
  readonly #rates = new OrderRates()
  readonly #calls: TradeCalls
  readonly #texts: OrderTexts
  readonly #accountCalls: AccountCalls
  readonly #accounts: AccountChannels
  readonly #market: MarketChannels
  readonly #keys: ClientKeys
  readonly #routes: ReadonlyMap<string, Route>
  readonly #bars: TradeBars[]
  readonly #trades: ExchangeTrade[][]
  readonly #sequences: Float64Array
  readonly #sessions = new Set<OkxSession>()
  #fundingAt: number

  constructor(options: DialectOptions) {
    const { exchange, clock, cryptography, keys } = options
    const now = (): number => this.#now()
    this.#options = options
    const { length } = exchange.instruments.all
    this.#bars = Array.from({ length }, () => new TradeBars())
    this.#trades = Array.from({ length }, () => [])
    this.#sequences = new Float64Array(length).fill(FIRST_SEQUENCE)
    const seqId = (instrument: number): number => this.#sequences[instrument]!
    const sources = { exchange, bars: this.#bars, trades: this.#trades, seqId, now }
    const texts = new OrderTexts(exchange, this.#notes)
    this.#texts = texts
    this.#calls = new TradeCalls(exchange, this.#notes, clock, order => this.#onGhost(order))
    this.#accountCalls = new AccountCalls({ exchange, calls: this.#calls, texts, now })
    this.#accounts = new AccountChannels(exchange, texts, now)
    this.#market = new MarketChannels(sources)
    this.#keys = new ClientKeys(keys, cryptography, clock)
    const instrument = (asked: Asked): Instrument | Failure => this.#named(asked)
    this.#routes = routesOf({ public: new PublicCalls(sources), account: this.#accountCalls, instrument })
    this.#fundingAt = nextFunding(now())
  }

  answer(request: ClientRequest): VenueReply {
    const route = this.#routes.get(`${request.method} ${request.path}`)
    if (route === undefined) return { status: 404, body: '{"msg":"API endpoint does not exist","code":"404"}' }
    const key = route.access === 'public' ? NOBODY : this.#keys.signed(request)
    if (isFailure(key)) return failed(key)
    if (route.access === 'command') return this.#command(route, request, key)
    const asked = request.method === 'GET' ? askedInQuery(request.query) : askedInBody(request.body)?.[0]
    if (asked === undefined) return failed(ILLEGAL)
    const rows = route.access === 'public' ? route.run(asked) : route.run(asked, key)
    return isFailure(rows) ? failed(rows) : answered(rows)
  }

  open(path: string, _query: string, socket: ClientSocket): SocketSession | undefined {
    const place = PLACES.find(each => path === `/ws/v5/${each}`)
    if (place === undefined || this.#sessions.size >= SOCKETS_MAX) return undefined
    const connId = toHex(this.#options.cryptography.random(4))
    const session = new OkxSession(socket, place, connId, this.#parts())
    this.#sessions.add(session)
    return {
      onText: text => session.onText(text),
      onClosed: () => {
        this.#sessions.delete(session)
        session.onClosed()
      },
    }
  }

  tick(now: Micros): void {
    const at = Math.floor(now / 1000)
    this.#accountCalls.tick(at)
    this.#accounts.tick(at)
    this.#market.tick(at)
    for (const session of this.#sessions) if (!session.tick(at)) this.#sessions.delete(session)
    if (at < this.#fundingAt) return
    this.#fundingAt = nextFunding(at)
    const { exchange } = this.#options
    for (const each of exchange.instruments.all) if (each.kind === 'perpetual') exchange.payFunding(each, FUNDING_RATE)
  }

  onTrade(trade: ExchangeTrade): void {
    const trades = this.#trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.#bars[trade.instrument.index]!.take(trade)
    this.#market.onTrade(trade)
  }

  onLevel({ index }: Instrument): void {
    this.#sequences[index]!++
  }

  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    if (event === 'accepted') this.#calls.adopt(order)
    const note = this.#notes.of(order)
    if (event === 'expired') note.cancelSource = order.timeInForce === 'fok' ? '13' : '14'
    if (event === 'replaced') this.#accounts.onOrder(order, { reqId: note.reqId, amendResult: '0' })
    else this.#accounts.onOrder(order)
  }

  onFill(fill: ExchangeFill): void {
    this.#texts.remember(fill)
    this.#accounts.onFill(fill)
  }

  onBalance(account: number, assets: readonly string[], cause: string): void {
    this.#accounts.onBalance(account, assets, cause)
  }

  /** Accepted, and canceled at once: clients are told of the end alone. */
  #onGhost(order: ExchangeOrder): void {
    this.#accounts.onOrder(order)
  }

  #command(
    { kind, isBatch }: Extract<Route, { access: 'command' }>,
    request: ClientRequest,
    key: ClientKey,
  ): VenueReply {
    const orders = askedInBody(request.body)
    if (orders === undefined || request.body.trim().startsWith('[') !== isBatch) return failed(ILLEGAL)
    const expiry = request.headers['exptime']
    if (expiry !== undefined && Number(expiry) < this.#now()) return failed(LATE)
    const inTime = String(this.#options.clock.now())
    const outcome = this.#run(kind, key, orders, isBatch, asked => this.#byName(asked))
    if (!('data' in outcome)) return failed(outcome)
    const { status, ...rest } = outcome
    return { status, body: JSON.stringify({ ...rest, inTime, outTime: String(this.#options.clock.now()) }) }
  }

  #run(
    kind: RateKind,
    key: ClientKey,
    orders: readonly Asked[],
    isBatch: boolean,
    find: (asked: Asked) => Instrument | undefined,
  ): CommandOutcome | Failure {
    const parts = { calls: this.#calls, rates: this.#rates, now: () => this.#now() }
    return runCommand(parts, kind, key, orders, isBatch, find)
  }

  #parts(): SessionParts {
    const find = (asked: Asked): Instrument | undefined =>
      this.#options.exchange.instruments.all[indexOfCode(asked.get('instIdCode') ?? '')]
    return {
      ...{ keys: this.#keys, market: this.#market, accounts: this.#accounts },
      now: () => this.#now(),
      micros: () => this.#options.clock.now(),
      command: (kind, key, orders, isBatch) => this.#run(kind, key, orders, isBatch, find),
    }
  }

  #named(asked: Asked): Instrument | Failure {
    if (asked.get('instId') === undefined) return UNNAMED
    return this.#byName(asked) ?? failure('51001', "Instrument ID doesn't exist.")
  }

  #byName(asked: Asked): Instrument | undefined {
    return this.#options.exchange.instruments.find('okx', asked.get('instId') ?? '')
  }

  /** Milliseconds. */
  #now(): number {
    return Math.floor(this.#options.clock.now() / 1000)
  }
}

const NOBODY: ClientKey = { apiKey: '', secret: '', account: -1, canTrade: false, canWithdraw: false }

/** What a coin is listed as: digits of price and quantity on spot, and of its contracts, with the coin in one of them. */
type Listed = readonly [base: string, price: number, spot: number, contract: number, value: readonly [number, number]]
const LISTED: readonly Listed[] = [
  ['BTC', 1, 8, 2, [1, 2]],
  ['ETH', 2, 6, 2, [1, 1]],
  ['SOL', 2, 6, 2, [1, 0]],
]

const grid = (decimals: number) => ({ decimals, step: 1 })

function draftsOf([base, price, spot, contract, multiplier]: Listed): InstrumentDraft[] {
  const common = { base, expiry: '', price: grid(price), bounds: { quantityMin: 1 }, grids: 'published' } as const
  const dollars = { ...common, quote: 'USDT', settle: 'USDT' }
  const swap = { ...dollars, kind: 'perpetual', quantity: grid(contract), multiplier } as const
  const face = [base === 'BTC' ? 100 : 10, 0] as const
  const inverse = { quote: 'USD', settle: base, kind: 'perpetual', quantity: grid(0), multiplier: face } as const
  return [
    { ...dollars, symbol: `${base}-USDT`, kind: 'spot', quantity: grid(spot) },
    { ...swap, symbol: `${base}-USDT-SWAP` },
    { ...common, ...inverse, symbol: `${base}-USD-SWAP`, isInverse: true },
  ]
}

/** Dearer buys and cheaper sells are beyond the price limit. */
const BAND = { buyMax: 10_500, sellMin: 9500 }
const BANDS = { spot: BAND, perpetual: BAND }

/** OKX over the instruments of some kinds: fees of spot from what is received. */
function side(is: (draft: InstrumentDraft) => boolean): VenueSide {
  const drafts = LISTED.flatMap(draftsOf).filter(is)
  return {
    id: 'okx',
    terms: { feeFromReceived: true, defaultLeverage: 3, openOrdersMax: 500, bands: BANDS },
    instruments: alignAssets(drafts.map((draft, index) => makeInstrument('okx', index, draft))),
    makeDialect: options => new OkxDialect(options),
  }
}

/** OKX with spot pairs, linear and inverse swaps. */
export const okxSide = side(() => true)
/** OKX with its spot pairs alone. */
export const okxSpotSide = side(({ kind }) => kind === 'spot')
/** OKX with its swaps alone. */
export const okxSwapSide = side(({ kind }) => kind === 'perpetual')
