import { assert } from '../assert.ts'
import type { Side } from '../market/side.ts'

// Words of a record of 32 bytes: four int32, then two float64.
const WORDS = 8
const PAIRS = 4
// An order: links by slot number, and what it is.
const NEXT = 0
const BEFORE = 1
const LEVEL = 2
const LOTS = 2
const ID = 3
// A level.
const HEAD = 0
const TAIL = 1
const QUEUED = 2
const SIDE = 3
const TOTAL = 2
const PRICE = 3

/**
 * Price levels and the orders that queue at them, as numbered slots of two typed arrays, linked by their numbers. Slot 0
 * is nobody, so a link of 0 is an end.
 *
 *     level 4:  price 100, total 12      head -> #7 <-> #3 <-> #9 <- tail       oldest first
 *
 * Both kinds of slot are records of 32 bytes, so that an order is one look into memory and its level another. Free slots
 * are chained through their first word. Nothing is allocated after construction.
 *
 * Invariant: the total of a level is the sum of the lots of its orders.
 */
export class OrderQueues {
  readonly #capacity: number
  readonly #order: Int32Array
  readonly #orderAmount: Float64Array
  readonly #level: Int32Array
  readonly #levelAmount: Float64Array
  #freeOrder = 0
  #freeLevel = 0
  #freshOrder = 1
  #freshLevel = 1
  #count = 0

  /** @param capacity most orders at once; each may have a level of its own */
  constructor(capacity: number) {
    const orders = new ArrayBuffer((capacity + 1) * WORDS * 4)
    const levels = new ArrayBuffer((capacity + 1) * WORDS * 4)
    this.#capacity = capacity
    this.#order = new Int32Array(orders)
    this.#orderAmount = new Float64Array(orders)
    this.#level = new Int32Array(levels)
    this.#levelAmount = new Float64Array(levels)
  }

  /** Orders in all queues. */
  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.#capacity
  }

  /** The slot that the next `push` fills. */
  get nextOrder(): number {
    return this.#freeOrder !== 0 ? this.#freeOrder : this.#freshOrder
  }

  /** An empty level; it must get an order at once. */
  openLevel(side: Side, price: number): number {
    let level = this.#freeLevel
    if (level !== 0) this.#freeLevel = this.#level[level * WORDS]!
    else level = this.#freshLevel++
    const at = level * WORDS
    this.#level[at + HEAD] = 0
    this.#level[at + TAIL] = 0
    this.#level[at + QUEUED] = 0
    this.#level[at + SIDE] = side
    this.#levelAmount[level * PAIRS + TOTAL] = 0
    this.#levelAmount[level * PAIRS + PRICE] = price
    return level
  }

  /** Gives the slot of a level without orders back. */
  closeLevel(level: number): void {
    this.#level[level * WORDS] = this.#freeLevel
    this.#freeLevel = level
  }

  /** Puts an order at the back of a level and returns its slot. */
  push(level: number, id: number, lots: number): number {
    assert(this.#count < this.#capacity, 'the queues have room', this.#capacity)
    const order = this.nextOrder
    if (order === this.#freeOrder) this.#freeOrder = this.#order[order * WORDS]!
    else this.#freshOrder++
    const at = order * WORDS
    const levelAt = level * WORDS
    const last = this.#level[levelAt + TAIL]!
    this.#order[at + NEXT] = 0
    this.#order[at + BEFORE] = last
    this.#order[at + LEVEL] = level
    this.#orderAmount[order * PAIRS + LOTS] = lots
    this.#orderAmount[order * PAIRS + ID] = id
    if (last === 0) this.#level[levelAt + HEAD] = order
    else this.#order[last * WORDS + NEXT] = order
    this.#level[levelAt + TAIL] = order
    this.#level[levelAt + QUEUED]!++
    this.#levelAmount[level * PAIRS + TOTAL]! += lots
    this.#count++
    return order
  }

  /** Takes an order out of its queue. Returns how many orders are left at its level. */
  remove(order: number): number {
    const at = order * WORDS
    const level = this.#order[at + LEVEL]!
    const levelAt = level * WORDS
    const before = this.#order[at + BEFORE]!
    const behind = this.#order[at + NEXT]!
    if (before === 0) this.#level[levelAt + HEAD] = behind
    else this.#order[before * WORDS + NEXT] = behind
    if (behind === 0) this.#level[levelAt + TAIL] = before
    else this.#order[behind * WORDS + BEFORE] = before
    this.#levelAmount[level * PAIRS + TOTAL]! -= this.#orderAmount[order * PAIRS + LOTS]!
    this.#order[at + NEXT] = this.#freeOrder
    this.#freeOrder = order
    this.#count--
    return --this.#level[levelAt + QUEUED]!
  }

  /** Takes lots away from an order, which keeps its place. The caller leaves it some. */
  reduce(order: number, lots: number): void {
    this.#orderAmount[order * PAIRS + LOTS]! -= lots
    this.#levelAmount[this.#order[order * WORDS + LEVEL]! * PAIRS + TOTAL]! -= lots
  }

  /** Forgets every order and level. */
  clear(): void {
    this.#freeOrder = 0
    this.#freeLevel = 0
    this.#freshOrder = 1
    this.#freshLevel = 1
    this.#count = 0
  }

  // Questions about an order.

  idOf(order: number): number {
    return this.#orderAmount[order * PAIRS + ID]!
  }
  lotsOf(order: number): number {
    return this.#orderAmount[order * PAIRS + LOTS]!
  }
  levelOf(order: number): number {
    return this.#order[order * WORDS + LEVEL]!
  }
  /** The order behind; 0 when it is the last. */
  behind(order: number): number {
    return this.#order[order * WORDS + NEXT]!
  }
  /** The order before; 0 when it is the oldest. */
  before(order: number): number {
    return this.#order[order * WORDS + BEFORE]!
  }

  // Questions about a level.

  /** The oldest order. */
  oldest(level: number): number {
    return this.#level[level * WORDS + HEAD]!
  }
  /** How many orders queue. */
  queued(level: number): number {
    return this.#level[level * WORDS + QUEUED]!
  }
  sideOf(level: number): Side {
    return this.#level[level * WORDS + SIDE]! as Side
  }
  total(level: number): number {
    return this.#levelAmount[level * PAIRS + TOTAL]!
  }
  priceOf(level: number): number {
    return this.#levelAmount[level * PAIRS + PRICE]!
  }
}
