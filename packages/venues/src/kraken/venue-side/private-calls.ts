import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { BUY } from '@velocimex/core/market/side'
import type { ClientKey } from '../../venue-dialect.ts'
import { isoText } from '../iso-text.ts'
import { altName, olderPairName } from '../pair-names.ts'
import { restPairId } from '../rest-names.ts'
import type { ClientKeys } from './client-keys.ts'
import type { OrderDesk } from './order-desk.ts'
import { longName } from './public-calls.ts'
import type { RequestForm } from './request-form.ts'
import { VenueError } from './venue-errors.ts'
import { forceWord, lotsText, orderText, priceText, secondsOf, tradeText, unitsText } from './venue-texts.ts'

const PAGE = 50
const BATCH_MAX = 15
/** Flags of orders: post-only, and those that say what is done here anyway. */
const FLAGS = ['post', 'fciq', 'nompp', 'viqc']
/** Parameters of orders that would make them others than a limit or a market order without margin. */
const NOT_OFFERED = ['price2', 'leverage', 'starttm', 'displayvol', 'close[ordertype]', 'close', 'trigger']
const STATUSES = { open: 'open', filled: 'closed', canceled: 'canceled', expired: 'expired' } as const

/** Answers of `/0/private/*` to a key: the value to be told as JSON, or the error. */
export class PrivateCalls {
  readonly #desk: OrderDesk
  readonly #keys: ClientKeys
  readonly #now: () => number

  /** @param now microseconds */
  constructor(desk: OrderDesk, keys: ClientKeys, now: () => number) {
    this.#desk = desk
    this.#keys = keys
    this.#now = now
  }

