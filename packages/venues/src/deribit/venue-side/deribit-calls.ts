import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Fields } from '../../wire/fields.ts'
import { DERIBIT } from '../deribit-venue.ts'
import { AccountCalls } from './account-calls.ts'
import { AccountEvents } from './account-events.ts'
import type { ClientAuth } from './client-auth.ts'
import { FUNDING_RATE, type MarketTexts } from './market-texts.ts'
import { OrderTexts } from './order-texts.ts'
import { RequestCredits } from './request-credits.ts'
import { badParameter, RpcError } from './rpc-error.ts'
import { TradingCalls } from './trading-calls.ts'

const BOOK_MAX = 10_000
const TRADES_MAX = 1000
/** Milliseconds. */
const HOUR = 3_600_000
/** Hours of funding in one answer. */
const HOURS_MAX = 744
const EIGHT_HOURS = 28_800_000
const UNAUTHORIZED = new RpcError(13009, 'unauthorized')
const UNKNOWN = new RpcError(-32601, 'Method not found')

type PrivateCall = (key: ClientKey, params: Fields) => unknown

/** The methods of JSON-RPC, over HTTP and over sockets alike. */
export class DeribitCalls {
  readonly texts: OrderTexts
  readonly market: MarketTexts
  readonly auth: ClientAuth
  /** Number of the order that was placed last. */
  lastOrder = 0
  readonly #exchange: Exchange
  readonly #trading: TradingCalls
  readonly #accounts: AccountCalls
  readonly #credits: RequestCredits
  readonly #private: ReadonlyMap<string, PrivateCall>

  constructor(exchange: Exchange, market: MarketTexts, auth: ClientAuth) {
    this.#exchange = exchange
    this.market = market
    this.auth = auth
    this.texts = new OrderTexts(exchange)
    this.#trading = new TradingCalls(exchange, this.texts)
    this.#accounts = new AccountCalls(exchange, this.texts)
    this.#credits = new RequestCredits(() => market.sources.now())
    this.#private = new Map(Object.entries(this.#methods()))
  }

