import type { Clock } from '@velocimex/core/clock/clock'
import type { Exchange } from '@velocimex/core/exchange/exchange'
import { ownMet } from '@velocimex/core/exchange/exchange-checks'
import type { ExchangeOrder, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientKey } from '../../venue-dialect.ts'
import type { Asked } from './asked.ts'
import { type OrderNote, type OrderNotes, ordIdOf } from './order-notes.ts'
import { clOrdIdOf, unnamed } from './order-texts.ts'
import { type Failure, failure, isFailure, refusalOf, wrong } from './venue-failures.ts'
import { stepsOf, wishOf } from './wishes.ts'

/** What came of one order of a command. */
export interface CommandRow {
  readonly clOrdId: string
  readonly ordId: string
  readonly tag: string
  readonly ts: string
  readonly sCode: string
  readonly sMsg: string
  readonly subCode: string
}

const UNKNOWN_CANCEL = failure('51400', 'Cancellation failed as the order has been filled, canceled or does not exist.')
const UNKNOWN_AMEND = failure(
  '51503',
  'Order modification failed as the order has been filled, canceled or does not exist.',
)
const NOT_EXISTING = failure('51603', 'Order does not exist')
const FORBIDDEN = failure('50120', 'This API key does not have permission to use this function', 401)

/** Tells that an order was accepted and closed at once, of which the exchange knows nothing. */
export type GhostListener = (order: ExchangeOrder) => void

/** The commands on orders: rows with a code of their own each. */
export class TradeCalls {
  readonly #exchange: Exchange
  readonly #notes: OrderNotes
  readonly #clock: Clock
  readonly #onGhost: GhostListener
  #count = 0
  /** The note of the order that is being placed: the exchange tells of it before it returns it. */
  #arriving: OrderNote | undefined

  constructor(exchange: Exchange, notes: OrderNotes, clock: Clock, onGhost: GhostListener) {
    this.#exchange = exchange
    this.#notes = notes
    this.#clock = clock
    this.#onGhost = onGhost
  }

