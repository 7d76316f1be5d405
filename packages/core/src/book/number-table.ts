import { assert } from '../assert.ts'

/** 2^-32, exactly: takes the upper half of a whole number without a division. */
const UPPER = 2 ** -32
/** Words of an entry: the two halves of the key, its slot (0: the entry is free), and where it would like to be. */
const LOW = 0
const HIGH = 1
const SLOT = 2
const HOME = 3
const WORDS = 4

/**
 * Whole numbers, such as order ids, to slots: open addressing on one typed array, at most half full, with entries of 16
 * bytes so that a look costs one cache line. Removal shifts the entries behind the hole back (Knuth, The Art of Computer
 * Programming 6.4, Algorithm R), so that no tombstones slow it down over time.
 *
 * Keys are whole numbers 0..2^53, slots 1..2^31 - 1. A key that is not whole, or negative, must not come here.
 */
export class NumberTable {
  readonly #entries: Int32Array
  /** Of entry positions, which are multiples of `WORDS`. */
  readonly #mask: number
  readonly #shift: number
  readonly #capacity: number
  #count = 0

  /** @param capacity most keys at once, 1..2^26 */
  constructor(capacity: number) {
    assert(Number.isSafeInteger(capacity) && capacity >= 1 && capacity <= 1 << 26, 'capacity is 1..2^26', capacity)
    const bits = 32 - Math.clz32(capacity * 2 - 1)
    this.#entries = new Int32Array(WORDS << bits)
    this.#mask = (WORDS << bits) - WORDS
    this.#shift = 32 - bits
    this.#capacity = capacity
  }

  /** Keys in the table. */
  get count(): number {
    return this.#count
  }

  /** The slot of a key; 0 when it is not there. */
  get(key: number): number {
    return this.#entries[this.#find(key) + SLOT]!
  }

  /** Adds a key. False, with nothing changed, when it is there already. */
  add(key: number, slot: number): boolean {
    assert(this.#count < this.#capacity, 'the table has room', this.#capacity)
    const entries = this.#entries
    const at = this.#find(key)
    if (entries[at + SLOT] !== 0) return false
    entries[at + LOW] = key | 0
    entries[at + HIGH] = (key * UPPER) | 0
    entries[at + SLOT] = slot
    entries[at + HOME] = this.#home(key)
    this.#count++
    return true
  }

  /** Removes a key and returns its slot; 0 when it was not there. */
  take(key: number): number {
    const at = this.#find(key)
    const slot = this.#entries[at + SLOT]!
    if (slot === 0) return 0
    this.#count--
    this.#close(at)
    return slot
  }

  /** Removes every key. */
  clear(): void {
    this.#entries.fill(0)
    this.#count = 0
  }

  /** The entry of a key, or the free entry at which it would be put. */
  #find(key: number): number {
    const entries = this.#entries
    const mask = this.#mask
    const low = key | 0
    const high = (key * UPPER) | 0
    let at = this.#home(key)
    while (entries[at + SLOT] !== 0 && (entries[at + LOW] !== low || entries[at + HIGH] !== high))
      at = (at + WORDS) & mask
    return at
  }

  /** Frees an entry and shifts back those behind it that a search would no longer reach. */
  #close(freed: number): void {
    const entries = this.#entries
    const mask = this.#mask
    let hole = freed
    for (let at = (hole + WORDS) & mask; entries[at + SLOT] !== 0; at = (at + WORDS) & mask) {
      // An entry may fill the hole unless its home lies between the hole and itself.
      if (((at - entries[at + HOME]!) & mask) < ((at - hole) & mask)) continue
      entries[hole + LOW] = entries[at + LOW]!
      entries[hole + HIGH] = entries[at + HIGH]!
      entries[hole + SLOT] = entries[at + SLOT]!
      entries[hole + HOME] = entries[at + HOME]!
      hole = at
    }
    entries[hole + SLOT] = 0
  }

  /** Fibonacci hashing (Knuth 6.4) of both halves of the number: where the search for a key begins. */
  #home(key: number): number {
    const mixed = (key | 0) ^ Math.imul((key * UPPER) | 0, 0x85ebca6b)
    return (Math.imul(mixed, 0x9e3779b1) >>> this.#shift) * WORDS
  }
}
