import { assert } from '../assert.ts'
import { type EventRecord, Kind } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Ladder } from './ladder.ts'
import { NumberTable } from './number-table.ts'

/** Bounds of an L3 book. */
export interface Level3Options {
  /** Most orders that can rest at once. */
  readonly orders: number
  /** See `Ladder`. */
  readonly windowBits?: number
}

/**
 * A book with every order in its queue: price, then time. Orders and levels are slots in typed arrays, linked by their
 * numbers; ladders keep the totals and find the best price.
 *
 *     level (price 100)     head -> #7 <-> #3 <-> #9 <- tail       oldest first
 *
 * Ids are positive whole numbers up to 2^53. Nothing is allocated after construction.
 */
export class Level3Book {
  readonly bids: Ladder
  readonly asks: Ladder
  readonly #byId: NumberTable
  readonly #bidLevels: NumberTable
  readonly #askLevels: NumberTable
  readonly #id: Float64Array
  readonly #price: Float64Array
  readonly #lots: Float64Array
  readonly #side: Int8Array
  readonly #next: Int32Array
  readonly #prev: Int32Array
  readonly #level: Int32Array
  readonly #head: Int32Array
  readonly #tail: Int32Array
  readonly #queued: Int32Array
  readonly #total: Float64Array
  readonly #capacity: number
  #freeOrder = 0
  #freeLevel = 0
  #count = 0

  constructor(options: Level3Options) {
    const size = options.orders + 1
    this.#capacity = options.orders
    this.bids = new Ladder(BUY, options.windowBits)
    this.asks = new Ladder(SELL, options.windowBits)
    this.#byId = new NumberTable(options.orders)
    this.#bidLevels = new NumberTable(options.orders)
    this.#askLevels = new NumberTable(options.orders)
    this.#id = new Float64Array(size)
    this.#price = new Float64Array(size)
    this.#lots = new Float64Array(size)
    this.#side = new Int8Array(size)
    this.#next = new Int32Array(size)
    this.#prev = new Int32Array(size)
    this.#level = new Int32Array(size)
    this.#head = new Int32Array(size)
    this.#tail = new Int32Array(size)
    this.#queued = new Int32Array(size)
    this.#total = new Float64Array(size)
    this.#freeAll()
  }

  /** Orders resting. */
  get count(): number {
    return this.#count
  }

