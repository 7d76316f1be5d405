import { assert } from '../assert.ts'

/**
 * Exponential moving average over time, not over samples: a sample's weight halves every `halfLife`.
 *
 *     value += (1 - 2^(-dt / halfLife)) * (sample - value)
 *
 * The first sample sets the value. Instants that go back count as no time passed.
 */
export class Ema {
  /** The present average; NaN before the first sample. */
  value = Number.NaN
  readonly #rate: number
  #at = 0

  /** @param halfLife microseconds, positive */
  constructor(halfLife: number) {
    assert(halfLife > 0, 'half-life is positive', halfLife)
    this.#rate = Math.LN2 / halfLife
  }

  /** Takes a sample at an instant in microseconds. Returns the new average. */
  update(sample: number, at: number): number {
    if (Number.isNaN(this.value)) this.value = sample
    else if (at > this.#at) this.value += -Math.expm1(-(at - this.#at) * this.#rate) * (sample - this.value)
    if (at > this.#at) this.#at = at
    return this.value
  }
}