  place(key: ClientKey, asked: Asked, instrument: Instrument): CommandRow {
    if (!key.canTrade) return this.#row(asked, undefined, FORBIDDEN)
    const wish = wishOf(this.#exchange, asked, instrument, unnamed(++this.#count))
    if (isFailure(wish)) return this.#row(asked, undefined, wish)
    const note = {
      ...{ ordType: asked.get('ordType') ?? '', tdMode: asked.get('tdMode') ?? '', tag: asked.get('tag') ?? '' },
      ...{ stpMode: asked.get('stpMode') ?? 'cancel_maker', cancelSource: '', reqId: '' },
    }
    const placed = this.#place(key.account, wish, note)
    return isFailure(placed) ? this.#row(asked, undefined, placed) : this.#row(asked, placed)
  }

  /** The exchange has accepted the order that is being placed: its note is kept under its number. */
  adopt(order: ExchangeOrder): void {
    if (this.#arriving !== undefined) this.#notes.put(order.id, this.#arriving)
    this.#arriving = undefined
  }

  cancel(key: ClientKey, asked: Asked, instrument: Instrument): CommandRow {
    const order = this.find(key.account, asked, instrument)
    if (isFailure(order)) return this.#row(asked, undefined, order.code === NOT_EXISTING.code ? UNKNOWN_CANCEL : order)
    return this.close(order, '1') ? this.#row(asked, order) : this.#row(asked, undefined, UNKNOWN_CANCEL)
  }

  /** Cancels an order for a reason. False when it is not open. */
  close(order: ExchangeOrder, source: string): boolean {
    if (order.status !== 'open') return false
    this.#notes.of(order).cancelSource = source
    return this.#exchange.cancel(order)
  }

  /** The size asked for includes what is filled. */
  amend(key: ClientKey, asked: Asked, instrument: Instrument): CommandRow {
    const order = this.find(key.account, asked, instrument)
    if (isFailure(order)) return this.#row(asked, undefined, order.code === NOT_EXISTING.code ? UNKNOWN_AMEND : order)
    if (order.status !== 'open' || order.type === 'market') return this.#row(asked, undefined, UNKNOWN_AMEND)
    const price = asked.get('newPx') === undefined ? order.price : stepsOf(asked, 'newPx', instrument, true)
    const lots = asked.get('newSz') === undefined ? order.lots : stepsOf(asked, 'newSz', instrument, false)
    if (isFailure(price)) return this.#row(asked, undefined, price)
    if (isFailure(lots)) return this.#row(asked, undefined, lots)
    const note = this.#notes.of(order)
    if (price === order.price && lots === order.lots)
      return this.#row(asked, undefined, failure('51500', 'You must enter a new price, quantity, or TP/SL'))
    note.reqId = asked.get('reqId') ?? ''
    const amended = this.#exchange.amend(order, price, lots)
    note.reqId = ''
    return amended.ok ? this.#row(asked, order) : this.#row(asked, undefined, refusalOf(amended.reason))
  }

  /** An order of an account by its number, or else by the client's. */
  find(account: number, asked: Asked, instrument: Instrument): ExchangeOrder | Failure {
    const ordId = asked.get('ordId')
    const clOrdId = asked.get('clOrdId')
    if (ordId === undefined && clOrdId === undefined)
      return failure('51003', 'Either client order ID or order ID is required')
    const order = ordId === undefined ? this.#byClientId(account, clOrdId!) : this.#byNumber(ordId)
    return order !== undefined && order.account === account && order.instrument === instrument ? order : NOT_EXISTING
  }

  /** Orders of an account, newest first; ghosts among them. */
  history(account: number): ExchangeOrder[] {
    const all = [...this.#exchange.ordersOf(account), ...this.#notes.ghostsOf(account)]
    return all.sort((one, other) => other.createdAt - one.createdAt || other.id - one.id)
  }

  #place(account: number, wish: NewExchangeOrder, note: OrderNote): ExchangeOrder | Failure {
    this.#arriving = note
    const placed = this.#exchange.place(account, wish)
    this.#arriving = undefined
    if (placed.ok) return placed.value
    const now = this.#clock.now()
    const ghost = (cancelSource: string): ExchangeOrder => {
      const order = this.#notes.ghost(account, wish, now, { ...note, cancelSource })
      this.#onGhost(order)
      return order
    }
    if (placed.reason === 'would_take') return ghost('31')
    if (placed.reason === 'not_fillable') return ghost('13')
    if (placed.reason !== 'self_trade') return refusalOf(placed.reason)
    if (note.stpMode !== 'cancel_maker' && note.stpMode !== 'cancel_taker' && note.stpMode !== 'cancel_both')
      return wrong('stpMode')
    if (note.stpMode !== 'cancel_taker') this.#clearWay(account, wish)
    return note.stpMode === 'cancel_maker' ? this.#place(account, wish, note) : ghost('32')
  }

  /** Cancels the account's own orders that a wish would meet. */
  #clearWay(account: number, wish: NewExchangeOrder): void {
    const { index } = wish.instrument
    const open = this.#exchange.openOrders(account, index)
    for (const own of ownMet(this.#exchange.engine(index), open, wish, wish.lots)) this.close(own, '32')
  }

  #byNumber(ordId: string): ExchangeOrder | undefined {
    const id = this.#notes.numberOf(ordId)
    return id === undefined ? undefined : (this.#exchange.find(id) ?? this.#notes.ghostById(id))
  }

  #byClientId(account: number, clOrdId: string): ExchangeOrder | undefined {
    const known = this.#exchange.findByClientId(account, clOrdId)
    return known ?? this.#notes.ghostsOf(account).findLast(({ clientOrderId }) => clientOrderId === clOrdId)
  }

  #row(asked: Asked, order: ExchangeOrder | undefined, fault?: Failure): CommandRow {
    return {
      clOrdId: order === undefined ? (asked.get('clOrdId') ?? '') : clOrdIdOf(order),
      ordId: order === undefined ? (asked.get('ordId') ?? '') : ordIdOf(order),
      tag: asked.get('tag') ?? '',
      ts: String(Math.floor(this.#clock.now() / 1000)),
      sCode: fault?.code ?? '0',
      sMsg: fault?.msg ?? '',
      subCode: '',
    }
  }
}
