import type { Clock } from '@velocimex/core/clock/clock'
import { type Micros, micros } from '@velocimex/core/clock/micros'

/** A clock that also wakes: the only source of time of everything that owns a socket. */
export interface Timers extends Clock {
  /**
   * Calls `wake` once after a delay, never within this call.
   * @param delayMs milliseconds, 0 or more
   * @returns takes the timer back; after it was called, or called before, that does nothing
   */
  after(delayMs: number, wake: () => void): () => void
}

/** A longer timer of Node fires at once. */
const LONGEST_MS = 2 ** 31 - 1

/** The operating system's time. Runs with the monotonic clock from the instant of its making, so it never goes back. */
export class SystemTimers implements Timers {
  readonly #origin = micros(Math.round(performance.timeOrigin * 1000))

  now(): Micros {
    return (this.#origin + Math.round(performance.now() * 1000)) as Micros
  }

  after(delayMs: number, wake: () => void): () => void {
    let left = delayMs
    let timer: NodeJS.Timeout
    const sleep = (): void => {
      const part = Math.min(left, LONGEST_MS)
      left -= part
      timer = setTimeout(left > 0 ? sleep : wake, part)
    }
    sleep()
    return () => clearTimeout(timer)
  }
}
