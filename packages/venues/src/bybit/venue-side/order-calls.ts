import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeOrder, ExchangeRefusal, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { lotsForMoney } from '@velocimex/core/exchange/money-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, opposite, SELL, type Side } from '@velocimex/core/market/side'
import type { TimeInForce } from '@velocimex/core/order/order-request'
import { moneyUnits } from '../../quote-money.ts'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import { linkOf, type OrderEnd, type OrderTexts, UNNAMED } from './order-texts.ts'
import type { OwnInstruments } from './own-instruments.ts'
import type { RequestValues } from './request-values.ts'
import { badParameter, type Failure, failure, isFailure, LATE_REASONS, refusalOf } from './venue-failures.ts'

const LINK_ID = /^[A-Za-z0-9_-]{1,36}$/
/** Orders that were acknowledged and never taken are numbered from here. */
const FIRST_REFUSED = 2_000_000_000_000
const REMEMBERED_MAX = 500
/** What makes an order wait, or leaves others behind it. */
const CONDITIONS = ['triggerPrice', 'takeProfit', 'stopLoss', 'tpLimitPrice', 'slLimitPrice', 'orderFilter']
const DENIED = failure(10005, 'Permission denied, please check your API key permissions.')

/** What the calls of orders stand on. */
export interface OrderParts {
  readonly category: Category
  readonly own: OwnInstruments
  readonly exchange: Exchange
  readonly texts: OrderTexts
  /** An order that the exchange refused has ended on the stream. */
  onEnded(order: ExchangeOrder): void
  /** Microseconds. */
  now(): number
}

/** Places, amends and cancels: the value to be told as `result`, or the error. */
export class OrderCalls {
  readonly #parts: OrderParts
  /** Orders that ended without the exchange having taken them, and ends that their own state does not tell. */
  readonly #refused = new Map<number, ExchangeOrder>()
  readonly #ends = new Map<number, OrderEnd>()
  #refusedCount = 0
  #unnamed = 0

  constructor(parts: OrderParts) {
    this.#parts = parts
  }

  /** How an order ended, where its own state does not say it. */
  endOf(order: ExchangeOrder): OrderEnd | undefined {
    return this.#ends.get(order.id)
  }

  /** Open orders of an account in this market, oldest first. */
  openOrders(account: number): ExchangeOrder[] {
    const { exchange, own } = this.#parts
    return exchange.openOrders(account).filter(({ instrument }) => own.has(instrument))
  }

