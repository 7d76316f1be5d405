import type { ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { ClientKey } from '../../venue-dialect.ts'
import { isoText } from '../iso-text.ts'
import type { OrderDesk } from './order-desk.ts'
import type { RequestForm } from './request-form.ts'
import { VenueError } from './venue-errors.ts'
import type { Writable } from './venue-json.ts'
import { orderText } from './venue-texts.ts'

const BATCH_MAX = 15
const CANCELS_MAX = 50
/** Parameters of orders that would make them others than a limit or a market order without margin. */
const NOT_OFFERED = [...['triggers', 'conditional', 'margin', 'display_qty', 'effective_time'], 'limit_price_type']

/** Order commands of the socket: each is answered by one result, or by one for each order that it names. */
export class SocketOrderCalls {
  readonly #desk: OrderDesk
  readonly #now: () => number

  /** @param now microseconds */
  constructor(desk: OrderDesk, now: () => number) {
    this.#desk = desk
    this.#now = now
  }

  /** Results of a command; undefined when there is no such method. */
  run(method: string, key: ClientKey, form: RequestForm): readonly (Writable | VenueError)[] | undefined {
    switch (method) {
      case 'add_order':
        return [this.#place(key, form)]
      case 'amend_order':
        return [this.#amend(key, form)]
      case 'cancel_order':
        return this.#named(key, form).map(order => this.#cancel(key, order))
      case 'batch_add':
        return [this.#placeBatch(key, form)]
      case 'batch_cancel':
        return [this.#cancelBatch(key, form)]
      case 'cancel_all':
        return [
          key.canTrade ? { count: this.#desk.cancelAll(key.account) } : new VenueError('EGeneral:Permission denied'),
        ]
      case 'cancel_all_orders_after':
        return [this.#cancelAfter(key, form)]
      default:
        return undefined
    }
  }

  #place(key: ClientKey, form: RequestForm): Writable | VenueError {
    const placed = this.#desk.place(key, {
      pair: form.get('symbol'),
      side: form.get('side'),
      type: form.get('order_type'),
      volume: form.get('cash_order_qty') ?? form.get('order_qty'),
      isMoney: form.get('cash_order_qty') !== undefined,
      price: form.get('limit_price'),
      expiry: form.get('expire_time'),
      expiryKey: 'expire_time',
      timeInForce: form.get('time_in_force'),
      postOnly: form.flag('post_only'),
      reduceOnly: form.flag('reduce_only'),
      clientOrderId: form.get('cl_ord_id'),
      userReference: form.get('order_userref'),
      isCheckOnly: form.flag('validate'),
      deadline: form.get('deadline'),
      unknownWish: form.firstOf(NOT_OFFERED),
    })
    if (placed instanceof VenueError) return placed
    return placed === undefined ? {} : this.#idsOf(placed)
  }

  /** Each order is told for itself, in the order of the request. */
  #placeBatch(key: ClientKey, form: RequestForm): Writable | VenueError {
    const forms = form.forms('orders', { symbol: form.get('symbol'), validate: form.get('validate') })
    if (forms.length < 2 || forms.length > BATCH_MAX) return new VenueError('EGeneral:Invalid arguments:orders')
    return forms.map(each => {
      const placed = this.#place(key, each)
      return placed instanceof VenueError ? { cl_ord_id: each.get('cl_ord_id'), error: placed.words } : placed
    })
  }

  #cancelBatch(key: ClientKey, form: RequestForm): Writable | VenueError {
    const { account } = key
    const orders = [
      ...form.list('orders').map(id => this.#desk.find(account, id, undefined)),
      ...form.list('cl_ord_id').map(id => this.#desk.find(account, undefined, id)),
    ]
    if (orders.length === 0 || orders.length > CANCELS_MAX) return new VenueError('EGeneral:Invalid arguments:orders')
    return { count: orders.filter(order => this.#desk.cancel(key, order) === undefined).length }
  }

  #amend(key: ClientKey, form: RequestForm): Writable | VenueError {
    const [order] = this.#named(key, form)
    if (order === undefined) return new VenueError('EOrder:Unknown order')
    const wish = { volume: form.get('order_qty'), price: form.get('limit_price') }
    const amended = this.#desk.amend(key, order, wish)
    if (amended instanceof VenueError) return amended
    return { amend_id: orderText(amended).replace(/^O/, 'T'), ...this.#idsOf(order) }
  }

  #cancel(key: ClientKey, order: ExchangeOrder | undefined): Writable | VenueError {
    return this.#desk.cancel(key, order) ?? { order_id: orderText(order!.id) }
  }

  #cancelAfter(key: ClientKey, form: RequestForm): Writable | VenueError {
    const seconds = form.int('timeout', -1)
    if (seconds < 0 || seconds > 86_400) return new VenueError('EGeneral:Invalid arguments:timeout')
    const at = this.#desk.cancelAfter(key.account, seconds)
    const told = (instant: number): string => `${isoText(instant).slice(0, 19)}Z`
    return { currentTime: told(this.#now()), triggerTime: at === 0 ? '0' : told(at) }
  }

  /** The orders that a command names; undefined in the place of those that there are not. */
  #named({ account }: ClientKey, form: RequestForm): readonly (ExchangeOrder | undefined)[] {
    const byId = form.list('order_id').map(id => this.#desk.find(account, id, undefined))
    const byClientId = form.list('cl_ord_id').map(id => this.#desk.find(account, undefined, id))
    const all = [...byId, ...byClientId]
    return all.length === 0 ? [undefined] : all
  }

  #idsOf(order: ExchangeOrder): { readonly [key: string]: Writable | undefined } {
    const order_userref = this.#desk.reference(order)
    return { order_id: orderText(order.id), cl_ord_id: this.#desk.clientOrderId(order), order_userref }
  }
}
