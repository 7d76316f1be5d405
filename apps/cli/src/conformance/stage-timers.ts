import type { Micros } from '@velocimex/core/clock/micros'
import { SystemTimers, type Timers } from '@velocimex/host/net/timers'
import type { VenueStage } from './venue-stage.ts'

/** A client's time beside a simulated venue: the venue's own, or wrong by so much; waits pass as fast as the venue's. */
export class StageTimers implements Timers {
  readonly #timers = new SystemTimers()
  readonly #stage: VenueStage
  readonly #speed: number
  readonly #skew: number

  /** @param speed seconds of the venue that pass in one of the wall's @param skew microseconds by which ours is ahead */
  constructor(stage: VenueStage, speed: number, skew: number) {
    this.#stage = stage
    this.#speed = speed
    this.#skew = skew
  }

  now(): Micros {
    return (this.#stage.now() + this.#skew) as Micros
  }

  after(delayMs: number, wake: () => void): () => void {
    return this.#timers.after(delayMs / this.#speed, wake)
  }
}
