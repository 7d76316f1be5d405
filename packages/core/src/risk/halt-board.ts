import { ok, type Result, refuse } from '../result.ts'
import type { Actor } from './limit-book.ts'
import { covers, type Scope, scopeKey } from './limit-scope.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import type { RefusalFigures } from './risk-refusal.ts'

/** A halt of entries: who is halted, by what, and why. */
export interface Halt {
  readonly scope: Scope
  /** What halted: `emergency stop`, `reconciliation`. One cause halts a scope once, and only it can lift it. */
  readonly cause: string
  readonly reason: string
  readonly since: number
}

/** The cause under which the emergency stop halts. */
export const STOP_CAUSE = 'emergency stop'

const HALTS_MAX = 10_000

/**
 * Every halt in force, by scope and cause. Entries go on when the last cause has been lifted: two things that halt trading
 * never lift each other's halt. Reducing is never halted.
 */
export class HaltBoard implements OrderGuard {
  readonly #account: string
  readonly #venueOf: (instrument: number) => string
  readonly #halts = new Map<string, Halt>()

  /** @param venueOf venue of an instrument by its index */
  constructor(account: string, venueOf: (instrument: number) => string) {
    this.#account = account
    this.#venueOf = venueOf
  }

  /** Halts in force, oldest first. */
  get halts(): readonly Halt[] {
    return [...this.#halts.values()]
  }

  /**
   * Halts a scope. Beyond 10,000 halts the whole platform is halted instead, because nobody could tell them apart.
   * @returns false when this cause halts it already
   */
  halt(scope: Scope, cause: string, reason: string, now: number): boolean {
    if (this.#halts.size >= HALTS_MAX && scopeKey(scope) !== scopeKey({})) return this.halt({}, cause, reason, now)
    const key = `${scopeKey(scope)} ${cause}`
    if (this.#halts.has(key)) return false
    this.#halts.set(key, { scope, cause, reason, since: now })
    return true
  }

  /** Lifts one cause's halt of a scope. False when there is none. */
  lift(scope: Scope, cause: string): boolean {
    return this.#halts.delete(`${scopeKey(scope)} ${cause}`)
  }

  /**
   * Lifts a halt that waits for a person: an admin with a second factor, who says why. The emergency stop is lifted by
   * its release and by nothing else.
   */
  liftBy(
    actor: Actor,
    scope: Scope,
    cause: string,
    reason: string,
  ): Result<true, 'not_permitted' | 'no_reason' | 'not_halted'> {
    if (actor.role !== 'admin' || !actor.hasSteppedUp || cause === STOP_CAUSE) return refuse('not_permitted')
    if (reason.trim() === '') return refuse('no_reason')
    return this.lift(scope, cause) ? ok(true) : refuse('not_halted')
  }

  /** The first halt that covers the wish. */
  refusal({ order: { instrument, strategy } }: Wish): RefusalFigures | undefined {
    if (this.#halts.size === 0) return undefined
    const subject = { account: this.#account, venue: this.#venueOf(instrument), instrument, strategy }
    for (const { scope, cause, reason } of this.#halts.values())
      if (covers(scope, subject))
        return { reason: 'halted', name: `${cause}: ${reason}`, scope, value: 0, would: 0, limit: 0, unit: '' }
    return undefined
  }

  /** Halts count nothing. */
  onApproved(): void {}

  /** Halts count nothing. */
  onSettled(): void {}
}
