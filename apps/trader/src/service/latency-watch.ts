import type { Clock } from '@velocimex/core/clock/clock'
import { RateWindow } from '@velocimex/core/risk/rate-window'

/** From an event to an order, microseconds, unless told. S2-DEG-3. */
const LATENCY_MAX = 100_000
/** So many slow answers of ours within `WINDOW` are no accident. */
const SLOW_MAX = 3
const WINDOW = 5_000_000

/**
 * Whether we answer the market too slowly: three times within five seconds a message kept us busy, or a command waited
 * inside our own walls, for longer than it may. It is over when five seconds have passed without.
 */
export class LatencyWatch {
  readonly #slow = new RateWindow(SLOW_MAX, WINDOW)
  readonly #most: number
  readonly #clock: Clock
  #until = Number.NEGATIVE_INFINITY

  /** @param most microseconds that are still quick; Infinity for somebody who is in no hurry */
  constructor(clock: Clock, most = LATENCY_MAX) {
    this.#clock = clock
    this.#most = most
  }

  /** Something took so many microseconds. On the path of a market event. */
  took(duration: number): void {
    if (duration <= this.#most) return
    const now = this.#clock.now()
    this.#slow.take(now)
    if (now < this.#until || !this.#slow.allows(now)) this.#until = now + WINDOW
  }

  get isSlow(): boolean {
    return this.#clock.now() < this.#until
  }
}
