import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeOrder, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { BUY, opposite, SELL, type Side } from '@velocimex/core/market/side'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Fields } from '../../wire/fields.ts'
import { DERIBIT } from '../deribit-venue.ts'
import { idOfLabel, labelOf, numberOfId, type OrderTexts } from './order-texts.ts'
import { badParameter, RpcError, refusalOf } from './rpc-error.ts'

const NOT_FOUND = new RpcError(10004, 'order_not_found')
const NOT_OPEN = new RpcError(11044, 'not_open_order')
const TIMES_IN_FORCE: Readonly<Record<string, NewExchangeOrder['timeInForce']>> = {
  good_til_cancelled: 'gtc',
  good_til_day: 'gtc',
  immediate_or_cancel: 'ioc',
  fill_or_kill: 'fok',
}
/** Terms of orders that wait, hide, or bring others along. */
const NOT_OFFERED = [
  'trigger',
  'trigger_price',
  'linked_order_type',
  'otoco_config',
  'display_amount',
  'max_show',
  'advanced',
]
const TRADES_MAX = 1000
const LABEL_MAX = 64
const DAY_MS = 86_400_000
const DAY_ENDS_MS = 28_800_000

/** The matching calls of an account: each returns the result, or the error. */
export class TradingCalls {
  readonly #exchange: Exchange
  readonly #texts: OrderTexts
  #count = 0

  constructor(exchange: Exchange, texts: OrderTexts) {
    this.#exchange = exchange
    this.#texts = texts
  }

  /** `private/buy`, `private/sell` */
  place({ account, canTrade }: ClientKey, side: Side, params: Fields, now: number): unknown {
    if (!canTrade) return new RpcError(13021, 'forbidden')
    const validUntil = params.has('valid_until') ? params.int('valid_until') : Number.POSITIVE_INFINITY
    if (now > validUntil) return new RpcError(13888, 'timed_out')
    const wish = this.#wish(side, params, now)
    if (wish instanceof RpcError) return wish
    if (params.fault !== '') return badParameter(params.fault)
    const from = this.#exchange.fills.length
    const placed = this.#exchange.place(account, wish)
    return placed.ok ? this.#told(placed.value, from) : refusalOf(placed.reason)
  }

  /** `private/close_position`: an order of the whole position's size that can only reduce it. */
  closePosition({ account, canTrade }: ClientKey, params: Fields): unknown {
    if (!canTrade) return new RpcError(13021, 'forbidden')
    const instrument = this.#exchange.instruments.find(DERIBIT, params.text('instrument_name'))
    if (instrument === undefined) return new RpcError(10020, 'invalid_or_unsupported_instrument')
    const type = params.text('type')
    if (type !== 'limit' && type !== 'market') return badParameter('type: must be limit or market')
    const price = type === 'market' ? 0 : params.steps('price', instrument.price)
    if (params.fault !== '') return wrongNumber(params)
    const { lots } = this.#exchange.account(account).position(instrument.index)
    if (lots === 0) return new RpcError(10010, 'already_closed')
    const terms = { type, timeInForce: 'gtc', postOnly: false, reduceOnly: true } as const
    const sized = { side: lots > 0 ? SELL : BUY, lots: Math.abs(lots), price }
    const from = this.#exchange.fills.length
    const placed = this.#exchange.place(account, {
      ...{ clientOrderId: idOfLabel('', ++this.#count), instrument, ...terms, ...sized },
    })
    return placed.ok ? this.#told(placed.value, from) : refusalOf(placed.reason)
  }

  /** `private/edit`, `private/edit_by_label`: price and total amount. */
  edit(key: ClientKey, params: Fields): unknown {
    const order = params.has('order_id') ? this.#own(key, params) : this.#labelled(key, params)
    if (order instanceof RpcError) return order
    if (order.status !== 'open') return NOT_OPEN
    const { instrument } = order
    const lots = params.has('amount') ? params.steps('amount', instrument.quantity) : order.lots
    const price = params.has('price') ? params.steps('price', instrument.price) : order.price
    if (params.fault !== '') return wrongNumber(params)
    if (lots < order.cumulative) return new RpcError(10002, 'qty_too_low')
    this.#texts.replaced.add(order.id)
    const from = this.#exchange.fills.length
    const amended = this.#exchange.amend(order, price, lots)
    return amended.ok ? this.#told(order, from) : refusalOf(amended.reason)
  }

