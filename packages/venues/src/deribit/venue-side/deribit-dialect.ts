import type { Micros } from '@velocimex/core/clock/micros'
import type {
  ExchangeFill,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import { alignAssets } from '@velocimex/core/market/align-assets'
import type { Grid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Side } from '@velocimex/core/market/side'
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
import { Fields } from '../../wire/fields.ts'
import { DERIBIT } from '../deribit-venue.ts'
import { inferredDraft, makeInstrument } from '../instruments.ts'
import { API } from '../order-requests.ts'
import { ClientAuth } from './client-auth.ts'
import { DeribitCalls } from './deribit-calls.ts'
import { FUNDING_RATE, MarketTexts } from './market-texts.ts'
import { RpcError } from './rpc-error.ts'
import { idIn, outcomeOf, RpcSession, timesOf } from './rpc-session.ts'

const TRADES_KEPT = 1000
const FUNDING_EVERY = 60_000_000
/** Parts of eight hours in the time between two payments: the venue accrues funding all the time. */
const FUNDING_PARTS = 480

/** Deribit as its clients see it, over an exchange. */
class DeribitDialect implements VenueDialect {
  readonly #options: DialectOptions
  readonly #auth: ClientAuth
  readonly #calls: DeribitCalls
  readonly #bars: TradeBars[]
  readonly #trades: ExchangeTrade[][]
  readonly #changeIds: Float64Array
  readonly #sessions = new Set<RpcSession>()
  #fundingAt: number

  constructor(options: DialectOptions) {
    const { exchange, clock, keys, cryptography } = options
    const { length } = exchange.instruments.all
    this.#options = options
    this.#bars = Array.from({ length }, () => new TradeBars())
    this.#trades = Array.from({ length }, () => [])
    this.#changeIds = new Float64Array(length).fill(136_000_000_000)
    this.#auth = new ClientAuth(keys, cryptography, clock)
    const changeId = (instrument: number): number => this.#changeIds[instrument]!
    const now = (): number => Math.floor(clock.now() / 1000)
    const market = new MarketTexts({ exchange, bars: this.#bars, trades: this.#trades, changeId, now })
    this.#calls = new DeribitCalls(exchange, market, this.#auth)
    this.#fundingAt = clock.now() + FUNDING_EVERY
  }

  /** `POST /api/v2` with a request of JSON-RPC, or a method in the path with its parameters in the query. */
  answer(request: ClientRequest): VenueReply {
    const from = this.#options.clock.now()
    const isRpc = request.method === 'POST' && request.path === API
    if (!isRpc && !(request.method === 'GET' && request.path.startsWith(`${API}/`))) return { status: 404, body: '' }
    const frame = isRpc ? Fields.of(request.body) : undefined
    const method = isRpc ? (frame?.optional('method') ?? '') : request.path.slice(API.length + 1)
    const params = isRpc ? (frame?.has('params') ? frame.object('params') : Fields.of('{}')!) : inQuery(request.query)
    const key = this.#auth.ofRequest(request)
    const isDenied = method.startsWith('private/') && key === undefined
    const result =
      isRpc && frame === undefined
        ? new RpcError(-32700, 'Parse error')
        : isDenied
          ? new RpcError(13009, 'unauthorized', { reason: 'invalid_token' })
          : this.#calls.run(method, params, key)
    const id = frame === undefined ? {} : { id: idIn(request.body) }
    const told = { jsonrpc: '2.0', ...id, ...outcomeOf(result) }
    const status = result instanceof RpcError ? statusOf(result) : 200
    return { status, body: JSON.stringify({ ...told, ...timesOf(from, this.#options.clock.now()) }) }
  }

  open(path: string, _query: string, socket: ClientSocket): SocketSession | undefined {
    if (path !== '/ws/api/v2') return undefined
    const session = new RpcSession(socket, this.#calls, this.#options.clock)
    this.#sessions.add(session)
    const onClosed = (): void => {
      this.#sessions.delete(session)
      session.onClosed()
    }
    return { onText: text => session.onText(text), onClosed }
  }

  tick(now: Micros): void {
    for (const session of this.#sessions) session.tick(now)
    if (now < this.#fundingAt) return
    this.#fundingAt = now + FUNDING_EVERY
    const { exchange } = this.#options
    const rate = Math.round((FUNDING_RATE * 1e12) / FUNDING_PARTS)
    for (const instrument of exchange.instruments.all) exchange.payFunding(instrument, rate)
  }

  onTrade(trade: ExchangeTrade): void {
    const trades = this.#trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.#bars[trade.instrument.index]!.take(trade)
    for (const session of this.#sessions) session.onTrade(trade)
  }

  onLevel(instrument: Instrument, side: Side, price: number): void {
    this.#changeIds[instrument.index]!++
    for (const session of this.#sessions) session.onLevel(instrument, side, price)
  }

  onOrder(_event: ExchangeOrderEvent, order: ExchangeOrder): void {
    for (const session of this.#sessions) session.onOrder(order)
  }

  onFill(fill: ExchangeFill): void {
    for (const session of this.#sessions) session.onFill(fill)
  }

  onBalance(account: number, assets: readonly string[]): void {
    for (const session of this.#sessions) session.onBalance(account, assets)
  }
}

const statusOf = ({ code }: RpcError): number => (code === 10028 ? 429 : code === 13009 || code === 13004 ? 401 : 400)

/** Parameters of a query as fields. */
function inQuery(query: string): Fields {
  const pairs = query.split('&').filter(part => part !== '')
  const decoded = pairs.map(part => part.split('=').map(decode) as [string, string?])
  return Fields.of(JSON.stringify(Object.fromEntries(decoded.map(([key, value = '']) => [key, value]))))!
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const ROWS: readonly (readonly [symbol: string, price: Grid, quantity: Grid])[] = [
  ['BTC-PERPETUAL', { decimals: 1, step: 5 }, { decimals: 0, step: 10 }],
  ['ETH-PERPETUAL', { decimals: 2, step: 5 }, { decimals: 0, step: 1 }],
  ['ETH_USDC-PERPETUAL', { decimals: 2, step: 5 }, { decimals: 3, step: 1 }],
]
const LISTED = ROWS.map(([symbol, price, quantity], index) =>
  makeInstrument(DERIBIT, index, {
    ...inferredDraft(symbol, price, quantity),
    grids: 'published',
    bounds: { quantityMin: 1 },
  }),
)

/** Deribit: inverse and linear perpetuals. */
export const deribitSide: VenueSide = {
  id: DERIBIT,
  terms: {
    feeFromReceived: false,
    defaultLeverage: 50,
    openOrdersMax: 200,
    bands: { perpetual: { buyMax: 11_000, sellMin: 9000 } },
  },
  instruments: alignAssets(LISTED),
  makeDialect: options => new DeribitDialect(options),
}
