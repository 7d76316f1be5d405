import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeOrder, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { lotsForMoney } from '@velocimex/core/exchange/money-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { TimeInForce } from '@velocimex/core/order/order-request'
import { moneyUnits } from '../../quote-money.ts'
import type { ClientKey, VenueReply } from '../../venue-dialect.ts'
import { Fields } from '../../wire/fields.ts'
import { parseInstant } from '../../wire/instant-text.ts'
import { COINBASE } from '../coinbase-venue.ts'
import { fillText, numberOfId, type OrderTexts, orderIdOf, sideWord } from './order-texts.ts'
import type { QueryFields } from './query-fields.ts'
import { answered, failed, REASONS } from './venue-replies.ts'

const LIST_MAX = 1000
const FILLS_MAX = 1000
const CANCELS_MAX = 100
/** Kinds of order that are taken, with their time in force. */
const KINDS: Readonly<Record<string, readonly [NewExchangeOrder['type'], TimeInForce]>> = {
  market_market_ioc: ['market', 'ioc'],
  market_market_fok: ['market', 'fok'],
  sor_limit_ioc: ['limit', 'ioc'],
  limit_limit_gtc: ['limit', 'gtc'],
  limit_limit_gtd: ['limit', 'gtc'],
  limit_limit_fok: ['limit', 'fok'],
}

/** Orders of an account by REST: each call answers as the venue does. */
export class OrderCalls {
  readonly texts: OrderTexts
  readonly #exchange: Exchange
  readonly #onRested: (order: ExchangeOrder) => void

  /** @param onRested told of an order that is still open when its arrival is over */
  constructor(exchange: Exchange, texts: OrderTexts, onRested: (order: ExchangeOrder) => void) {
    this.#exchange = exchange
    this.texts = texts
    this.#onRested = onRested
  }

  /** `POST /orders`; the same client order id again finds the same order. */
  place({ account, canTrade }: ClientKey, body: string): VenueReply {
    if (!canTrade) return failed(403, 'PERMISSION_DENIED', 'Missing required scopes')
    const fields = Fields.of(body)
    if (fields === undefined) return failed(400, 'INVALID_ARGUMENT', 'the body is no JSON object')
    const clientOrderId = fields.text('client_order_id')
    const known = this.#exchange.findByClientId(account, clientOrderId)
    if (known !== undefined && clientOrderId !== '') return placed(known)
    const wish = this.#wish(fields, clientOrderId)
    if (fields.fault !== '') return failed(400, 'INVALID_ARGUMENT', fields.fault)
    if (typeof wish === 'string') return refused(wish, wish)
    const order = this.#exchange.place(account, wish)
    if (!order.ok) return refused(REASONS[order.reason], order.reason.replaceAll('_', ' '))
    this.texts.pending.delete(order.value.id)
    if (order.value.status === 'open') this.#onRested(order.value)
    return placed(order.value)
  }

  /** `POST /orders/batch_cancel` */
  cancel({ account }: ClientKey, body: string): VenueReply {
    const ids = Fields.of(body)?.texts('order_ids') ?? []
    if (ids.length === 0 || ids.length > CANCELS_MAX)
      return failed(400, 'INVALID_ARGUMENT', 'order_ids: 1 to 100 are wanted')
    const results = ids.map(order_id => {
      const order = this.#own(account, order_id)
      const why =
        order === undefined ? 'UNKNOWN_CANCEL_ORDER' : order.status === 'filled' ? 'ORDER_IS_FULLY_FILLED' : ''
      if (why !== '') return { success: false, failure_reason: why, order_id }
      const success = this.#exchange.cancel(order!)
      return { success, failure_reason: success ? 'UNKNOWN_CANCEL_FAILURE_REASON' : 'UNKNOWN_CANCEL_ORDER', order_id }
    })
    return answered({ results })
  }

  /** `POST /orders/edit`: price and total size; an absent one is zero. */
  edit({ account }: ClientKey, body: string): VenueReply {
    const fields = Fields.of(body)
    if (fields === undefined) return failed(400, 'INVALID_ARGUMENT', 'the body is no JSON object')
    const order = this.#own(account, fields.text('order_id'))
    if (order === undefined) return unedited('ORDER_NOT_FOUND')
    if (order.status !== 'open') return unedited('ONLY_OPEN_ORDERS_CAN_BE_EDITED')
    if (order.type !== 'limit') return unedited('ONLY_LIMIT_ORDER_EDITS_SUPPORTED')
    const lots = fields.has('size') ? fields.steps('size', order.instrument.quantity) : 0
    const price = fields.has('price') ? fields.steps('price', order.instrument.price) : 0
    if (fields.fault !== '' || lots <= 0) return unedited('INVALID_EDITED_SIZE')
    if (price <= 0) return unedited('INVALID_EDITED_PRICE')
    if (lots < order.cumulative) return unedited('CANNOT_EDIT_TO_BELOW_FILLED_SIZE')
    if (lots === order.lots && price === order.price) return unedited('EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST')
    const amended = this.#exchange.amend(order, price, lots)
    return amended.ok ? answered({ success: true, errors: [] }) : unedited('COMMANDER_REJECTED_EDIT_ORDER')
  }

  /** `GET /orders/historical/{id}` */
  order({ account }: ClientKey, id: string): VenueReply {
    const order = this.#own(account, id)
    if (order === undefined) return failed(404, 'NOT_FOUND', `order with id ${id.slice(0, 60)} not found`)
    return answered({ order: this.texts.order(order) })
  }

