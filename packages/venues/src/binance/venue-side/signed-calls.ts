import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeOrder, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { lotsForMoney } from '@velocimex/core/exchange/money-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Dialect } from '../frame-fields.ts'
import { OrderTexts } from './order-texts.ts'
import { type MoneyLots, wishOf } from './order-wish.ts'
import { isFailure, RequestParameters } from './parameters.ts'
import { type Failure, failure, missing, refusalOf } from './venue-failures.ts'

const NO_SUCH_ORDER = failure(-2013, 'Order does not exist.')
const UNKNOWN_ORDER = failure(-2011, 'Unknown order sent.')

/** Answers of the calls of an account: the value to be told as JSON, or the error. */
export class SignedCalls {
  readonly texts: OrderTexts
  readonly #dialect: Dialect
  readonly #venue: string
  readonly #exchange: Exchange
  readonly #now: () => number
  readonly #countdowns = new Map<
    string,
    { readonly account: number; readonly instrument: number; readonly at: number }
  >()
  #generated = 0
  /** Id of the cancel under way, for the report that it causes. */
  cancelId = ''

  /** @param now milliseconds */
  constructor(dialect: Dialect, venue: string, exchange: Exchange, now: () => number) {
    this.#dialect = dialect
    this.#now = now
    this.#venue = venue
    this.#exchange = exchange
    this.texts = new OrderTexts(dialect)
  }