  /** `private/cancel` */
  cancel(key: ClientKey, params: Fields): unknown {
    const order = this.#own(key, params)
    if (order instanceof RpcError) return order
    if (order.status === 'filled') return new RpcError(11008, 'already_filled')
    return this.#exchange.cancel(order) ? this.#texts.order(order) : NOT_OPEN
  }

  /** Cancels the open orders that are meant. Returns how many. */
  cancelThose({ account }: ClientKey, params: Fields): unknown {
    const label = params.optional('label')
    const name = params.optional('instrument_name')
    const currency = params.optional('currency')
    const [kind, type] = [params.optional('kind'), params.optional('type')]
    // All that is listed here is of the kind of futures, or spot; nothing waits for a trigger.
    const isOfKind = ({ instrument }: ExchangeOrder): boolean =>
      kind === undefined || kind === 'any' || kind === (instrument.kind === 'spot' ? 'spot' : 'future')
    if (type !== undefined && type !== 'all' && type !== 'limit') return 0
    const meant = this.#exchange
      .openOrders(account)
      .filter(
        order =>
          (label === undefined || labelOf(order) === label) &&
          (name === undefined || order.instrument.symbol === name) &&
          (currency === undefined || currency === 'any' || order.instrument.settle.code === currency) &&
          isOfKind(order),
      )
    return meant.filter(order => this.#exchange.cancel(order)).length
  }

  /** `private/get_order_state` */
  state(key: ClientKey, params: Fields): unknown {
    const order = this.#own(key, params)
    return order instanceof RpcError ? order : this.#texts.order(order)
  }

  /** `private/get_order_state_by_label` */
  statesOf({ account }: ClientKey, params: Fields): unknown {
    const [label, currency] = [params.text('label'), params.text('currency')]
    if (params.fault !== '') return badParameter(params.fault)
    return this.#exchange
      .ordersOf(account)
      .filter(order => labelOf(order) === label && order.instrument.settle.code === currency)
      .map(order => this.#texts.order(order))
  }

  /** `private/get_open_orders` and its narrower forms. */
  open({ account }: ClientKey, params: Fields): unknown {
    const [name, currency, label] = ['instrument_name', 'currency', 'label'].map(key => params.optional(key))
    return this.#exchange
      .openOrders(account)
      .filter(
        order =>
          (name === undefined || order.instrument.symbol === name) &&
          (currency === undefined || currency === 'any' || order.instrument.settle.code === currency) &&
          (label === undefined || labelOf(order) === label),
      )
      .map(order => this.#texts.order(order))
  }

  /** `private/get_order_history_by_instrument`, `..._by_currency`: orders that are over, the last first. */
  history({ account }: ClientKey, params: Fields): unknown {
    const [name, currency] = ['instrument_name', 'currency'].map(key => params.optional(key))
    const [offset, count] = [wholeOf(params, 'offset', 0), wholeOf(params, 'count', 20)]
    const isWithUnfilled = params.optional('include_unfilled') === 'true'
    return this.#exchange
      .ordersOf(account)
      .filter(
        order =>
          order.status !== 'open' &&
          (isWithUnfilled || order.cumulative > 0) &&
          (name === undefined || order.instrument.symbol === name) &&
          (currency === undefined || currency === 'any' || order.instrument.settle.code === currency),
      )
      .reverse()
      .slice(offset, offset + Math.min(count, TRADES_MAX))
      .map(order => this.#texts.order(order))
  }

  /** `private/get_user_trades_by_instrument`, `..._by_currency`, `..._and_time`, and by order as a bare list. */
  trades({ account }: ClientKey, params: Fields): unknown {
    const orderId = numberOfId(params.optional('order_id') ?? '')
    const [name, currency] = ['instrument_name', 'currency'].map(key => params.optional(key))
    const [start, end] = ['start_timestamp', 'end_timestamp'].map(key => Number(params.optional(key) ?? Number.NaN))
    const count = Math.min(TRADES_MAX, Number(params.optional('count') ?? 10))
    const mine = this.#exchange.fills.filter(
      ({ order, at }) =>
        order.account === account &&
        (name === undefined || order.instrument.symbol === name) &&
        (currency === undefined || order.instrument.settle.code === currency) &&
        (orderId === 0 || order.id === orderId) &&
        !(at / 1000 < start!) &&
        !(Math.floor(at / 1000) > end!),
    )
    const sorted = params.optional('sorting') === 'asc' ? mine : mine.toReversed()
    const trades = sorted.slice(0, count).map(fill => this.#texts.fill(fill))
    return orderId > 0 ? trades : { trades, has_more: sorted.length > count }
  }

  #told(order: ExchangeOrder, from: number): unknown {
    const fills = this.#exchange.fills.slice(from).filter(fill => fill.order === order)
    return { order: this.#texts.order(order), trades: fills.map(fill => this.#texts.fill(fill)) }
  }

  #own({ account }: ClientKey, params: Fields): ExchangeOrder | RpcError {
    const order = this.#exchange.find(numberOfId(params.optional('order_id') ?? ''))
    return order?.account === account ? order : NOT_FOUND
  }

  #labelled({ account }: ClientKey, params: Fields): ExchangeOrder | RpcError {
    const [label, name] = [params.text('label'), params.text('instrument_name')]
    const open = this.#exchange
      .openOrders(account)
      .filter(order => labelOf(order) === label && order.instrument.symbol === name)
    if (open.length > 1) return new RpcError(13032, 'multiple_labels_found')
    return open[0] ?? NOT_FOUND
  }

  #wish(side: Side, params: Fields, now: number): NewExchangeOrder | RpcError {
    const instrument = this.#exchange.instruments.find(DERIBIT, params.text('instrument_name'))
    if (instrument === undefined) return new RpcError(10020, 'invalid_or_unsupported_instrument')
    const type = params.optional('type') ?? 'limit'
    if (type !== 'limit' && type !== 'market') return badParameter('type: is not offered here')
    const wanted = params.optional('time_in_force') ?? 'good_til_cancelled'
    const timeInForce = Object.hasOwn(TIMES_IN_FORCE, wanted) ? TIMES_IN_FORCE[wanted] : undefined
    if (timeInForce === undefined) return badParameter('time_in_force: is not known')
    const unoffered = NOT_OFFERED.find(key => params.has(key))
    if (unoffered !== undefined) return badParameter(`${unoffered}: is not offered here`)
    const label = params.optional('label') ?? ''
    if (label.length > LABEL_MAX) return badParameter('label: is too long')
    // Contracts are those of the list: one lot each.
    const lots =
      params.has('contracts') && !params.has('amount')
        ? params.int('contracts')
        : params.steps('amount', instrument.quantity)
    if (params.fault !== '') return new RpcError(10021, 'invalid_amount')
    const asked = type === 'market' ? 0 : params.steps('price', instrument.price)
    if (params.fault !== '') return wrongNumber(params)
    const postOnly = params.optional('post_only') === 'true'
    if (postOnly && (type === 'market' || timeInForce !== 'gtc')) return new RpcError(11055, 'post_only_not_allowed')
    const moves = postOnly && params.optional('reject_post_only') !== 'true'
    const price = moves ? this.#behindTouch(instrument.index, side, asked) : asked
    // Labels need not be unique here, and are in the exchange: what makes them so is not told.
    const clientOrderId = idOfLabel(label, ++this.#count)
    const reduceOnly = params.optional('reduce_only') === 'true'
    const life = wanted === 'good_til_day' ? { expiresAt: nextDay(now) } : {}
    return { clientOrderId, instrument, side, type, timeInForce, postOnly, reduceOnly, price, lots, ...life }
  }

  /** The price asked for, or one tick behind the opposite best where it would take. */
  #behindTouch(instrument: number, side: Side, price: number): number {
    const best = this.#exchange.engine(instrument).book.best(opposite(side))
    return Number.isFinite(best) && side * (price - best) >= 0 ? best - side : price
  }
}

/** When the venue's day ends: eight in the morning, UTC. @param now milliseconds @returns microseconds */
const nextDay = (now: number): number =>
  (Math.floor((now - DAY_ENDS_MS) / DAY_MS) * DAY_MS + DAY_MS + DAY_ENDS_MS) * 1000

/** A whole number, or the default when it is absent or none. */
function wholeOf(params: Fields, key: string, otherwise: number): number {
  const text = params.optional(key) ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : otherwise
}

/** A price between ticks has a code of its own. */
const wrongNumber = (params: Fields): RpcError =>
  params.fault.includes('steps') ? new RpcError(10043, 'price_wrong_tick') : badParameter(params.fault)