  /** `GET /orders/historical/batch`, newest first. */
  list({ account }: ClientKey, query: QueryFields): VenueReply {
    const [statuses, products, ids] = ['order_status', 'product_ids', 'order_ids'].map(key => query.all(key))
    const told = this.#exchange
      .ordersOf(account)
      .map(order => this.texts.order(order))
      .reverse()
    const asked = told.filter(
      order =>
        (statuses!.length === 0 || statuses!.includes(String(order['status']))) &&
        (products!.length === 0 || products!.includes(String(order['product_id']))) &&
        (ids!.length === 0 || ids!.includes(String(order['order_id']))),
    )
    return answered({ ...page(asked, 'orders', query, LIST_MAX), sequence: '0' })
  }

  /** `GET /orders/historical/fills`, newest first. */
  fills({ account }: ClientKey, query: QueryFields): VenueReply {
    const [products, ids] = ['product_ids', 'order_ids'].map(key => query.all(key))
    const since = parseInstant(query.get('start_sequence_timestamp') ?? '')?.micros ?? 0
    const asked = this.#exchange.fills.filter(
      ({ order, at }) =>
        order.account === account &&
        at >= since &&
        (products!.length === 0 || products!.includes(order.instrument.symbol)) &&
        (ids!.length === 0 || ids!.includes(orderIdOf(order))),
    )
    const { has_next: _, ...rows } = page(asked.map(fillText).reverse(), 'fills', query, FILLS_MAX)
    return answered(rows)
  }

  #own(account: number, id: string): ExchangeOrder | undefined {
    const order = this.#exchange.find(numberOfId(id))
    return order?.account === account ? order : undefined
  }

  /** The order that is wished for, or the reason why there is none like it. Faults of the fields are left to the caller. */
  #wish(fields: Fields, clientOrderId: string): NewExchangeOrder | string {
    const instrument = this.#exchange.instruments.find(COINBASE, fields.text('product_id'))
    const side = fields.text('side')
    const configuration = fields.object('order_configuration')
    const [name = '', ...more] = configuration.keys()
    const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined
    if (instrument === undefined) return 'INVALID_PRODUCT_ID'
    if (side !== 'BUY' && side !== 'SELL') return 'INVALID_SIDE'
    if (kind === undefined || more.length > 0 || fields.has('attached_order_configuration'))
      return 'UNSUPPORTED_ORDER_CONFIGURATION'
    const [type, timeInForce] = kind
    const wanted = configuration.object(name)
    const lots = wanted.has('base_size') ? steps(wanted, 'base_size', instrument) : this.#bought(wanted, instrument)
    if (lots === undefined || lots <= 0) return 'INVALID_SIZE_PRECISION'
    const price = type === 'market' ? 0 : steps(wanted, 'limit_price', instrument)
    if (price === undefined) return 'INVALID_PRICE_PRECISION'
    const postOnly = wanted.optional('post_only') === 'true'
    const until = name === 'limit_limit_gtd' ? instantIn(wanted) : undefined
    if (Number.isNaN(until)) return 'UNSUPPORTED_ORDER_CONFIGURATION'
    const life = until === undefined ? {} : { expiresAt: until }
    const terms = { type, timeInForce, postOnly, reduceOnly: false, ...life }
    return { clientOrderId, instrument, side: side === 'BUY' ? BUY : SELL, ...terms, price, lots }
  }

  /** A sum of quote money in whole lots at the prices that rest now. */
  #bought(wanted: Fields, instrument: Instrument): number | undefined {
    const units = moneyUnits(wanted.optional('quote_size') ?? '', instrument)
    return units === undefined ? undefined : lotsForMoney(this.#exchange, instrument, BUY, units)
  }
}

/** The instant of `end_time`, microseconds; NaN for none. */
const instantIn = (wanted: Fields): number => parseInstant(wanted.optional('end_time') ?? '')?.micros ?? Number.NaN

/** Steps of a size or price; undefined when it lies between them. */
function steps(wanted: Fields, key: 'base_size' | 'limit_price', { price, quantity }: Instrument): number | undefined {
  const own = Fields.of(JSON.stringify({ [key]: wanted.optional(key) ?? '' }))!
  const value = own.steps(key, key === 'base_size' ? quantity : price)
  return own.fault === '' ? value : undefined
}

const placed = (order: ExchangeOrder): VenueReply =>
  answered({
    success: true,
    success_response: {
      ...{ order_id: orderIdOf(order), product_id: order.instrument.symbol, side: sideWord(order) },
      client_order_id: order.clientOrderId,
    },
  })

/** Refusals come with success 200. */
const refused = (reason: string, message: string): VenueReply =>
  answered({
    success: false,
    error_response: {
      ...{ error: reason.replace(/^PREVIEW_/, ''), message, error_details: '' },
      preview_failure_reason: reason.startsWith('PREVIEW_') ? reason : 'UNKNOWN_PREVIEW_FAILURE_REASON',
      new_order_failure_reason: reason.startsWith('PREVIEW_') ? 'UNKNOWN_FAILURE_REASON' : reason,
    },
  })

const unedited = (edit_failure_reason: string): VenueReply =>
  answered({ success: false, errors: [{ edit_failure_reason, preview_failure_reason: '' }] })

/** One page of rows; the cursor is where the next begins. */
function page(rows: readonly unknown[], key: string, query: QueryFields, most: number): Record<string, unknown> {
  const from = Number(query.get('cursor') || 0)
  const limit = Math.min(most, Number(query.get('limit') || most))
  const isSane = Number.isSafeInteger(from) && Number.isSafeInteger(limit) && from >= 0 && limit > 0
  const [start, count] = isSane ? [from, limit] : [0, most]
  const has_next = rows.length > start + count
  return { [key]: rows.slice(start, start + count), has_next, cursor: has_next ? String(start + count) : '' }
}