  place(key: ClientKey, form: RequestForm): unknown {
    const placed = this.#desk.place(key, {
      pair: form.get('pair'),
      side: form.get('type'),
      type: form.get('ordertype'),
      volume: form.get('volume'),
      price: form.get('price'),
      timeInForce: form.get('timeinforce'),
      // Zero is the documents' word for never.
      expiry: form.get('expiretm') === '0' ? undefined : form.get('expiretm'),
      expiryKey: 'expiretm',
      isMoney: form.list('oflags').includes('viqc'),
      postOnly: form.list('oflags').includes('post'),
      reduceOnly: form.flag('reduce_only'),
      clientOrderId: form.get('cl_ord_id'),
      userReference: form.get('userref'),
      isCheckOnly: form.flag('validate'),
      deadline: form.get('deadline'),
      unknownWish: form.list('oflags').find(flag => !FLAGS.includes(flag)) ?? form.firstOf(NOT_OFFERED),
    })
    if (placed instanceof VenueError) return placed
    const words = [
      form.get('type'),
      form.get('volume'),
      form.get('pair'),
      '@',
      form.get('ordertype'),
      form.get('price'),
    ]
    const descr = { order: words.filter(word => word !== undefined).join(' ') }
    return placed === undefined ? { descr } : { descr, txid: [orderText(placed.id)] }
  }

  /** Up to fifteen orders of one pair; each is told for itself. */
  placeBatch(key: ClientKey, form: RequestForm): unknown {
    const forms = form.forms('orders', { pair: form.get('pair'), validate: form.get('validate') })
    if (forms.length < 2 || forms.length > BATCH_MAX) return new VenueError('EGeneral:Invalid arguments:orders')
    const orders = forms.map(each => {
      const placed = this.place(key, each)
      if (placed instanceof VenueError) return { error: placed.words }
      const { descr, txid } = placed as { descr: unknown; txid?: readonly string[] }
      return txid === undefined ? { descr } : { descr, txid: txid[0] }
    })
    return { orders }
  }

  /** Up to fifty orders by their ids; those that there are not do not count. */
  cancelBatch(key: ClientKey, form: RequestForm): unknown {
    const ids = [...form.list('orders'), ...form.list('cl_ord_ids')]
    if (ids.length === 0 || ids.length > PAGE) return new VenueError('EGeneral:Invalid arguments:orders')
    const orders = ids.map(
      id => this.#desk.find(key.account, id, undefined) ?? this.#desk.find(key.account, undefined, id),
    )
    return { count: orders.filter(order => this.#desk.cancel(key, order) === undefined).length }
  }

  amend(key: ClientKey, form: RequestForm): unknown {
    const order = this.#desk.find(key.account, form.get('txid'), form.get('cl_ord_id'))
    if (order === undefined) return new VenueError('EOrder:Unknown order')
    const wish = { volume: form.get('order_qty'), price: form.get('limit_price') }
    const amended = this.#desk.amend(key, order, wish)
    return amended instanceof VenueError ? amended : { amend_id: orderText(amended).replace(/^O/, 'T') }
  }

  cancel(key: ClientKey, form: RequestForm): unknown {
    const ids = form.list('txid')
    const orders =
      ids.length > 0
        ? ids.map(id => this.#desk.find(key.account, id, undefined))
        : [this.#desk.find(key.account, undefined, form.get('cl_ord_id'))]
    const errors = orders.map(order => this.#desk.cancel(key, order))
    const count = errors.filter(error => error === undefined).length
    return count === 0 ? (errors[0] ?? new VenueError('EOrder:Unknown order')) : { count }
  }

  cancelAll(key: ClientKey): unknown {
    return key.canTrade ? { count: this.#desk.cancelAll(key.account) } : new VenueError('EGeneral:Permission denied')
  }

  cancelAfter(key: ClientKey, form: RequestForm): unknown {
    const seconds = form.int('timeout', -1)
    if (seconds < 0 || seconds > 86_400) return new VenueError('EGeneral:Invalid arguments:timeout')
    const at = this.#desk.cancelAfter(key.account, seconds)
    const told = (instant: number): string => `${isoText(instant).slice(0, 19)}Z`
    return { currentTime: told(this.#now()), triggerTime: at === 0 ? '0' : told(at) }
  }

  openOrders(key: ClientKey, form: RequestForm): unknown {
    const open = this.#desk.exchange.openOrders(key.account)
    return { open: this.#listed(this.#chosen(open, form)) }
  }

  closedOrders(key: ClientKey, form: RequestForm): unknown {
    const all = this.#desk.exchange.ordersOf(key.account).filter(({ status }) => status !== 'open')
    const chosen = this.#chosen(all, form).reverse()
    const from = form.int('ofs', 0)
    return { closed: this.#listed(chosen.slice(from, from + PAGE)), count: chosen.length }
  }

  queryOrders(key: ClientKey, form: RequestForm): unknown {
    const orders = form.list('txid').map(id => this.#desk.find(key.account, id, undefined))
    const known = orders.filter(order => order !== undefined)
    return known.length === 0 ? new VenueError('EOrder:Unknown order') : this.#listed(known)
  }

  tradesHistory(key: ClientKey, form: RequestForm): unknown {
    const start = Number(form.get('start') ?? 0) * 1e6
    const end = Number(form.get('end') ?? Number.MAX_SAFE_INTEGER / 1e6) * 1e6
    const all = this.#desk.exchange.fills
      .filter(({ order, at }) => order.account === key.account && at > start && at <= end)
      .reverse()
    const from = form.int('ofs', 0)
    const page = all.slice(from, from + PAGE)
    return { trades: Object.fromEntries(page.map(fill => [fillText(fill), this.tradeRow(fill)])), count: all.length }
  }

  /** @param isWhole with what open orders hold */
  balances({ account }: ClientKey, isWhole: boolean): unknown {
    const { exchange } = this.#desk
    const told = [...exchange.account(account).balances].map(([code, { total, locked }]) => {
      const decimals = decimalsOf(this.#desk, code)
      const text = unitsText(total, decimals)
      return [restAsset(code), isWhole ? { balance: text, hold_trade: unitsText(locked, decimals) } : text] as const
    })
    return Object.fromEntries(told)
  }

  tradeVolume(_key: ClientKey, form: RequestForm): unknown {
    const pairs = form.list('pair').map(name => this.#desk.names.find(name))
    if (pairs.includes(undefined)) return new VenueError('EQuery:Unknown asset pair')
    const schedule = (which: 'taker' | 'maker'): unknown =>
      Object.fromEntries(
        pairs.map(pair => [
          restPairId(pair!.symbol),
          { fee: (pair!.fees[which] / 1e6).toFixed(4), tiervolume: '0.0000' },
        ]),
      )
    const volume = { currency: 'ZUSD', volume: '0.0000' }
    return pairs.length === 0 ? volume : { ...volume, fees: schedule('taker'), fees_maker: schedule('maker') }
  }

  token(key: ClientKey): unknown {
    return this.#keys.token(key, this.#now())
  }

  /** Orders that a request names by the client's id or number; all when it names none. */
  #chosen(orders: readonly ExchangeOrder[], form: RequestForm): ExchangeOrder[] {
    const id = form.get('cl_ord_id')
    const reference = form.get('userref')
    return orders.filter(
      order =>
        (id === undefined || order.clientOrderId === id) &&
        (reference === undefined || String(this.#desk.reference(order)) === reference),
    )
  }

  #listed(orders: readonly ExchangeOrder[]): unknown {
    return Object.fromEntries(orders.map(order => [orderText(order.id), this.orderRow(order)]))
  }

  /** An order with its state, by the names of the venue's fields. */
  orderRow(order: ExchangeOrder): Readonly<Record<string, unknown>> {
    const { instrument, cumulative, value, status, side } = order
    const pair = altName(instrument.symbol)
    const price = priceText(instrument, order.price)
    const [word, vol] = [side === BUY ? 'buy' : 'sell', lotsText(instrument, order.lots)]
    const fills = this.#desk.exchange.fills.filter(fill => fill.order === order)
    const fee = fills.reduce((sum, fill) => sum + fill.fee, 0n)
    const decimals = instrument.settle.decimals
    const average = fills.reduce((sum, fill) => sum + fill.price * fill.lots, 0) / Math.max(1, cumulative)
    const own = this.#desk.clientOrderId(order)
    return {
      ...{ refid: null, userref: this.#desk.reference(order), ...(own === undefined ? {} : { cl_ord_id: own }) },
      ...{
        status: STATUSES[status],
        opentm: secondsOf(order.createdAt),
        starttm: 0,
        expiretm: secondsOf(order.expiresAt ?? 0),
      },
      ...(status === 'open' ? {} : { closetm: secondsOf(order.updatedAt), reason: reasonOf(order) }),
      descr: {
        ...{ pair, type: word, ordertype: order.type, price: order.type === 'market' ? '0' : price, price2: '0' },
        ...{ leverage: 'none', order: `${word} ${vol} ${pair} @ ${order.type} ${price}`, close: '' },
      },
      ...{ vol, vol_exec: lotsText(instrument, cumulative), cost: unitsText(value, decimals) },
      ...{ fee: unitsText(fee, decimals), price: priceText(instrument, Math.round(average)) },
      ...{ stopprice: '0.00000', limitprice: '0.00000', misc: '', oflags: order.postOnly ? 'fciq,post' : 'fciq' },
      ...{ timeinforce: forceWord(order) },
    }
  }

  /** An execution, by the names of the venue's fields. */
  tradeRow({ order, price, lots, fee, liquidity, at, tradeId }: ExchangeFill): Readonly<Record<string, unknown>> {
    const { instrument } = order
    const cost =
      (price * instrument.price.step * lots * instrument.quantity.step) /
      10 ** (instrument.price.decimals + instrument.quantity.decimals)
    return {
      ...{ ordertxid: orderText(order.id), postxid: '', pair: restPairId(instrument.symbol), time: at / 1e6 },
      ...{ type: order.side === BUY ? 'buy' : 'sell', ordertype: order.type, price: priceText(instrument, price) },
      ...{ cost: cost.toFixed(5), fee: unitsText(fee, instrument.settle.decimals), vol: lotsText(instrument, lots) },
      ...{ margin: '0.00000', leverage: '0', misc: '', trade_id: tradeId, maker: liquidity === 'maker' },
    }
  }
}

/** The text of an account's execution. */
export const fillText = ({ tradeId, order }: ExchangeFill): string => tradeText(tradeId, order.side === BUY)

/** Why an order was closed, in words. */
export const reasonOf = ({ status }: ExchangeOrder): string | null =>
  status === 'canceled' ? 'User requested' : status === 'expired' ? 'Order not filled immediately' : null

/** `XXBT` of `BTC`. */
const restAsset = (code: string): string => longName(olderPairName(code))

function decimalsOf({ exchange }: OrderDesk, code: string): number {
  const assets = exchange.instruments.all.flatMap(({ base, quote, settle }) => [base, quote, settle])
  return assets.find(asset => asset.code === code)?.decimals ?? 8
}
