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
 * Price levels and the orders that queue at them, as numbered slots of one buffer, linked by their numbers. Slot 0 is
 * nobody, so a link of 0 is an end.
 *
 *     level #4:  price 100, total 12      head -> #7 <-> #3 <-> #9 <- tail       oldest first
 *
 * Both kinds of slot are records of 32 bytes, so that an order is one look into memory and its level another; they lie in
 * one buffer, because each typed array touched costs its own checks. Free slots are chained through their first word.
 * Nothing is allocated after construction.
 *
 * Invariant: the total of a level is the sum of the lots of its orders.
 */
export class OrderQueues {
  // Each field has a value of its final kind from the start: the engine then knows the kind and does not test it.
  readonly #capacity: number = 0
  readonly #words: Int32Array = new Int32Array(0)
  readonly #amounts: Float64Array = new Float64Array(0)
  /** The first free slot; 0 when only those are left that were never used, from `#fresh` on. */
  #free = 0
  #fresh = 1
  #count = 0

  /** @param capacity most orders at once; each may have a level of its own */
  constructor(capacity: number) {
    const records = new ArrayBuffer((2 * capacity + 1) * WORDS * 4)
    this.#capacity = capacity
    this.#words = new Int32Array(records)
    this.#amounts = new Float64Array(records)
  }

  /** Orders in all queues. */
  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.#capacity
  }

  /** An empty level; it must get an order at once. */
  openLevel(side: Side, price: number): number {
    const level = this.#take()
    const words = this.#words
    const at = level * WORDS
    words[at + HEAD] = 0
    words[at + TAIL] = 0
    words[at + QUEUED] = 0
    words[at + SIDE] = side
    this.#amounts[level * PAIRS + TOTAL] = 0
    this.#amounts[level * PAIRS + PRICE] = price
    return level
  }

  /** Gives the slot of a level without orders back. */
  closeLevel(level: number): void {
    this.#words[level * WORDS] = this.#free
    this.#free = level
  }

  /** Puts an order at the back of a level and returns its slot. */
  push(level: number, id: number, lots: number): number {
    if (this.#count >= this.#capacity) assert(false, 'the queues have room', this.#capacity)
    const order = this.#take()
    const words = this.#words
    const amounts = this.#amounts
    const at = order * WORDS
    const levelAt = level * WORDS
    const last = words[levelAt + TAIL]!
    words[at + NEXT] = 0
    words[at + BEFORE] = last
    words[at + LEVEL] = level
    amounts[order * PAIRS + LOTS] = lots
    amounts[order * PAIRS + ID] = id
    words[last === 0 ? levelAt + HEAD : last * WORDS + NEXT] = order
    words[levelAt + TAIL] = order
    words[levelAt + QUEUED]!++
    amounts[level * PAIRS + TOTAL]! += lots
    this.#count++
    return order
  }

  /** Takes an order out of its queue. Returns how many orders are left at its level. */
  remove(order: number): number {
    const words = this.#words
    const amounts = this.#amounts
    const at = order * WORDS
    const level = words[at + LEVEL]!
    const levelAt = level * WORDS
    const before = words[at + BEFORE]!
    const behind = words[at + NEXT]!
    words[before === 0 ? levelAt + HEAD : before * WORDS + NEXT] = behind
    words[behind === 0 ? levelAt + TAIL : behind * WORDS + BEFORE] = before
    amounts[level * PAIRS + TOTAL]! -= amounts[order * PAIRS + LOTS]!
    words[at + NEXT] = this.#free
    this.#free = order
    this.#count--
    return --words[levelAt + QUEUED]!
  }

  /** Takes lots away from an order, which keeps its place. The caller leaves it some. */
  reduce(order: number, lots: number): void {
    this.#amounts[order * PAIRS + LOTS]! -= lots
    this.#amounts[this.#words[order * WORDS + LEVEL]! * PAIRS + TOTAL]! -= lots
  }

  /** Forgets every order and level. */
  clear(): void {
    this.#free = 0
    this.#fresh = 1
    this.#count = 0
  }

  // Questions about an order.

  idOf(order: number): number {
    return this.#amounts[order * PAIRS + ID]!
  }
  lotsOf(order: number): number {
    return this.#amounts[order * PAIRS + LOTS]!
  }
  levelOf(order: number): number {
    return this.#words[order * WORDS + LEVEL]!
  }
  /** The order behind; 0 when it is the last. */
  behind(order: number): number {
    return this.#words[order * WORDS + NEXT]!
  }
  /** The order before; 0 when it is the oldest. */
  before(order: number): number {
    return this.#words[order * WORDS + BEFORE]!
  }

  // Questions about a level.

  /** The oldest order. */
  oldest(level: number): number {
    return this.#words[level * WORDS + HEAD]!
  }
  /** How many orders queue. */
  queued(level: number): number {
    return this.#words[level * WORDS + QUEUED]!
  }
  sideOf(level: number): Side {
    return this.#words[level * WORDS + SIDE]! as Side
  }
  total(level: number): number {
    return this.#amounts[level * PAIRS + TOTAL]!
  }
  priceOf(level: number): number {
    return this.#amounts[level * PAIRS + PRICE]!
  }

  /** A slot that nobody has: there are enough for every order and a level for each. */
  #take(): number {
    const slot = this.#free
    if (slot === 0) return this.#fresh++
    this.#free = this.#words[slot * WORDS]!
    return slot
  }
}
