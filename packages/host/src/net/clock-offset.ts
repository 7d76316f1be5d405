import { assert } from '@velocimex/core/assert'

/** A venue's clock, asked once. Instants in microseconds. */
interface Sample {
  readonly offset: number
  readonly roundTrip: number
  readonly at: number
}

const SAMPLES = 8
const AGE_MAX_US = 15 * 60_000_000
const ALARM_US = 500_000

/**
 * How far a venue's clock is ahead of ours, by the answers to questions for the time: the venue read its clock somewhere
 * between sending and receiving, the middle is wrong by at most half the round trip, and so the quickest of the last
 * answers knows best (Cristian, "Probabilistic clock synchronization", 1989).
 */
export class ClockOffset {
  #samples: Sample[] = []

  /** An answer came. @param venueAt what the venue's clock said; all in microseconds */
  sample(sentAt: number, venueAt: number, receivedAt: number): void {
    assert(receivedAt >= sentAt, 'an answer comes after its question', receivedAt)
    const roundTrip = receivedAt - sentAt
    this.#samples = this.#samples.filter(({ at }) => receivedAt - at <= AGE_MAX_US).slice(1 - SAMPLES)
    this.#samples.push({ offset: Math.round(venueAt - (sentAt + receivedAt) / 2), roundTrip, at: receivedAt })
  }

  /** Microseconds to add to our clock for the venue's; 0 before the first answer. */
  get offset(): number {
    return this.#best?.offset ?? 0
  }

  /** How far the offset may be wrong, in microseconds; Infinity before the first answer. */
  get uncertainty(): number {
    return this.#best === undefined ? Number.POSITIVE_INFINITY : Math.ceil(this.#best.roundTrip / 2)
  }

  /** Whether the clocks differ by more than half a second: somebody is to be told, and signatures may be refused. */
  get isAlarming(): boolean {
    return Math.abs(this.offset) > ALARM_US
  }

  get #best(): Sample | undefined {
    let best: Sample | undefined
    for (const sample of this.#samples) if (best === undefined || sample.roundTrip <= best.roundTrip) best = sample
    return best
  }
}