  /** The private events of an account. */
  eventsOf(account: number, send: (channel: string, data: unknown) => void): AccountEvents {
    return new AccountEvents(account, this.texts, this.#accounts, send)
  }

  /** Cancels the open orders of an account, or some of them, because a connection is lost. */
  cancelOnDisconnect(account: number, own: ReadonlySet<number> | undefined): void {
    for (const order of this.#exchange.openOrders(account)) {
      if (own !== undefined && !own.has(order.id)) continue
      this.texts.reasons.set(order.id, 'cancel_on_disconnect')
      this.#exchange.cancel(order)
    }
  }

  /** Runs a method. @param key of the client; undefined when it is not signed in */
  run(method: string, params: Fields, key: ClientKey | undefined): unknown {
    const call = this.#private.get(method)
    if (call === undefined && !method.startsWith('public/')) return UNKNOWN
    const isOrder = /^private\/(buy|sell|edit|cancel|close_position)/.test(method)
    if (!this.#credits.spend(`${key?.apiKey ?? ''} ${isOrder}`, isOrder))
      return new RpcError(10028, 'too_many_requests')
    if (call === undefined) return this.#public(method, params)
    if (key === undefined) return UNAUTHORIZED
    return call(key, params)
  }

  #methods(): Readonly<Record<string, PrivateCall>> {
    const trading = this.#trading
    const accounts = this.#accounts
    /** Remembers the order that a call placed. */
    const placed = ({ account }: ClientKey, run: () => unknown): unknown => {
      const before = this.#exchange.ordersOf(account).at(-1)?.id
      const result = run()
      const last = this.#exchange.ordersOf(account).at(-1)?.id
      if (last !== undefined && last !== before) this.lastOrder = last
      return result
    }
    const place =
      (side: typeof BUY | typeof SELL): PrivateCall =>
      (key, params) =>
        placed(key, () => trading.place(key, side, params, this.market.sources.now()))
    const cancelThose: PrivateCall = (key, params) => trading.cancelThose(key, params)
    const open: PrivateCall = (key, params) => trading.open(key, params)
    const trades: PrivateCall = (key, params) => trading.trades(key, params)
    const history: PrivateCall = (key, params) => trading.history(key, params)
    const edit: PrivateCall = (key, params) => trading.edit(key, params)
    return {
      'private/buy': place(BUY),
      'private/sell': place(SELL),
      'private/edit': edit,
      'private/edit_by_label': edit,
      'private/cancel': (key, params) => trading.cancel(key, params),
      'private/cancel_by_label': cancelThose,
      'private/cancel_all': cancelThose,
      'private/cancel_all_by_instrument': cancelThose,
      'private/cancel_all_by_currency': cancelThose,
      'private/cancel_all_by_kind_or_type': cancelThose,
      'private/close_position': (key, params) => placed(key, () => trading.closePosition(key, params)),
      'private/get_order_state': (key, params) => trading.state(key, params),
      'private/get_order_state_by_label': (key, params) => trading.statesOf(key, params),
      'private/get_open_orders': open,
      'private/get_open_orders_by_instrument': open,
      'private/get_open_orders_by_currency': open,
      'private/get_open_orders_by_label': open,
      'private/get_order_history_by_instrument': history,
      'private/get_order_history_by_currency': history,
      'private/get_user_trades_by_instrument': trades,
      'private/get_user_trades_by_instrument_and_time': trades,
      'private/get_user_trades_by_currency': trades,
      'private/get_user_trades_by_currency_and_time': trades,
      'private/get_user_trades_by_order': trades,
      'private/get_account_summary': ({ account }, params) => accounts.one(account, params),
      'private/get_account_summaries': ({ account }) => accounts.all(account),
      'private/get_positions': ({ account }, params) => accounts.positions(account, params),
      'private/get_position': ({ account }, params) => accounts.position(account, params),
    }
  }

  #public(method: string, params: Fields): unknown {
    switch (method) {
      case 'public/test':
      case 'public/hello':
        return { version: '1.2.26' }
      case 'public/get_time':
        return this.market.sources.now()
      case 'public/status':
        return this.market.locks()
      case 'public/auth': {
        const granted = this.auth.grant(params)
        return granted instanceof RpcError ? granted : granted.result
      }
      case 'public/get_currencies':
        return this.#currencies()
      case 'public/get_instruments':
        return this.#instruments(params)
      case 'public/get_book_summary_by_currency':
        return this.#ofCurrency(params).map(each => this.market.summary(each))
    }
    const instrument = this.#exchange.instruments.find(DERIBIT, params.optional('instrument_name') ?? '')
    if (instrument === undefined)
      return OF_INSTRUMENT.has(method) ? badParameter('instrument_name: is not known') : UNKNOWN
    const count = Math.min(TRADES_MAX, Number(params.optional('count') ?? 10))
    switch (method) {
      case 'public/get_instrument':
        return this.market.instrument(instrument)
      case 'public/ticker':
        return this.market.ticker(instrument)
      case 'public/get_book_summary_by_instrument':
        return [this.market.summary(instrument)]
      case 'public/get_funding_rate_value':
        return fundingOver(params)
      case 'public/get_funding_rate_history':
        return this.#fundingHours(params, instrument)
      case 'public/get_order_book':
        return this.market.book(instrument, Math.min(BOOK_MAX, Number(params.optional('depth') ?? 5)))
      case 'public/get_last_trades_by_instrument':
      case 'public/get_last_trades_by_instrument_and_time': {
        const [from, to] = ['start_timestamp', 'end_timestamp'].map(key => Number(params.optional(key) ?? Number.NaN))
        const all = this.market.sources.trades[instrument.index]!.filter(
          ({ at }) => !(at < from! * 1000) && !(at >= (to! + 1) * 1000),
        )
        const trades = all.slice(-count).map(trade => this.market.trade(trade))
        return { trades, has_more: all.length > count }
      }
      case 'public/get_tradingview_chart_data':
        return this.#chart(params)
      default:
        return UNKNOWN
    }
  }

