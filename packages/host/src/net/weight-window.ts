import { assert } from '@velocimex/core/assert'

/** Parts of a window that are counted together: a weight is remembered at most a hundredth of the window too long. */
const PARTS = 100

/**
 * Weights taken in any window of a length, and never more than a limit: whatever instant a venue begins to count at, it
 * counts no more. Memory is fixed; weights leave a little late, never early. Instants in microseconds.
 */
export class WeightWindow {
  readonly #partUs: number
  readonly #weights = new Float64Array(PARTS + 1)
  #part = Number.NEGATIVE_INFINITY
  #total = 0
  #limit: number

  /** @param limit weight @param lengthMs of the window in milliseconds */
  constructor(limit: number, lengthMs: number) {
    assert(limit > 0 && lengthMs > 0, 'a window has a limit and a length', limit)
    this.#limit = limit
    this.#partUs = Math.ceil((lengthMs * 1000) / PARTS)
  }

  get limit(): number {
    return this.#limit
  }

  /** The venue changed its limit. */
  set limit(limit: number) {
    assert(limit > 0, 'a limit is positive', limit)
    this.#limit = limit
  }

  /** Weight taken in the window that ends at an instant. */
  used(now: number): number {
    this.#advance(now)
    return this.#total
  }

  /** Whether a weight fits under a ceiling, which is at most the limit. */
  fits(weight: number, ceiling: number, now: number): boolean {
    return this.used(now) + weight <= Math.min(ceiling, this.#limit)
  }

  /** Earliest instant at which the weight fits when nothing else is taken; Infinity when it is over the ceiling. */
  fitsAt(weight: number, ceiling: number, now: number): number {
    const room = Math.min(ceiling, this.#limit) - weight
    if (room < 0) return Number.POSITIVE_INFINITY
    let left = this.used(now)
    if (left <= room) return now
    for (let part = this.#part - PARTS; part <= this.#part; part++) {
      left -= this.#weights[this.#slot(part)]!
      if (left <= room) return (part + PARTS + 1) * this.#partUs
    }
    return (this.#part + PARTS + 1) * this.#partUs
  }

  /** Counts a weight: one that fitted, or one that the venue has counted already. */
  take(weight: number, now: number): void {
    this.#advance(now)
    this.#weights[this.#slot(this.#part)]! += weight
    this.#total += weight
  }

  #slot(part: number): number {
    return ((part % (PARTS + 1)) + PARTS + 1) % (PARTS + 1)
  }

  #advance(now: number): void {
    const part = Math.floor(now / this.#partUs)
    if (part <= this.#part) return
    if (part - this.#part > PARTS) {
      this.#weights.fill(0)
      this.#total = 0
    } else
      for (let next = this.#part + 1; next <= part; next++) {
        this.#total -= this.#weights[this.#slot(next)]!
        this.#weights[this.#slot(next)] = 0
      }
    this.#part = part
  }
}
