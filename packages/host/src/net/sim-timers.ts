import { assert } from '@velocimex/core/assert'
import { type Micros, micros } from '@velocimex/core/clock/micros'
import { Scheduler } from '@velocimex/core/clock/scheduler'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import type { Timers } from './timers.ts'

/** Time that moves only when told to: the timers due on the way fire in order, each at its own instant. */
export class SimTimers implements Timers {
  readonly #clock: SimClock
  readonly #scheduler = new Scheduler(65_536)
  readonly #wakes = new Map<number, () => void>()
  #turn = 0

  /** @param start the first instant */
  constructor(start: Micros = micros(1_000_000_000)) {
    this.#clock = new SimClock(start)
  }

  /** Timers that were asked for and neither fired nor were taken back. */
  get pending(): number {
    return this.#wakes.size
  }

  now(): Micros {
    return this.#clock.now()
  }

  after(delayMs: number, wake: () => void): () => void {
    assert(delayMs >= 0, 'a delay is not negative', delayMs)
    const tag = this.#turn++
    this.#wakes.set(tag, wake)
    this.#scheduler.wakeAt(this.now() + Math.round(delayMs * 1000), 0, tag)
    return () => this.#wakes.delete(tag)
  }

  /** Moves time on by milliseconds. */
  advance(ms: number): void {
    const target = micros(this.now() + Math.round(ms * 1000))
    while (this.#scheduler.nextAt <= target) {
      const at = this.#scheduler.take()
      const { tag } = this.#scheduler
      const wake = this.#wakes.get(tag)
      if (wake === undefined) continue
      this.#wakes.delete(tag)
      this.#clock.advanceTo(micros(at))
      wake()
    }
    this.#clock.advanceTo(target)
  }
}