  #currencies(): unknown {
    const assets = this.#exchange.instruments.all.flatMap(({ settle }) => [settle])
    return [...new Map(assets.map(asset => [asset.code, asset])).values()].map(({ code, decimals }) => ({
      ...{ currency: code, currency_long: code, coin_type: code, fee_precision: decimals, decimals },
      ...{ min_confirmations: 1, min_withdrawal_fee: 0, withdrawal_fee: 0, withdrawal_priorities: [] },
    }))
  }

  #instruments(params: Fields): unknown {
    return this.#ofCurrency(params).map(each => this.market.instrument(each))
  }

  /** The instruments of a currency and a kind; of all where none is named. */
  #ofCurrency(params: Fields): readonly Instrument[] {
    const [currency, kind] = [params.optional('currency') ?? 'any', params.optional('kind')]
    return this.#exchange.instruments.all.filter(
      each =>
        (currency === 'any' || each.settle.code === currency) &&
        (kind === undefined || this.market.instrument(each)['kind'] === kind),
    )
  }

  /** The rate of each whole hour of a time; the index is the mark of now. */
  #fundingHours(params: Fields, instrument: Instrument): unknown {
    const [start, end] = [params.int('start_timestamp'), params.int('end_timestamp')]
    if (params.fault !== '') return badParameter(params.fault)
    const last = Math.floor(Math.min(end, this.market.sources.now()) / HOUR) * HOUR
    const first = Math.max(Math.ceil(start / HOUR) * HOUR, last - (HOURS_MAX - 1) * HOUR)
    const index_price = this.market.mark(instrument)
    const rates = { interest_8h: FUNDING_RATE, interest_1h: FUNDING_RATE / 8 }
    const count = Math.max(0, (last - first) / HOUR + 1)
    return Array.from({ length: count }, (_, hour) => ({
      ...{ timestamp: first + hour * HOUR, index_price, prev_index_price: index_price, ...rates },
    }))
  }

  #chart(params: Fields): unknown {
    const instrument = this.#exchange.instruments.find(DERIBIT, params.text('instrument_name'))!
    const resolution = params.text('resolution')
    const seconds = resolution === '1D' ? 86_400 : Number(resolution) * 60
    if (params.fault !== '' || !Number.isSafeInteger(seconds) || seconds < 60)
      return badParameter('resolution: is not known')
    const [start, end] = ['start_timestamp', 'end_timestamp'].map(key => Number(params.optional(key) ?? Number.NaN))
    const bars = this.market.bars(instrument, seconds).filter(({ tick }) => !(tick! < start!) && !(tick! > end!))
    const column = (key: string): (number | undefined)[] => bars.map(bar => bar[key])
    const prices = { open: column('open'), high: column('high'), low: column('low'), close: column('close') }
    return {
      ticks: column('tick'),
      ...prices,
      volume: column('volume'),
      cost: column('cost'),
      status: bars.length > 0 ? 'ok' : 'no_data',
    }
  }
}

/** What a long position has paid over a time, as a part of its value. */
function fundingOver(params: Fields): unknown {
  const [start, end] = [params.int('start_timestamp'), params.int('end_timestamp')]
  return params.fault === '' ? (FUNDING_RATE * Math.max(0, end - start)) / EIGHT_HOURS : badParameter(params.fault)
}

/** Public methods that want an instrument. */
const OF_INSTRUMENT: ReadonlySet<string> = new Set(
  'get_instrument ticker get_order_book get_book_summary_by_instrument get_funding_rate_value get_funding_rate_history get_last_trades_by_instrument get_last_trades_by_instrument_and_time get_tradingview_chart_data'
    .split(' ')
    .map(name => `public/${name}`),
)
