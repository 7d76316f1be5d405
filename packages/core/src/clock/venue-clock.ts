import type { Micros } from './micros.ts'

/** Resolution of the `Date` of an HTTP answer, and how late a server may be in renewing it. */
const DATE_WIDTH = 1_250_000
/** Two clocks may run apart by one part in so many. */
const DRIFT = 5_000

/**
 * How far a venue's clock is ahead of ours, from the dates of its answers. Each answer bounds the difference from both
 * sides: the venue wrote its date after the request had left and before the answer came. What all of them allow narrows
 * to some milliseconds within minutes, though each date is only whole seconds (the idea of K. Marzullo's intersection).
 */
export class VenueClock {
  #least = Number.NEGATIVE_INFINITY
  #most = Number.POSITIVE_INFINITY
  #heardAt = 0

  /**
   * Microseconds by which the venue's clock is certainly ahead of ours, negative when it is behind: the smallest difference
   * that is not disproved.
   */
  get skew(): number {
    return this.#least > 0 ? this.#least : Math.min(this.#most, 0)
  }

  /** The likeliest such difference: 0 while that is possible, else the middle of what is. */
  get offset(): number {
    return this.skew === 0 ? 0 : Math.round((this.#least + this.#most) / 2)
  }

  /**
   * Takes the date of an answer. One that fits nothing before it means that a clock has jumped, and it begins anew.
   * @param date text of the `Date` header; what is no date is passed over
   * @param sentAt when the request left, by our clock, microseconds
   * @param answeredAt when the head of the answer came
   */
  hear(date: string | undefined, sentAt: number, answeredAt: number): void {
    const venueAt = date === undefined ? Number.NaN : Date.parse(date) * 1000
    if (!Number.isFinite(venueAt)) return
    const drifted = Math.max(0, answeredAt - this.#heardAt) / DRIFT
    this.#heardAt = answeredAt
    const [least, most] = [venueAt - answeredAt, venueAt + DATE_WIDTH - sentAt]
    this.#least = Math.round(Math.max(this.#least - drifted, least))
    this.#most = Math.round(Math.min(this.#most + drifted, most))
    if (this.#least <= this.#most) return
    this.#least = least
    this.#most = most
  }

  /** The venue's instant at an instant of ours. */
  at(now: Micros): Micros {
    return (now + this.offset) as Micros
  }
}
