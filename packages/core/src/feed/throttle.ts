import { assert } from '../assert.ts'

/** Lets each instrument through at most so often: for screens, which nobody reads faster. */
export class Throttle {
  readonly #gap: number
  readonly #next: Float64Array

  /** @param instruments how many there are @param perSecond passes a second and instrument, above 0 */
  constructor(instruments: number, perSecond: number) {
    assert(perSecond > 0, 'passes a second are positive', perSecond)
    this.#gap = 1e6 / perSecond
    this.#next = new Float64Array(instruments).fill(Number.NEGATIVE_INFINITY)
  }

  /** Whether an instrument may pass at an instant in microseconds; a pass is counted. */
  passes(instrument: number, now: number): boolean {
    if (now < this.#next[instrument]!) return false
    this.#next[instrument] = now + this.#gap
    return true
  }
}