  /** Orders of an account that were never taken, oldest first. */
  refusedOf(account: number): ExchangeOrder[] {
    return [...this.#refused.values()].filter(order => order.account === account)
  }

  place(key: ClientKey, values: RequestValues): unknown | Failure {
    if (!key.canTrade) return DENIED
    const wish = this.#wish(key, values)
    if (isFailure(wish)) return wish
    const { exchange, category } = this.#parts
    const placed = exchange.place(key.account, wish)
    if (placed.ok) return this.#named(placed.value)
    const reason = LATE_REASONS[placed.reason]
    return reason === undefined
      ? refusalOf(category, placed.reason)
      : this.#named(this.#endLate(key.account, wish, placed.reason, reason))
  }

  amend(key: ClientKey, values: RequestValues): unknown | Failure {
    if (!key.canTrade) return DENIED
    const order = this.#openOrder(key, values)
    if (isFailure(order)) return order
    const { category, exchange } = this.#parts
    const price = values.get('price') === undefined ? order.price : values.steps(category, 'price', order.instrument)
    if (isFailure(price)) return price
    const lots = values.get('qty') === undefined ? order.lots : values.steps(category, 'qty', order.instrument)
    if (isFailure(lots)) return lots
    if (price === order.price && lots === order.lots)
      return failure(10001, 'The order remains unchanged as the parameters entered match the existing ones.')
    if (lots <= order.cumulative)
      return category === 'linear'
        ? failure(110064, 'The quantity is below what is filled.')
        : failure(170313, 'Cannot modify: the quantity is below what is filled.')
    const amended = exchange.amend(order, price, lots)
    return amended.ok ? this.#named(order) : refusalOf(category, amended.reason)
  }

  cancel(key: ClientKey, values: RequestValues): unknown | Failure {
    if (!key.canTrade) return DENIED
    const order = this.#openOrder(key, values)
    if (isFailure(order)) return order
    this.#parts.exchange.cancel(order)
    return this.#named(order)
  }

  cancelAll(key: ClientKey, values: RequestValues): unknown | Failure {
    if (!key.canTrade) return DENIED
    const chosen = this.scope(values)
    if (isFailure(chosen)) return chosen
    const list = this.openOrders(key.account).filter(({ instrument }) => chosen(instrument))
    for (const order of list) this.#parts.exchange.cancel(order)
    return { list: list.map(order => this.#named(order)), success: '1' }
  }

  /** Cancels all of an account because its sockets are gone. */
  cancelOnDisconnect(account: number): void {
    for (const order of this.openOrders(account)) {
      this.#remember({ status: 'Cancelled', rejectReason: 'EC_PerCancelRequest', cancelType: 'CancelByDCP' }, order.id)
      this.#parts.exchange.cancel(order)
    }
  }

  /** Which instruments a call is about: one symbol, those of a coin, or on spot all. */
  scope(values: RequestValues): ((instrument: Instrument) => boolean) | Failure {
    const { category, own } = this.#parts
    const wrong = values.category(category)
    if (wrong !== undefined) return wrong
    if (values.get('symbol') !== undefined) {
      const one = values.instrument(category, own)
      return isFailure(one) ? one : instrument => instrument === one
    }
    const [base, settle] = [values.get('baseCoin'), values.get('settleCoin')]
    if (category === 'linear' && base === undefined && settle === undefined)
      return failure(10001, 'Missing some parameters that must be filled in, symbol or settleCoin or baseCoin')
    return instrument =>
      (base === undefined || instrument.base.code === base) &&
      (settle === undefined || instrument.settle.code === settle)
  }

  /** The order that a call names: by the venue's id, which wins, or by the client's. */
  named(account: number, values: RequestValues): ExchangeOrder | undefined {
    const { exchange, texts, own } = this.#parts
    const [id, link] = [values.get('orderId'), values.get('orderLinkId')]
    if (id !== undefined) {
      const number = texts.orderNumber(id)
      const order = exchange.find(number) ?? this.#refused.get(number)
      return order?.account === account && own.has(order.instrument) ? order : undefined
    }
    if (link === undefined || !LINK_ID.test(link)) return undefined
    const refused = this.refusedOf(account).find(({ clientOrderId }) => clientOrderId === link)
    const order = exchange.findByClientId(account, link)
    return order !== undefined && own.has(order.instrument) ? order : refused
  }

  #openOrder(key: ClientKey, values: RequestValues): ExchangeOrder | Failure {
    const { category, own } = this.#parts
    const wrong = values.category(category)
    if (wrong !== undefined) return wrong
    const instrument = values.instrument(category, own)
    if (isFailure(instrument)) return instrument
    if (values.get('orderId') === undefined && values.get('orderLinkId') === undefined)
      return failure(10001, 'params error: orderId or orderLinkId is required')
    const order = this.named(key.account, values)
    if (order?.status === 'open' && order.instrument === instrument) return order
    if (category === 'linear') return failure(110001, 'order not exists or too late to cancel')
    if (order === undefined) return failure(170213, 'Order does not exist.')
    return order.status === 'filled'
      ? failure(170139, 'Order has been filled.')
      : failure(170142, 'Order has been canceled.')
  }

  #named(order: ExchangeOrder): unknown {
    return { orderId: this.#parts.texts.orderId(order.id), orderLinkId: linkOf(order) }
  }

  #endLate(account: number, wish: NewExchangeOrder, refusal: ExchangeRefusal, rejectReason: string): ExchangeOrder {
    const now = this.#parts.now() as ExchangeOrder['createdAt']
    const id = FIRST_REFUSED + ++this.#refusedCount
    const order: ExchangeOrder = {
      ...wish,
      ...{ id, account, createdAt: now, updatedAt: now, cumulative: 0, value: 0n, status: 'canceled' },
    }
    const isRejected = refusal === 'would_take' && this.#parts.category === 'spot'
    const cancelType = refusal === 'self_trade' ? 'CancelBySmp' : 'UNKNOWN'
    this.#remember({ status: isRejected ? 'Rejected' : 'Cancelled', rejectReason, cancelType }, id)
    this.#refused.set(id, order)
    if (this.#refused.size > REMEMBERED_MAX) this.#refused.delete(this.#refused.keys().next().value!)
    this.#parts.onEnded(order)
    return order
  }

  #remember(end: OrderEnd, id: number): void {
    this.#ends.set(id, end)
    if (this.#ends.size > 2 * REMEMBERED_MAX) this.#ends.delete(this.#ends.keys().next().value!)
  }

  #wish(key: ClientKey, values: RequestValues): NewExchangeOrder | Failure {
    const { category, own } = this.#parts
    const wrong = values.category(category)
    if (wrong !== undefined) return wrong
    const instrument = values.instrument(category, own)
    if (isFailure(instrument)) return instrument
    const side = values.get('side')
    if (side !== 'Buy' && side !== 'Sell') return badParameter('side')
    const type = values.get('orderType')
    if (type !== 'Limit' && type !== 'Market') return badParameter('orderType')
    if (CONDITIONS.some(key => !['0', 'Order', undefined].includes(values.get(key))))
      return failure(10001, 'Conditional orders are not offered here.')
    if (values.int('positionIdx', 0) !== 0) return failure(10001, 'position idx not match position mode')
    const timeInForce = values.get('timeInForce') ?? 'GTC'
    if (!['GTC', 'IOC', 'FOK', 'PostOnly'].includes(timeInForce))
      return category === 'spot' ? failure(170115, 'Invalid timeInForce.') : badParameter('timeInForce')
    const link = values.get('orderLinkId')
    if (link !== undefined && !LINK_ID.test(link)) return badParameter('orderLinkId')
    if (link !== undefined && this.named(key.account, values) !== undefined)
      return refusalOf(category, 'duplicate_client_id')
    const isLimit = type === 'Limit'
    const price = isLimit ? values.steps(category, 'price', instrument) : 0
    if (isFailure(price)) return price
    const direction = side === 'Buy' ? BUY : SELL
    const lots = isLimit ? values.steps(category, 'qty', instrument) : this.#marketLots(values, instrument, direction)
    if (isFailure(lots)) return lots
    const isPostOnly = isLimit && timeInForce === 'PostOnly'
    return {
      ...{ clientOrderId: link ?? `${UNNAMED}${++this.#unnamed}`, instrument, price, lots, postOnly: isPostOnly },
      ...{ side: direction, type: isLimit ? 'limit' : 'market' },
      timeInForce: isLimit && !isPostOnly ? (timeInForce.toLowerCase() as TimeInForce) : 'gtc',
      reduceOnly: category === 'linear' && values.get('reduceOnly') === 'true',
    }
  }

  /** A market order of spot that buys counts quote money unless it is told otherwise. */
  #marketLots(values: RequestValues, instrument: Instrument, side: Side): number | Failure {
    const { category, exchange } = this.#parts
    const unit = values.get('marketUnit') ?? (side === BUY ? 'quoteCoin' : 'baseCoin')
    if (category === 'linear' || unit === 'baseCoin') return values.steps(category, 'qty', instrument)
    if (unit !== 'quoteCoin') return badParameter('marketUnit')
    const units = moneyUnits(values.get('qty') ?? '', instrument)
    if (units === undefined) return failure(170137, 'Order quantity has too many decimals.')
    if (!Number.isFinite(exchange.engine(instrument.index).book.best(opposite(side))))
      return refusalOf(category, 'no_liquidity')
    return lotsForMoney(exchange, instrument, side, units)
  }
}
