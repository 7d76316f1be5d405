import type { ExchangeOrder, NewExchangeOrder } from '@velocimex/core/exchange/exchange-order'

/** What the venue remembers of an order beyond what the exchange knows. */
export interface OrderNote {
  readonly ordType: string
  readonly tdMode: string
  readonly stpMode: string
  readonly tag: string
  /** Why it was closed; empty while it is not. */
  cancelSource: string
  /** Of the amendment under way. */
  reqId: string
}

const NOTES_MAX = 100_000
/** Orders that were closed on arrival are numbered from here. */
const FIRST_GHOST = 3_000_000_000_000
/** The venue's numbers do not fit a float64: whoever reads them as one learns it here. */
const ID_BASE = 2_497_000_000_000_000_000n
const NO_NOTE: OrderNote = {
  ordType: 'limit',
  tdMode: 'cash',
  stpMode: 'cancel_maker',
  tag: '',
  cancelSource: '',
  reqId: '',
}

/** The venue's number of an order. */
export const ordIdOf = ({ id }: Pick<ExchangeOrder, 'id'>): string => String(ID_BASE + BigInt(id))

/**
 * Notes on orders, and ghosts: the exchange refuses without a trace what this venue accepts and cancels at once
 * (post-only that would take, fill-or-kill that cannot be).
 */
export class OrderNotes {
  readonly #notes = new Map<number, OrderNote>()
  readonly #ghosts = new Map<number, ExchangeOrder>()
  #lastGhost = FIRST_GHOST

  put(id: number, note: OrderNote): void {
    this.#notes.set(id, note)
    if (this.#notes.size <= NOTES_MAX) return
    const [oldest] = this.#notes.keys()
    this.#notes.delete(oldest!)
    this.#ghosts.delete(oldest!)
  }

  of({ id }: Pick<ExchangeOrder, 'id'>): OrderNote {
    return this.#notes.get(id) ?? NO_NOTE
  }

  /** An order that was accepted and closed at once. */
  ghost(account: number, wish: NewExchangeOrder, at: ExchangeOrder['createdAt'], note: OrderNote): ExchangeOrder {
    const id = ++this.#lastGhost
    const times = { createdAt: at, updatedAt: at }
    const order: ExchangeOrder = { ...wish, id, account, ...times, cumulative: 0, value: 0n, status: 'canceled' }
    this.#ghosts.set(id, order)
    this.put(id, note)
    return order
  }

  /** Ghosts of an account. */
  ghostsOf(account: number): ExchangeOrder[] {
    return [...this.#ghosts.values()].filter(order => order.account === account)
  }

  /** The exchange's number behind a venue's; undefined for what is none. */
  numberOf(ordId: string): number | undefined {
    if (!/^\d{19}$/.test(ordId)) return undefined
    const id = BigInt(ordId) - ID_BASE
    return id > 0n && id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(id) : undefined
  }

  ghostById(id: number): ExchangeOrder | undefined {
    return this.#ghosts.get(id)
  }
}