  place(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    if (!key.canTrade) return failure(-2015, 'Invalid API-key, IP, or permissions for action.', 401)
    const wish = this.#wish(parameters)
    if (isFailure(wish)) return wish
    const placed = this.#exchange.place(key.account, wish)
    if (!placed.ok) return refusalOf(this.#dialect, placed.reason)
    return this.#told(placed.value, parameters)
  }

  /** Validates as `place` does, and does nothing. */
  test(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const wish = this.#wish(parameters)
    return isFailure(wish)
      ? wish
      : key.canTrade
        ? {}
        : failure(-2015, 'Invalid API-key, IP, or permissions for action.', 401)
  }

  cancel(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const order = this.#order(key, parameters)
    if (isFailure(order)) return order.code === NO_SUCH_ORDER.code ? UNKNOWN_ORDER : order
    this.cancelId = this.#dialect === 'spot' ? (parameters.get('newClientOrderId') ?? this.#generateId()) : ''
    const done = this.#exchange.cancel(order)
    const { cancelId } = this
    this.cancelId = ''
    return done ? this.#canceled(order, cancelId) : UNKNOWN_ORDER
  }

  cancelAll(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const instrument = parameters.instrument(this.#exchange.instruments, this.#venue)
    if (isFailure(instrument)) return instrument
    const open = this.#exchange.openOrders(key.account, instrument.index)
    if (open.length === 0 && this.#dialect === 'spot') return UNKNOWN_ORDER
    for (const order of open) this.#exchange.cancel(order)
    if (this.#dialect === 'usdm') return { code: 200, msg: 'The operation of cancel all open order is done.' }
    return open.map(order => this.#canceled(order, this.#generateId()))
  }

  /** USD-M: price and quantity, the place in the queue is lost. */
  amend(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const order = this.#order(key, parameters)
    if (isFailure(order)) return order
    if (order.status !== 'open') return NO_SUCH_ORDER
    const price = parameters.steps(this.#dialect, 'price', order.instrument)
    const lots = parameters.steps(this.#dialect, 'quantity', order.instrument)
    if (isFailure(price)) return price
    if (isFailure(lots)) return lots
    if (price === order.price && lots === order.lots) return failure(-5027, 'No need to modify the order.')
    const amended = this.#exchange.amend(order, price, lots, false)
    return amended.ok ? this.texts.order(order) : refusalOf(this.#dialect, amended.reason)
  }

  /** Spot: a cancel and a placement in one request; the new order goes to the back of the queue. */
  cancelReplace(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const named = new Map([['symbol', parameters.get('symbol') ?? '']])
    const [id, clientId] = [parameters.get('cancelOrderId'), parameters.get('cancelOrigClientOrderId')]
    if (id !== undefined) named.set('orderId', id)
    if (clientId !== undefined) named.set('origClientOrderId', clientId)
    const canceled = this.cancel(key, new RequestParameters(named))
    const isStopped = isFailure(canceled) && parameters.get('cancelReplaceMode') !== 'ALLOW_FAILURE'
    const placed = isStopped ? null : this.place(key, parameters)
    const response = (told: unknown): unknown => (isFailure(told) ? { code: told.code, msg: told.msg } : told)
    const results = {
      cancelResult: isFailure(canceled) ? 'FAILURE' : 'SUCCESS',
      newOrderResult: isStopped ? 'NOT_ATTEMPTED' : isFailure(placed) ? 'FAILURE' : 'SUCCESS',
      ...{ cancelResponse: response(canceled), newOrderResponse: response(placed) },
    }
    if (!isFailure(canceled) && !isFailure(placed)) return results
    const isHalf = !isFailure(canceled) || !(isStopped || isFailure(placed))
    return isHalf
      ? { ...failure(-2021, 'Order cancel-replace partially failed.', 409), data: results }
      : { ...failure(-2022, 'Order cancel-replace failed.'), data: results }
  }

  /** Spot: takes quantity away; the place in the queue is kept. */
  reduce(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const order = this.#order(key, parameters)
    if (isFailure(order)) return order
    if (order.status !== 'open') return NO_SUCH_ORDER
    const lots = new RequestParameters(new Map([['quantity', parameters.get('newQty') ?? '']])).steps(
      this.#dialect,
      'quantity',
      order.instrument,
    )
    if (isFailure(lots)) return lots
    if (lots >= order.lots || lots <= order.cumulative)
      return failure(-2038, 'The requested action would not reduce the quantity.')
    const amended = this.#exchange.amend(order, order.price, lots)
    if (!amended.ok) return refusalOf(this.#dialect, amended.reason)
    const { orderListId, origQty: qty, ...rest } = this.texts.order(order)
    return {
      transactTime: Math.floor(order.updatedAt / 1000),
      executionId: order.id,
      amendedOrder: { ...rest, orderListId, qty },
    }
  }

  order(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const order = this.#order(key, parameters)
    return isFailure(order) ? order : this.texts.order(order)
  }

  orders(key: ClientKey, parameters: RequestParameters, onlyOpen: boolean): unknown | Failure {
    const instrument = this.#optionalInstrument(parameters)
    if (isFailure(instrument)) return instrument
    const all = onlyOpen ? this.#exchange.openOrders(key.account) : this.#exchange.ordersOf(key.account)
    const chosen = all.filter(order => instrument === undefined || order.instrument === instrument)
    return chosen.slice(-parameters.int('limit', 500)).map(order => this.texts.order(order))
  }

  trades(key: ClientKey, parameters: RequestParameters): unknown | Failure {
    const instrument = this.#optionalInstrument(parameters)
    if (isFailure(instrument)) return instrument
    const from = parameters.int('startTime', 0) * 1000
    const ofOrder = parameters.get('orderId')
    const chosen = this.#exchange.fills.filter(
      ({ order, at }) =>
        order.account === key.account &&
        at >= from &&
        (instrument === undefined || order.instrument === instrument) &&
        (ofOrder === undefined || String(order.id) === ofOrder),
    )
    return chosen.slice(0, parameters.int('limit', 500)).map(fill => this.texts.trade(fill))
  }

  /** The dead-man switch of USD-M: cancels the orders of a symbol unless it is set again in time; 0 ends it. */
  countdown(key: ClientKey, parameters: RequestParameters, now: number): unknown | Failure {
    const instrument = parameters.instrument(this.#exchange.instruments, this.#venue)
    if (isFailure(instrument)) return instrument
    const length = parameters.int('countdownTime', -1)
    if (length < 0) return missing('countdownTime')
    const name = `${key.account} ${instrument.index}`
    this.#countdowns.delete(name)
    if (length > 0) this.#countdowns.set(name, { account: key.account, instrument: instrument.index, at: now + length })
    return { symbol: instrument.symbol, countdownTime: String(length) }
  }

  /** Fires the countdowns that have run out. @param now milliseconds */
  tick(now: number): void {
    for (const [name, { account, instrument, at }] of this.#countdowns) {
      if (now < at) continue
      this.#countdowns.delete(name)
      for (const order of this.#exchange.openOrders(account, instrument)) this.#exchange.cancel(order)
    }
  }

  #wish(parameters: RequestParameters): NewExchangeOrder | Failure {
    const instrument = parameters.instrument(this.#exchange.instruments, this.#venue)
    if (isFailure(instrument)) return instrument
    const lotsFor: MoneyLots = (of, side, units) => lotsForMoney(this.#exchange, of, side, units)
    return wishOf(this.#dialect, instrument, parameters, () => this.#generateId(), this.#now(), lotsFor)
  }

  /** The answer to a placement: ACK, RESULT or FULL; USD-M says NEW in an ACK even of what filled at once. */
  #told(order: ExchangeOrder, parameters: RequestParameters): unknown {
    const asked = parameters.get('newOrderRespType')
    const text = this.texts.order(order)
    if (this.#dialect === 'usdm')
      return asked === 'RESULT'
        ? text
        : {
            ...text,
            status: 'NEW',
            executedQty: this.texts.numbers.lots(order.instrument, 0),
            cumQuote: '0',
            avgPrice: '0.00',
          }
    const { symbol, orderId, orderListId, clientOrderId } = text
    const transactTime = Math.floor(order.createdAt / 1000)
    const ack = { symbol, orderId, orderListId, clientOrderId, transactTime }
    if (asked === 'ACK') return ack
    const result = { ...text, transactTime }
    if (asked === 'RESULT') return result
    const fills = this.#exchange.fills.filter(fill => fill.order === order).map(fill => this.texts.trade(fill))
    return {
      ...result,
      fills: fills.map(({ price, qty, commission, commissionAsset, id }) => ({
        price,
        qty,
        commission,
        commissionAsset,
        tradeId: id,
      })),
    }
  }

  #canceled(order: ExchangeOrder, cancelId: string): unknown {
    const text = this.texts.order(order)
    if (this.#dialect === 'usdm') return text
    return {
      ...text,
      origClientOrderId: order.clientOrderId,
      clientOrderId: cancelId,
      transactTime: Math.floor(order.updatedAt / 1000),
    }
  }

  #order(key: ClientKey, parameters: RequestParameters): ExchangeOrder | Failure {
    const instrument = parameters.instrument(this.#exchange.instruments, this.#venue)
    if (isFailure(instrument)) return instrument
    const id = parameters.get('orderId')
    const clientId = parameters.get('origClientOrderId')
    if (id === undefined && clientId === undefined)
      return failure(-1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!")
    const order =
      id === undefined ? this.#exchange.findByClientId(key.account, clientId!) : this.#exchange.find(Number(id))
    const isRight = order !== undefined && order.account === key.account && order.instrument === instrument
    return isRight && (clientId === undefined || order.clientOrderId === clientId) ? order : NO_SUCH_ORDER
  }

  #optionalInstrument(parameters: RequestParameters): Instrument | undefined | Failure {
    return parameters.get('symbol') === undefined
      ? undefined
      : parameters.instrument(this.#exchange.instruments, this.#venue)
  }

  #generateId(): string {
    return `sim${String(++this.#generated).padStart(12, '0')}`
  }
}
