import { assert } from '@velocimex/core/assert'

/**
 * A counter as some venues keep it: it rises by the weight of each request, falls evenly with time, and may not rise above
 * its limit. After a pause as much as the limit may go at once, and then as much as falls off. Instants in microseconds.
 */
export class FallingCounter {
  readonly #lengthUs: number
  #limit: number
  #value = 0
  #at = Number.NEGATIVE_INFINITY

  /** @param limit weight @param lengthMs in which a full counter falls to nothing, milliseconds */
  constructor(limit: number, lengthMs: number) {
    assert(limit > 0 && lengthMs > 0, 'a counter has a limit and falls', limit)
    this.#limit = limit
    this.#lengthUs = lengthMs * 1000
  }

  get limit(): number {
    return this.#limit
  }

  /** The venue changed its limit; how fast the counter falls follows it. */
  set limit(limit: number) {
    assert(limit > 0, 'a limit is positive', limit)
    this.#limit = limit
  }

  /** What the counter stands at. */
  used(now: number): number {
    if (now > this.#at) {
      this.#value = Math.max(0, this.#value - ((now - this.#at) * this.#limit) / this.#lengthUs)
      this.#at = now
    }
    return this.#value
  }

  /** Earliest instant at which the weight fits when nothing else is taken; Infinity when it is over the ceiling. */
  fitsAt(weight: number, ceiling: number, now: number): number {
    const room = Math.min(ceiling, this.#limit) - weight
    if (room < 0) return Number.POSITIVE_INFINITY
    const over = this.used(now) - room
    // A microsecond more: what is left of a division must not hold back what was promised.
    return over <= 0 ? now : Math.max(now, this.#at) + Math.ceil((over * this.#lengthUs) / this.#limit) + 1
  }

  /** Counts a weight: one that fitted, or one that the venue has counted already. */
  take(weight: number, now: number): void {
    this.#value = this.used(now) + weight
  }
}
