import { assert } from '../assert.ts'

/** 2^-32, exactly: takes the upper half of a whole number without a division. */
const UPPER = 2 ** -32
/** Words of an entry: the two halves of the key, and its slot (0: the entry is free); one is spare. */
const LOW = 0
const HIGH = 1
const SLOT = 2
const WORDS = 4

/**
 * Whole numbers, such as order ids, to slots: open addressing on one typed array, at most half full, with entries of 16
 * bytes so that a look costs one cache line. Removal shifts the entries behind the hole back (Knuth, The Art of Computer
 * Programming 6.4, Algorithm R), so that no tombstones slow it down over time.
 *
 * A key is looked for once, `find`, and its place then read, filled or freed; a place is good until the next change.
 *
 * Keys are whole numbers 0..2^53, slots 1..2^31 - 1. A key that is not whole, or negative, must not come here.
 */
export class NumberTable {
  // Each field has a value of its final kind from the start: the engine then knows the kind and does not test it.
  readonly #entries: Int32Array = new Int32Array(0)
  /** Of entry positions, which are multiples of `WORDS`. */
  readonly #mask: number = 0
  readonly #shift: number = 0
  readonly #capacity: number = 0
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
    return this.#entries[this.find(key) + SLOT]!
  }

  /** The place of a key, or the free one at which it would be put. */
  find(key: number): number {
    const entries = this.#entries
    const mask = this.#mask
    const low = key | 0
    const high = (key * UPPER) | 0
    let at = this.#home(low, high)
    while (entries[at + SLOT] !== 0 && (entries[at + LOW] !== low || entries[at + HIGH] !== high))
      at = (at + WORDS) & mask
    return at
  }

  /** The slot at a place that was found; 0 when it is free. */
  slotAt(place: number): number {
    return this.#entries[place + SLOT]!
  }

  /** Adds a key at the free place that was found for it. */
  fill(place: number, key: number, slot: number): void {
    if (this.#count >= this.#capacity) assert(false, 'the table has room', this.#capacity)
    const entries = this.#entries
    entries[place + LOW] = key | 0
    entries[place + HIGH] = (key * UPPER) | 0
    entries[place + SLOT] = slot
    this.#count++
  }

  /** Removes the key at a place, and shifts back the entries behind it that a search would no longer reach. */
  free(place: number): void {
    const entries = this.#entries
    const mask = this.#mask
    let hole = place
    for (let at = (hole + WORDS) & mask; entries[at + SLOT] !== 0; at = (at + WORDS) & mask) {
      // An entry may fill the hole unless its home lies between the hole and itself.
      const low = entries[at + LOW]!
      const high = entries[at + HIGH]!
      if (((at - this.#home(low, high)) & mask) < ((at - hole) & mask)) continue
      entries[hole + LOW] = low
      entries[hole + HIGH] = high
      entries[hole + SLOT] = entries[at + SLOT]!
      hole = at
    }
    entries[hole + SLOT] = 0
    this.#count--
  }

  /** Removes every key. */
  clear(): void {
    this.#entries.fill(0)
    this.#count = 0
  }

  /** Fibonacci hashing (Knuth 6.4) of both halves of a key: where the search for it begins. */
  #home(low: number, high: number): number {
    return (Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> this.#shift) * WORDS
  }
}
