import { OrderBook } from '../book/order-book.ts'
import type { Instrument } from '../market/instrument.ts'
import { opposite, type Side } from '../market/side.ts'
import { leavesOf, type VenueOrder } from './venue-order.ts'

/** Levels whose liquidity we took and which the tape has not refreshed since. */
const TAKEN_MAX = 10_000

/**
 * One instrument at the simulated venue: the book of the tape, our resting orders in price-time order, and what we took
 * from the book. The tape does not know of us, so what we took stays taken until the venue sends that level anew.
 */
export class SimMarket {
  readonly instrument: Instrument
  readonly book = new OrderBook()
  /** Best price first, then oldest. */
  readonly bids: VenueOrder[] = []
  readonly asks: VenueOrder[] = []
  /** Our position from this venue's fills, in lots. */
  netLots = 0
  /** False until a first snapshot, and after a gap until the next. */
  isOpen = false
  readonly #taken = new Map<number, number>()

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }

  get hasOrders(): boolean {
    return this.bids.length + this.asks.length > 0
  }

  orders(side: Side): VenueOrder[] {
    return side === 1 ? this.bids : this.asks
  }

  /** Lots at a price of a side that are still there for us. */
  available(side: Side, price: number): number {
    return Math.max(0, this.book.side(side).lotsAt(price) - (this.#taken.get(side * price) ?? 0))
  }

  /** We took lots from a level of a side. */
  take(side: Side, price: number, lots: number): void {
    const key = side * price
    if (this.#taken.size >= TAKEN_MAX && !this.#taken.has(key)) this.#taken.delete(this.#taken.keys().next().value!)
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + lots)
  }

  /** The tape told the total of a level: what we took before is in it. */
  refresh(side: Side, price: number): void {
    if (this.#taken.size > 0) this.#taken.delete(side * price)
  }

  /** The book was emptied. */
  forgetTaken(): void {
    this.#taken.clear()
  }

  /** Puts an order behind its equals. */
  rest(order: VenueOrder): void {
    const orders = this.orders(order.side)
    let at = orders.length
    while (at > 0 && order.side * (orders[at - 1]!.price - order.price) < 0) at--
    orders.splice(at, 0, order)
  }

  /** Takes an order away. */
  remove(order: VenueOrder): void {
    const orders = this.orders(order.side)
    const at = orders.indexOf(order)
    if (at >= 0) orders.splice(at, 1)
  }

  /** Whether a price of a side would execute against the book at once. */
  crosses(side: Side, price: number): boolean {
    return side * (price - this.book.side(opposite(side)).best) >= 0
  }

  /** Whether an arriving order would meet one of our own. */
  meetsOurs(side: Side, price: number): boolean {
    const best = this.orders(opposite(side))[0]
    return best !== undefined && side * (price - best.price) >= 0
  }

  /** Whether an order that only reduces could be filled whole without turning the position over. */
  reduces(side: Side, lots: number): boolean {
    let open = 0
    for (const order of this.orders(side)) open += leavesOf(order)
    return this.netLots * side < 0 && open + lots <= Math.abs(this.netLots)
  }
}
