import type { DeskTiming } from './desk-timing.ts'

/**
 * What speaks for the venue never having had an order. It is absent only when authenticated questions about it, all
 * asked long enough after it was sent, did not find it several times, and the account's fills hold none of it.
 * A failed question is no evidence at all.
 */
export class AbsenceEvidence {
  readonly #sentAt: number
  readonly #timing: DeskTiming
  #misses = 0
  #lastMiss = Number.NEGATIVE_INFINITY
  #fillsAskedAt = Number.NEGATIVE_INFINITY

  /** @param sentAt our instant of sending */
  constructor(sentAt: number, timing: DeskTiming) {
    this.#sentAt = sentAt
    this.#timing = timing
  }

  /** A question asked at an instant did not find the order. */
  miss(askedAt: number): void {
    if (askedAt < this.#sentAt + this.#timing.propagation) return
    if (askedAt < this.#lastMiss + this.#timing.askEvery) return
    this.#lastMiss = askedAt
    this.#misses++
  }

  /** All fills, asked for at an instant, hold none of the order. */
  noFill(askedAt: number): void {
    this.#fillsAskedAt = Math.max(this.#fillsAskedAt, askedAt)
  }

  /** Whether the order was never there. */
  get isProven(): boolean {
    return this.#misses >= this.#timing.absentAnswers && this.#fillsAskedAt >= this.#sentAt + this.#timing.propagation
  }
}