  /** Puts an order at the back of its price. False when the id is there already or the book is full. */
  add(id: number, side: Side, price: number, lots: number): boolean {
    assert(lots > 0 && id > 0, 'an order has an id and lots', id)
    if (this.#count === this.#capacity || this.#byId.get(id) !== 0) return false
    const order = this.#freeOrder
    this.#freeOrder = this.#next[order]!
    this.#id[order] = id
    this.#price[order] = price
    this.#lots[order] = lots
    this.#side[order] = side
    this.#byId.add(id, order)
    this.#count++
    this.#enqueue(order, side, price, lots)
    return true
  }

  /** Takes lots away from an order, which keeps its place; taking all removes it. False when the id is not there. */
  reduce(id: number, lots: number): boolean {
    const order = this.#byId.get(id)
    if (order === 0) return false
    const left = this.#lots[order]! - lots
    if (left <= 0) this.#remove(order)
    else {
      this.#lots[order] = left
      this.#addToLevel(order, -lots)
    }
    return true
  }

  /** An order traded: the same as `reduce`. */
  execute(id: number, lots: number): boolean {
    return this.reduce(id, lots)
  }

  /** Removes an order. False when the id is not there. */
  cancel(id: number): boolean {
    const order = this.#byId.get(id)
    if (order === 0) return false
    this.#remove(order)
    return true
  }

  /** An order becomes another at the back of its queue. False, with nothing changed, when it is not there or the new id is. */
  replace(id: number, newId: number, price: number, lots: number): boolean {
    const order = this.#byId.get(id)
    if (order === 0 || (newId !== id && this.#byId.get(newId) !== 0)) return false
    const side = this.#side[order] as Side
    this.#remove(order)
    return this.add(newId, side, price, lots)
  }

  has(id: number): boolean {
    return this.#byId.get(id) !== 0
  }

  /** Open lots of an order; 0 when it is not there. */
  lotsOf(id: number): number {
    const order = this.#byId.get(id)
    return order === 0 ? 0 : this.#lots[order]!
  }

  /** Price of an order in ticks; NaN when it is not there. */
  priceOf(id: number): number {
    const order = this.#byId.get(id)
    return order === 0 ? Number.NaN : this.#price[order]!
  }

  /** Side of an order; 0 when it is not there. */
  sideOf(id: number): Side | 0 {
    const order = this.#byId.get(id)
    return order === 0 ? 0 : (this.#side[order] as Side)
  }

  /** Best price of a side; -Infinity for empty bids, Infinity for empty asks. */
  best(side: Side): number {
    return this.#ladder(side).best
  }

  /** Total lots at a price. */
  lotsAt(side: Side, price: number): number {
    return this.#ladder(side).lotsAt(price)
  }

  /** Orders at a price. */
  ordersAt(side: Side, price: number): number {
    const level = this.#levels(side).get(price)
    return level === 0 ? 0 : this.#queued[level]!
  }

  /** The next price behind `price`; see `Ladder.worse`. */
  worse(side: Side, price: number): number {
    return this.#ladder(side).worse(price)
  }

  /** Id of the oldest order at the best price of a side; 0 when it is empty. */
  first(side: Side): number {
    return this.firstAt(side, this.#ladder(side).best)
  }

  /** Id of the oldest order at a price; 0 when there is none. */
  firstAt(side: Side, price: number): number {
    const level = this.#levels(side).get(price)
    return level === 0 ? 0 : this.#id[this.#head[level]!]!
  }

  /** Id of the order behind one in its queue; 0 when it is the last or not there. */
  next(id: number): number {
    const order = this.#byId.get(id)
    return order === 0 || this.#next[order] === 0 ? 0 : this.#id[this.#next[order]!]!
  }

  /** Lots ahead of an order in its queue: walks the queue. */
  ahead(id: number): number {
    let lots = 0
    for (let order = this.#prev[this.#byId.get(id)]!; order !== 0; order = this.#prev[order]!)
      lots += this.#lots[order]!
    return lots
  }

  /** Takes an order record of this instrument; other kinds but clear change nothing. False when it did not fit the book. */
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

  clear(): void {
    this.bids.clear()
    this.asks.clear()
    this.#byId.clear()
    this.#bidLevels.clear()
    this.#askLevels.clear()
    this.#freeAll()
  }

  #ladder(side: Side): Ladder {
    return side === BUY ? this.bids : this.asks
  }

  #levels(side: Side): NumberTable {
    return side === BUY ? this.#bidLevels : this.#askLevels
  }

  #enqueue(order: number, side: Side, price: number, lots: number): void {
    const levels = this.#levels(side)
    let level = levels.get(price)
    if (level === 0) {
      level = this.#freeLevel
      this.#freeLevel = this.#head[level]!
      levels.add(price, level)
      this.#head[level] = order
      this.#prev[order] = 0
      this.#queued[level] = 0
      this.#total[level] = 0
    } else {
      const last = this.#tail[level]!
      this.#next[last] = order
      this.#prev[order] = last
    }
    this.#next[order] = 0
    this.#tail[level] = order
    this.#level[order] = level
    this.#queued[level]!++
    this.#addToLevel(order, lots)
  }

  #addToLevel(order: number, lots: number): void {
    const level = this.#level[order]!
    const total = this.#total[level]! + lots
    this.#total[level] = total
    if (this.#side[order] === BUY) this.bids.set(this.#price[order]!, total)
    else this.asks.set(this.#price[order]!, total)
  }

  #remove(order: number): void {
    const level = this.#level[order]!
    const before = this.#prev[order]!
    const behind = this.#next[order]!
    if (before === 0) this.#head[level] = behind
    else this.#next[before] = behind
    if (behind === 0) this.#tail[level] = before
    else this.#prev[behind] = before
    this.#byId.remove(this.#id[order]!)
    this.#count--
    this.#queued[level]!--
    this.#addToLevel(order, -this.#lots[order]!)
    if (this.#queued[level] === 0) {
      this.#levels(this.#side[order] as Side).remove(this.#price[order]!)
      this.#head[level] = this.#freeLevel
      this.#freeLevel = level
    }
    this.#next[order] = this.#freeOrder
    this.#freeOrder = order
  }

  /** Chains all slots into the free lists. Slot 0 is nobody. */
  #freeAll(): void {
    for (let slot = 0; slot <= this.#capacity; slot++) {
      this.#next[slot] = slot === this.#capacity ? 0 : slot + 1
      this.#head[slot] = slot === this.#capacity ? 0 : slot + 1
    }
    this.#prev[0] = 0
    this.#freeOrder = 1
    this.#freeLevel = 1
    this.#count = 0
  }
}
