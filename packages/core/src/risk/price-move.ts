import { assert } from '../assert.ts'

const BUCKETS = 32

/**
 * How far a price has moved within a window: its highest over its lowest, in bps. Kept in 32 parts of the window, so it
 * looks back over the window and at most a thirty-second more. Taking a price allocates nothing.
 */
export class PriceMove {
  readonly #span: number
  readonly #high = new Float64Array(BUCKETS).fill(Number.NaN)
  readonly #low = new Float64Array(BUCKETS).fill(Number.NaN)
  #bucket = Number.NEGATIVE_INFINITY
  #olderHigh = Number.NaN
  #olderLow = Number.NaN

  /** @param window microseconds, at least 32 */
  constructor(window: number) {
    assert(Number.isSafeInteger(window) && window >= BUCKETS, 'the window is at least 32 microseconds', window)
    this.#span = window / BUCKETS
  }

  /**
   * Takes a price.
   * @param price positive; others are ignored, because a share of them has no meaning
   * @param now not before the last one
   * @returns the move in bps
   */
  take(price: number, now: number): number {
    const bucket = Math.floor(now / this.#span)
    if (bucket !== this.#bucket) this.#roll(bucket)
    const at = bucket % BUCKETS
    if (price > 0) {
      // Comparisons with NaN are false: the first price of a part fills it.
      if (!(this.#high[at]! >= price)) this.#high[at] = price
      if (!(this.#low[at]! <= price)) this.#low[at] = price
    }
    const high = greater(this.#high[at]!, this.#olderHigh)
    const low = -greater(-this.#low[at]!, -this.#olderLow)
    return low > 0 ? ((high - low) * 10_000) / low : 0
  }

  /** Enters a new part: parts that have left the window are emptied, the others summed up once. */
  #roll(bucket: number): void {
    const gone = Math.min(BUCKETS, bucket - this.#bucket)
    for (let step = 0; step < gone; step++) {
      const at = (bucket - step) % BUCKETS
      this.#high[at] = Number.NaN
      this.#low[at] = Number.NaN
    }
    this.#bucket = bucket
    this.#olderHigh = Number.NaN
    this.#olderLow = Number.NaN
    for (let at = 0; at < BUCKETS; at++) {
      this.#olderHigh = greater(this.#high[at]!, this.#olderHigh)
      this.#olderLow = -greater(-this.#low[at]!, -this.#olderLow)
    }
  }
}

/** The greater of two numbers of which either may be missing (NaN). */
const greater = (one: number, other: number): number => (one >= other || Number.isNaN(other) ? one : other)
