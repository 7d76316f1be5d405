import { assert } from '../assert.ts'

/**
 * At most `limit` events within any window of a length, exactly: it remembers the instants of the last `limit` events and
 * asks whether the oldest of them has left the window.
 */
export class RateWindow {
  readonly #instants: Float64Array
  readonly #length: number
  #next = 0

  /** @param limit events, 1..100,000 @param length microseconds */
  constructor(limit: number, length: number) {
    assert(limit >= 1 && limit <= 100_000 && Number.isSafeInteger(limit), 'limit is 1..100000', limit)
    this.#instants = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY)
    this.#length = length
  }

  /** Whether one more event is allowed at an instant. */
  allows(now: number): boolean {
    return now - this.#instants[this.#next]! >= this.#length
  }

  /** Counts an event that was allowed. */
  take(now: number): void {
    this.#instants[this.#next] = now
    this.#next = (this.#next + 1) % this.#instants.length
  }

  /** The same window with another limit, which remembers the latest events that it can. */
  resized(limit: number): RateWindow {
    const made = new RateWindow(limit, this.#length)
    const kept = Math.min(limit, this.#instants.length)
    for (let age = kept; age >= 1; age--)
      made.take(this.#instants[(this.#next - age + this.#instants.length) % this.#instants.length]!)
    return made
  }
}
