import { Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Ladder } from './ladder.ts'
import { NumberTable } from './number-table.ts'
import { OrderQueues } from './order-queues.ts'

/** Bounds of an L3 book. */
export interface Level3Options {
  /** Most orders that can rest at once, 1..2^25. Memory is about 100 to 130 bytes each, taken at construction. */
  readonly orders: number
  /** See `Ladder`. */
  readonly windowBits?: number
}

/** Why a change of an L3 book was refused, in order of precedence. A refused change leaves the book as it was. */
export type Level3Refusal =
  /** An id that is not a whole number 1..2^53, lots that are not, or a price that is not a whole number. */
  | 'malformed'
  /** No order with this id rests. */
  | 'unknown_id'
  /** An order with this id rests already. */
  | 'duplicate_id'
  /** More lots were to go than the order has. */
  | 'exceeds_order'
  /** The total of the level would pass 2^53. */
  | 'exceeds_level'
  /** As many orders rest as were asked for at construction. */
  | 'book_full'

/**
 * A book with every order in its queue: price, then time. Whoever came first at a price is filled first; an order that
 * shrinks keeps its place, one that is replaced goes to the back.
 *
 *     id --(table)--> order slot --> its neighbours and its level     (OrderQueues)
 *     price --(ladder)--> level slot --> oldest order, total          (one ladder a side; its "lots" are slot numbers)
 *
 * Nothing is allocated after construction, except that a ladder's pages and far levels grow, by doubling, to what they
 * hold at most.
 */
export class Level3Book {
  readonly #bids: Ladder
  readonly #asks: Ladder
  readonly #byId: NumberTable
  readonly #queues: OrderQueues
  #removedSide: Side = BUY
  #removedPrice = 0
  #refusal: Level3Refusal = 'malformed'
  #refused = 0

  constructor(options: Level3Options) {
    // No ladder may give up a level that still has orders, so each has room for one level per order.
    this.#bids = new Ladder(BUY, options.windowBits, options.orders)
    this.#asks = new Ladder(SELL, options.windowBits, options.orders)
    this.#byId = new NumberTable(options.orders)
    this.#queues = new OrderQueues(options.orders)
  }

  /** Orders resting. */
  get count(): number {
    return this.#queues.count
  }

  /** Why the last change that returned false was refused. */
  get refusal(): Level3Refusal {
    return this.#refusal
  }

  /** How many changes were refused since the last `clear`: above 0, a book fed by a venue is not the venue's book. */
  get refused(): number {
    return this.#refused
  }

