import { assert } from '../assert.ts'

/**
 * Whole numbers (ids, prices) to slots: open addressing on typed arrays, at most half full, removal by shifting back, so
 * that no tombstones slow it down over time. Slots are positive; 0 means absent.
 */
export class NumberTable {
  readonly #mask: number
  readonly #shift: number
  readonly #keys: Float64Array
  readonly #slots: Int32Array
  readonly #capacity: number
  #count = 0

  /** @param capacity most keys at once */
  constructor(capacity: number) {
    let bits = 4
    while (1 << bits < capacity * 2) bits++
    this.#mask = (1 << bits) - 1
    this.#shift = 32 - bits
    this.#keys = new Float64Array(1 << bits)
    this.#slots = new Int32Array(1 << bits)
    this.#capacity = capacity
  }

  get count(): number {
    return this.#count
  }

  /** The slot of a key; 0 when it is not there. */
  get(key: number): number {
    let at = this.#home(key)
    for (let slot = this.#slots[at]!; slot !== 0; slot = this.#slots[at]!) {
      if (this.#keys[at] === key) return slot
      at = (at + 1) & this.#mask
    }
    return 0
  }

  /** Adds a key that is not there. */
  add(key: number, slot: number): void {
    assert(this.#count < this.#capacity, 'the table has room', this.#capacity)
    let at = this.#home(key)
    while (this.#slots[at] !== 0) at = (at + 1) & this.#mask
    this.#keys[at] = key
    this.#slots[at] = slot
    this.#count++
  }

  /** Removes a key that is there. */
  remove(key: number): void {
    let hole = this.#home(key)
    while (this.#keys[hole] !== key || this.#slots[hole] === 0) hole = (hole + 1) & this.#mask
    this.#count--
    for (let at = (hole + 1) & this.#mask; this.#slots[at] !== 0; at = (at + 1) & this.#mask) {
      // An entry may fill the hole unless its home lies between the hole and itself.
      const away = (at - this.#home(this.#keys[at]!)) & this.#mask
      if (away < ((at - hole) & this.#mask)) continue
      this.#keys[hole] = this.#keys[at]!
      this.#slots[hole] = this.#slots[at]!
      hole = at
    }
    this.#slots[hole] = 0
  }

  clear(): void {
    this.#slots.fill(0)
    this.#count = 0
  }

  /** Fibonacci hashing, of both halves when the number has two. */
  #home(key: number): number {
    const low = key | 0
    if (low === key) return Math.imul(low, 0x9e3779b1) >>> this.#shift
    const high = Math.floor(key / 0x1_0000_0000)
    return Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> this.#shift
  }
}
