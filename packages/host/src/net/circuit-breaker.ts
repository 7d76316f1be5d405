/** When a breaker opens, for how long, and what closes it. */
export interface BreakerRule {
  /** So many failures ... */
  readonly failures: number
  /** ... within so many milliseconds open it. */
  readonly withinMs: number
  /** Milliseconds for which nothing is let through. */
  readonly openMs: number
  /** Calls that are then let through, all of which must succeed. */
  readonly probes: number
}

/** Five failures in 30 s open for 30 s; three probes close. */
export const BREAKER_RULE: BreakerRule = { failures: 5, withinMs: 30_000, openMs: 30_000, probes: 3 }

/**
 *     closed --- failures within a time ---> open --- time ---> half_open --- all probes well ---> closed
 *                                             ^                     |
 *                                             +---- one fails ------+
 */
export type BreakerState = 'closed' | 'open' | 'half_open'

/**
 * Keeps a peer that fails from being asked again and again. Every call that was let in must be reported or taken back, once, with
 * the number it was let in under; what was let in before the last change of state says nothing about the present one.
 * Instants in microseconds.
 */
export class CircuitBreaker {
  readonly #rule: BreakerRule
  readonly #failedAt: number[] = []
  #state: BreakerState = 'closed'
  #epoch = 1
  #openedAt = 0
  /** When it was closed last and then opened; NaN while closed. */
  #troubledAt = Number.NaN
  #letIn = 0
  #succeeded = 0

  constructor(rule: BreakerRule = BREAKER_RULE) {
    this.#rule = rule
  }

  /** The state at an instant. */
  state(now: number): BreakerState {
    if (this.#state === 'open' && now - this.#openedAt >= this.#rule.openMs * 1000) this.#become('half_open')
    return this.#state
  }

  /** Milliseconds since it was closed last; 0 while closed. Over 60,000 somebody is to be told. */
  troubledMs(now: number): number {
    return Number.isNaN(this.#troubledAt) ? 0 : (now - this.#troubledAt) / 1000
  }

  /** When a call may be let in again, as far as that is known now. */
  retryAt(now: number): number {
    return this.state(now) === 'open' ? this.#openedAt + this.#rule.openMs * 1000 : now
  }

  /** Asks for one call. @returns the number to report it under; 0 when it is not let in */
  enter(now: number): number {
    const state = this.state(now)
    if (state === 'open' || (state === 'half_open' && this.#letIn >= this.#rule.probes)) return 0
    this.#letIn++
    return this.#epoch
  }

  /** Reports a call that was let in. */
  exit(number: number, isGood: boolean, now: number): void {
    const state = this.state(now)
    if (number !== this.#epoch || state === 'open') return
    if (state === 'half_open') {
      if (!isGood) this.trip(now)
      else if (++this.#succeeded === this.#rule.probes) this.#become('closed')
      return
    }
    if (isGood) return
    this.#failedAt.push(now)
    if (this.#failedAt.length > this.#rule.failures) this.#failedAt.shift()
    const isFull = this.#failedAt.length === this.#rule.failures
    if (isFull && now - this.#failedAt[0]! < this.#rule.withinMs * 1000) this.trip(now)
  }

  /** Takes back a call that was let in and then not made: it says nothing about the peer. */
  withdraw(number: number, now: number): void {
    if (this.state(now) === 'half_open' && number === this.#epoch) this.#letIn--
  }

  /** Opens at once: one failure that says enough, such as a signature that is refused. */
  trip(now: number): void {
    if (Number.isNaN(this.#troubledAt)) this.#troubledAt = now
    this.#openedAt = now
    this.#become('open')
  }

  #become(state: BreakerState): void {
    this.#state = state
    this.#epoch++
    this.#letIn = 0
    this.#succeeded = 0
    this.#failedAt.length = 0
    if (state === 'closed') this.#troubledAt = Number.NaN
  }
}
