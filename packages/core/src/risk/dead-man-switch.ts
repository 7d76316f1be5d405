import { assert } from '../assert.ts'

/** What happens when nobody says any more that he is alive. */
export type DeadManAction = 'cancel_all' | 'emergency_stop'

/** What a dead-man switch makes others do. */
export interface DeadManActions {
  /** Once for every silence. */
  expired(action: DeadManAction, source: string, silentFor: number): void
}

/** One who must be heard: an operator's screen, a supervisor. Durations in microseconds. */
export interface DeadManRule {
  readonly source: string
  readonly timeout: number
  readonly action: DeadManAction
}

interface Watched {
  readonly rule: DeadManRule
  heardAt: number
  isArmed: boolean
  hasExpired: boolean
}

/**
 * The operator's dead-man switch: who has armed it must be heard again within the timeout, or orders are canceled. A beat
 * after that arms it again, and undoes nothing: a stop that was engaged is released like any other.
 */
export class DeadManSwitch {
  readonly #actions: DeadManActions
  readonly #watched = new Map<string, Watched>()

  /** @param rules one for each source; nobody else can arm the switch */
  constructor(rules: readonly DeadManRule[], actions: DeadManActions) {
    this.#actions = actions
    for (const rule of rules) {
      assert(Number.isSafeInteger(rule.timeout) && rule.timeout > 0, 'a timeout is positive', rule.timeout)
      assert(!this.#watched.has(rule.source), 'a source has one rule', rule.source)
      this.#watched.set(rule.source, { rule, heardAt: 0, isArmed: false, hasExpired: false })
    }
  }

  /** A sign of life; the first one arms the switch. False when the source has no rule. */
  beat(source: string, now: number): boolean {
    const watched = this.#watched.get(source)
    if (watched === undefined) return false
    watched.heardAt = now
    watched.isArmed = true
    watched.hasExpired = false
    return true
  }

  /** A source leaves in good order and is not waited for. False when it has no rule. */
  disarm(source: string): boolean {
    const watched = this.#watched.get(source)
    if (watched === undefined) return false
    watched.isArmed = false
    return true
  }

  /** Acts for every source that has been silent too long. Call it at least every quarter of the shortest timeout. */
  tick(now: number): void {
    for (const watched of this.#watched.values()) {
      const { rule, heardAt, isArmed, hasExpired } = watched
      if (!isArmed || hasExpired || now - heardAt < rule.timeout) continue
      watched.hasExpired = true
      this.#actions.expired(rule.action, rule.source, now - heardAt)
    }
  }

  /** Whether any source is silent: then nobody may go on saying that all is well. */
  get hasExpired(): boolean {
    for (const { isArmed, hasExpired } of this.#watched.values()) if (isArmed && hasExpired) return true
    return false
  }

  /** Microseconds that a source still has; undefined while it is not armed. */
  remaining(source: string, now: number): number | undefined {
    const watched = this.#watched.get(source)
    return watched?.isArmed === true ? Math.max(0, watched.heardAt + watched.rule.timeout - now) : undefined
  }
}
