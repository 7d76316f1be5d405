import { OrderBook } from '../book/order-book.ts'
import { MarketStatus } from '../market/event-kind.ts'
import type { Instrument } from '../market/instrument.ts'
import { opposite, type Side } from '../market/side.ts'
import { leavesOf, type VenueOrder } from './venue-order.ts'

/** Levels whose liquidity we took and which the tape has not refreshed since. */
const TAKEN_MAX = 10_000

/**
 * One instrument at the simulated venue: the book of the tape, our resting orders in price-time order, and what we took
 * from the book. The tape does not know of us, so what we took stays taken while the level stands.
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
  /** The venue of the tape says that it does not trade now. */
  isHalted = false
  readonly #taken = new Map<number, number>()

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }

  /** The tape tells a status; that a book was lost or found is none of trading. */
  onStatus(status: number): void {
    if (status >= MarketStatus.trading && status <= MarketStatus.closed) this.isHalted = status !== MarketStatus.trading
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

  /** Lots of the other side that an order of a side reaches up to its price. */
  reachable(side: Side, limit: number): number {
    const resting = opposite(side)
    const ladder = this.book.side(resting)
    let lots = 0
    for (let at = ladder.best; Number.isFinite(at) && side * (limit - at) >= 0; at = ladder.worse(at))
      lots += this.available(resting, at)
    return lots
  }

  /** We took lots from a level of a side. */
  take(side: Side, price: number, lots: number): void {
    const key = side * price
    if (this.#taken.size >= TAKEN_MAX && !this.#taken.has(key)) this.#taken.delete(this.#taken.keys().next().value!)
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + lots)
  }

  /**
   * The tape tells the total of a level. What we took stays taken while the level stands, since nobody told the tape that
   * we took it; only lots that come on top are new. A level that is gone is forgotten.
   */
  refresh(side: Side, price: number, lots: number): void {
    if (lots === 0 && this.#taken.size > 0) this.#taken.delete(side * price)
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
    this.takeOut(order)
  }

  /** Takes an order away and tells its place, for `putBack`; -1 when it does not rest. */
  takeOut(order: VenueOrder): number {
    const orders = this.orders(order.side)
    const at = orders.indexOf(order)
    if (at >= 0) orders.splice(at, 1)
    return at
  }

  /** Puts an order back where `takeOut` found it. */
  putBack(order: VenueOrder, place: number): void {
    this.orders(order.side).splice(place, 0, order)
  }

  /** Whether a price of a side would execute against the book at once. */
  crosses(side: Side, price: number): boolean {
    return side * (price - this.book.side(opposite(side)).best) >= 0
  }

  /**
   * Whether an arriving order would meet one of our own: it reaches our best price, and what the market shows before that
   * price is not enough for it.
   */
  meetsOurs(side: Side, price: number, lots: number): boolean {
    const resting = opposite(side)
    const ours = this.orders(resting)[0]
    if (ours === undefined || side * (price - ours.price) < 0) return false
    const ladder = this.book.side(resting)
    let before = 0
    for (let at = ladder.best; Number.isFinite(at) && side * (ours.price - at) > 0; at = ladder.worse(at)) {
      before += this.available(resting, at)
      if (before >= lots) return false
    }
    return true
  }

  /** Whether an order that only reduces could be filled whole without turning the position over. */
  reduces(side: Side, lots: number): boolean {
    let open = 0
    for (const order of this.orders(side)) open += leavesOf(order)
    return this.netLots * side < 0 && open + lots <= Math.abs(this.netLots)
  }
}