  /** Puts an order at the back of its price. False: `malformed`, `duplicate_id`, `exceeds_level`, `book_full`. */
  add(id: number, side: Side, price: number, lots: number): boolean {
    if (!(isAmount(id) && isAmount(lots) && Number.isSafeInteger(price))) return this.#refuse('malformed')
    const queues = this.#queues
    const place = this.#byId.find(id)
    if (this.#byId.slotAt(place) !== 0) return this.#refuse('duplicate_id')
    const ladder = this.#ladder(side)
    let level = ladder.lotsAt(price)
    if (level !== 0 && queues.total(level) + lots > Number.MAX_SAFE_INTEGER) return this.#refuse('exceeds_level')
    if (queues.isFull) return this.#refuse('book_full')
    if (level === 0) {
      level = queues.openLevel(side, price)
      ladder.set(price, level)
    }
    this.#byId.fill(place, id, queues.push(level, id, lots))
    return true
  }

  /**
   * Takes lots away from an order, which keeps its place; taking all removes it.
   * False: `malformed`, `unknown_id`, `exceeds_order`.
   */
  reduce(id: number, lots: number): boolean {
    if (!isAmount(lots)) return this.#refuse('malformed')
    if (!isAmount(id)) return this.#refuse('unknown_id')
    const place = this.#byId.find(id)
    const order = this.#byId.slotAt(place)
    if (order === 0) return this.#refuse('unknown_id')
    const left = this.#queues.lotsOf(order) - lots
    if (left < 0) return this.#refuse('exceeds_order')
    if (left > 0) this.#queues.reduce(order, lots)
    else this.#remove(place, order)
    return true
  }

  /** An order traded: to the book the same as `reduce`, since a fill keeps the rest in its place. */
  execute(id: number, lots: number): boolean {
    return this.reduce(id, lots)
  }

  /** Removes an order. False: `unknown_id`. */
  cancel(id: number): boolean {
    if (!isAmount(id)) return this.#refuse('unknown_id')
    const place = this.#byId.find(id)
    const order = this.#byId.slotAt(place)
    if (order === 0) return this.#refuse('unknown_id')
    this.#remove(place, order)
    return true
  }

  /**
   * An order becomes another of the same side at the back of its queue; `newId` may be `id`.
   * False: `malformed`, `unknown_id`, `duplicate_id`, `exceeds_level`.
   */
  replace(id: number, newId: number, price: number, lots: number): boolean {
    if (!(isAmount(newId) && isAmount(lots) && Number.isSafeInteger(price))) return this.#refuse('malformed')
    const order = this.#order(id)
    if (order === 0) return this.#refuse('unknown_id')
    if (newId !== id && this.has(newId)) return this.#refuse('duplicate_id')
    const old = this.#queues.levelOf(order)
    const side = this.#queues.sideOf(old)
    const level = this.#ladder(side).lotsAt(price)
    const others = this.#queues.total(level) - (level === old ? this.#queues.lotsOf(order) : 0)
    if (others + lots > Number.MAX_SAFE_INTEGER) return this.#refuse('exceeds_level')
    this.cancel(id)
    return this.add(newId, side, price, lots)
  }

  /** Whether an order rests. */
  has(id: number): boolean {
    return this.#order(id) !== 0
  }

  /** Open lots of an order; 0 when it is not there. */
  lotsOf(id: number): number {
    return this.#queues.lotsOf(this.#order(id))
  }

  /** Price of an order in ticks; NaN when it is not there. */
  priceOf(id: number): number {
    const order = this.#order(id)
    return order === 0 ? Number.NaN : this.#queues.priceOf(this.#queues.levelOf(order))
  }

  /** Side of an order; 0 when it is not there. */
  sideOf(id: number): Side | 0 {
    const order = this.#order(id)
    return order === 0 ? 0 : this.#queues.sideOf(this.#queues.levelOf(order))
  }

  /** Side of the order that left the book last. */
  get removedSide(): Side {
    return this.#removedSide
  }

  /** Price at which the order rested that left the book last. */
  get removedPrice(): number {
    return this.#removedPrice
  }

  /** Best price of a side; -Infinity for empty bids, Infinity for empty asks. */
  best(side: Side): number {
    return this.#ladder(side).best
  }

  /** Total lots at a price; 0 when none. */
  lotsAt(side: Side, price: number): number {
    return this.#queues.total(this.#ladder(side).lotsAt(price))
  }

  /** Orders at a price. */
  ordersAt(side: Side, price: number): number {
    return this.#queues.queued(this.#ladder(side).lotsAt(price))
  }

  /** The next price behind `price` at which orders rest; see `Ladder.worse`. */
  worse(side: Side, price: number): number {
    return this.#ladder(side).worse(price)
  }

  /** Id of the oldest order at the best price of a side; 0 when it is empty. */
  first(side: Side): number {
    return this.#queues.idOf(this.#queues.oldest(this.#ladder(side).bestLots))
  }

  /** Open lots of the oldest order at the best price of a side; 0 when it is empty. */
  firstLots(side: Side): number {
    return this.#queues.lotsOf(this.#queues.oldest(this.#ladder(side).bestLots))
  }

  /** Id of the oldest order at a price; 0 when there is none. */
  firstAt(side: Side, price: number): number {
    return this.#queues.idOf(this.#queues.oldest(this.#ladder(side).lotsAt(price)))
  }

  /** Id of the order behind one in its queue; 0 when it is the last or not there. */
  next(id: number): number {
    return this.#queues.idOf(this.#queues.behind(this.#order(id)))
  }

  /** Lots ahead of an order in its queue; 0 when it is the oldest or not there. Walks the queue to its head. */
  ahead(id: number): number {
    const queues = this.#queues
    let lots = 0
    for (let order = queues.before(this.#order(id)); order !== 0; order = queues.before(order))
      lots += queues.lotsOf(order)
    return lots
  }

  /** Takes an order record of this instrument; other kinds but clear change nothing. False when it was refused. */
  apply(event: EventRecord): boolean {
    switch (event.kind) {
      case Kind.orderAdd:
        return this.add(event.lane0, event.isBid ? BUY : SELL, event.lane1, event.lane2)
      case Kind.orderExecute:
      case Kind.orderReduce:
        return this.reduce(event.lane0, event.lane2)
      case Kind.orderDelete:
        return this.cancel(event.lane0)
      case Kind.orderReplace:
        return this.replace(event.lane0, event.lane3, event.lane1, event.lane2)
      case Kind.clear:
        this.clear()
        return true
      default:
        return true
    }
  }

  /** Removes every order. */
  clear(): void {
    this.#bids.clear()
    this.#asks.clear()
    this.#byId.clear()
    this.#queues.clear()
    this.#refused = 0
  }

  /** The slot of an order; 0 when it is not there. The table must not be asked for what cannot be an id. */
  #order(id: number): number {
    return isAmount(id) ? this.#byId.get(id) : 0
  }

  #ladder(side: Side): Ladder {
    return side > 0 ? this.#bids : this.#asks // Not `=== BUY`: what is imported is loaded and tested at each use.
  }

  #remove(place: number, order: number): void {
    const queues = this.#queues
    const level = queues.levelOf(order)
    this.#byId.free(place)
    this.#removedSide = queues.sideOf(level)
    this.#removedPrice = queues.priceOf(level)
    if (queues.remove(order) > 0) return
    this.#ladder(this.#removedSide).set(this.#removedPrice, 0)
    queues.closeLevel(level)
  }

  #refuse(why: Level3Refusal): false {
    this.#refusal = why
    this.#refused++
    return false
  }
}

/** A whole number 1..2^53 - 1. */
const isAmount = (value: number): boolean => Number.isSafeInteger(value) && value > 0
