interface Asking {
  tries: number
  dueAt: number
  isMissing: boolean
}

/** How acknowledgements are waited for. */
export interface AckRule {
  /** Milliseconds that a venue has to acknowledge; 0 when it does not, and asking is having. */
  readonly ackMs: number
  /** How often a topic is asked for at that pace; afterwards it counts as missing and is asked for every `lateMs`. */
  readonly ackTries: number
  /** Milliseconds between later tries. */
  readonly lateMs: number
}

/** What one connection has asked its venue for, and what the venue has acknowledged. No I/O, no clock. */
export class Subscriptions {
  readonly #rule: AckRule
  readonly #asking = new Map<string, Asking>()
  readonly #held = new Set<string>()
  #nextAt = Number.POSITIVE_INFINITY

  constructor(rule: AckRule) {
    this.#rule = rule
  }

  /** Topics acknowledged. */
  get held(): number {
    return this.#held.size
  }

  /** Whether every topic asked for is acknowledged. */
  get isComplete(): boolean {
    return this.#asking.size === 0
  }

  /** When to ask `overdue` next, in microseconds: not later than the first acknowledgement is overdue. */
  get nextAt(): number {
    return this.#asking.size === 0 ? Number.POSITIVE_INFINITY : this.#nextAt
  }

  /** Topics asked for as often as the rule says, and not acknowledged even then. */
  get missing(): string[] {
    return [...this.#asking].filter(([, { isMissing }]) => isMissing).map(([topic]) => topic)
  }

  /** Whether a topic was asked for and is not acknowledged yet. */
  isAsking(topic: string): boolean {
    return this.#asking.has(topic)
  }

  /** These are being asked for now. */
  ask(topics: readonly string[], now: number): void {
    const dueAt = now + this.#rule.ackMs * 1000
    this.#nextAt = this.isComplete ? dueAt : Math.min(this.#nextAt, dueAt)
    for (const topic of topics) {
      this.#held.delete(topic)
      if (this.#rule.ackMs === 0) this.#held.add(topic)
      else this.#asking.set(topic, { tries: 1, dueAt, isMissing: false })
    }
  }

  /** These are no longer wanted. */
  drop(topics: readonly string[]): void {
    for (const topic of topics) {
      this.#asking.delete(topic)
      this.#held.delete(topic)
    }
  }

  /** The venue acknowledged a topic. One that nobody asked for is left out. @returns whether it was awaited */
  acknowledge(topic: string): boolean {
    if (!this.#asking.delete(topic)) return false
    this.#held.add(topic)
    return true
  }

  /** Topics whose acknowledgement is overdue at an instant: they are to be asked for again now. */
  overdue(now: number): string[] {
    const late = [...this.#asking].filter(([, { dueAt }]) => now >= dueAt)
    for (const [, asking] of late) {
      asking.isMissing = asking.tries++ >= this.#rule.ackTries
      asking.dueAt = now + (asking.isMissing ? this.#rule.lateMs : this.#rule.ackMs) * 1000
    }
    this.#nextAt = Number.POSITIVE_INFINITY
    for (const { dueAt } of this.#asking.values()) this.#nextAt = Math.min(this.#nextAt, dueAt)
    return late.map(([topic]) => topic)
  }
}
