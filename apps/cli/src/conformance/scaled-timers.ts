import type { Micros } from '@velocimex/core/clock/micros'
import { SystemTimers, type Timers } from '@velocimex/host/net/timers'

/** Real time that runs a number of times faster: waits that a venue asks for in seconds pass in milliseconds. */
export class ScaledTimers implements Timers {
  readonly #timers = new SystemTimers()
  readonly #start = this.#timers.now()
  readonly #speed: number

  /** @param speed seconds that pass in one of the wall's, 1 or more */
  constructor(speed: number) {
    this.#speed = speed
  }

  now(): Micros {
    return (this.#start + (this.#timers.now() - this.#start) * this.#speed) as Micros
  }

  after(delayMs: number, wake: () => void): () => void {
    return this.#timers.after(delayMs / this.#speed, wake)
  }
}
