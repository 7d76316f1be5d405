import { assert } from '../assert.ts'

/** closed: all passes; open: nothing does; half_open: a few probes find out whether it is over. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** When a breaker opens, and how it comes back. Durations in microseconds. */
export interface BreakerRule {
  /** Failures within `window` that open it, 1..10,000. */
  readonly failures: number
  readonly window: number
  /** How long it stays open before probes are let through. */
  readonly openFor: number
  /** Probes that must succeed to close it; no more than these are let through at once. */
  readonly probes: number
}

/** Five failures in thirty seconds; thirty seconds open; three probes. S2-CB-4 to 6. */
export const DEFAULT_BREAKER: BreakerRule = { failures: 5, window: 30_000_000, openFor: 30_000_000, probes: 3 }

/**
 * Stops what keeps failing, and lets a little through after a while to see whether it works again.
 *
 *     closed --failures within the window, or trip--> open --openFor--> half_open --probes succeed--> closed
 *                                                       ^                   |
 *                                                       +---one fails-------+
 *
 * Time is an argument; nothing happens by itself.
 */
export class CircuitBreaker {
  readonly rule: BreakerRule
  /** Instant at which it opened last; NaN before. */
  openedAt = Number.NaN
  /** Times it has opened. */
  opened = 0
  readonly #failures: Float64Array
  #next = 0
  #state: BreakerState = 'closed'
  #probing = 0
  #proven = 0

  constructor(rule: BreakerRule = DEFAULT_BREAKER) {
    assert(rule.failures >= 1 && rule.failures <= 10_000, 'a breaker opens after 1..10000 failures', rule.failures)
    assert(rule.window > 0 && rule.openFor > 0 && rule.probes >= 1, 'a breaker has durations and probes', rule.probes)
    this.rule = rule
    this.#failures = new Float64Array(rule.failures).fill(Number.NEGATIVE_INFINITY)
  }

  /** State at an instant. */
  state(now: number): BreakerState {
    if (this.#state === 'open' && now - this.openedAt >= this.rule.openFor) return 'half_open'
    return this.#state
  }

  /** Whether one more attempt may be made. Asking changes nothing. */
  allows(now: number): boolean {
    const state = this.state(now)
    if (state === 'half_open') return this.#state === 'open' || this.#probing + this.#proven < this.rule.probes
    return state === 'closed'
  }

  /** An attempt that was allowed is made. In half-open it is a probe. */
  attempt(now: number): void {
    if (this.state(now) !== 'half_open') return
    this.#enterHalfOpen()
    this.#probing++
  }

  /** An attempt succeeded. */
  succeed(now: number): void {
    if (this.state(now) !== 'half_open') return
    this.#enterHalfOpen()
    if (this.#probing > 0) this.#probing--
    this.#proven++
    if (this.#proven >= this.rule.probes) this.reset()
  }

  /** An attempt failed, or something happened that counts as a failure. */
  fail(now: number): void {
    const state = this.state(now)
    if (state === 'open') return
    if (state === 'half_open') {
      this.trip(now)
      return
    }
    const oldest = this.#failures[this.#next === this.#failures.length - 1 ? 0 : this.#next + 1]!
    this.#failures[this.#next] = now
    this.#next = (this.#next + 1) % this.#failures.length
    const first = this.#failures.length === 1 ? now : oldest
    if (now - first < this.rule.window) this.trip(now)
  }

  /** An attempt ended without telling anything: its probe is free again. */
  abandon(now: number): void {
    if (this.state(now) === 'half_open' && this.#probing > 0) this.#probing--
  }

  /** Opens it at once, or keeps an open one open for the whole time again. */
  trip(now: number): void {
    if (this.#state !== 'open') this.opened++
    this.#state = 'open'
    this.openedAt = now
    this.#probing = 0
    this.#proven = 0
    this.#failures.fill(Number.NEGATIVE_INFINITY)
  }

  /** Closes it: what made it open is over. */
  reset(): void {
    this.#state = 'closed'
    this.#probing = 0
    this.#proven = 0
    this.#failures.fill(Number.NEGATIVE_INFINITY)
  }

  #enterHalfOpen(): void {
    if (this.#state !== 'open') return
    this.#state = 'half_open'
    this.#probing = 0
    this.#proven = 0
  }
}
