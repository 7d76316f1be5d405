import { assert } from '../assert.ts'
import { KIND_NAMES, Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'

const KINDS = KIND_NAMES.length

/**
 * Which of two sources speaks for an instrument where nothing is numbered. Each kind of record has its own: the one that
 * led goes on until it was silent for too long while the other spoke of that kind, or is found lost. What is a little
 * older by the venue's clock than what was told before is left out, so a change of source does not go back in time.
 */
export class LeadingSource {
  /** How often a leading source changed. */
  switches = 0
  readonly #silence: number
  readonly #lead: Uint8Array
  readonly #heardAt: readonly [Float64Array, Float64Array]
  readonly #toldAt: Float64Array

  /** @param instruments how many there are @param silenceUs microseconds of silence after which the other source leads */
  constructor(instruments: number, silenceUs: number) {
    assert(silenceUs > 0, 'silence is positive', silenceUs)
    this.#silence = silenceUs
    this.#lead = new Uint8Array(instruments * KINDS)
    this.#heardAt = [new Float64Array(instruments * KINDS), new Float64Array(instruments * KINDS)]
    this.#toldAt = new Float64Array(instruments * KINDS)
  }

  /** The source, 0 or 1, that speaks for the book. */
  ofBook(instrument: number): number {
    return this.#lead[instrument * KINDS + Kind.level]!
  }

  /** This source speaks for everything of an instrument from now on. */
  follow(source: 0 | 1, instrument: number): void {
    const from = instrument * KINDS
    if (this.#lead[from + Kind.level] !== source) this.switches++
    this.#lead.fill(source, from, from + KINDS)
  }

  /** Whether a record of a source goes through. */
  lets(source: 0 | 1, record: EventRecord): boolean {
    const { kind, receiveTime, venueTime } = record
    // A bar and its volume are told together.
    const at = record.instrument * KINDS + (kind === Kind.barVolume ? Kind.bar : kind)
    this.#heardAt[source][at] = receiveTime
    if (this.#lead[at] !== source) {
      const other = source === 0 ? 1 : 0
      if (receiveTime - this.#heardAt[other][at]! < this.#silence) return false
      this.#lead[at] = source
      this.switches++
    }
    const age = this.#toldAt[at]! - venueTime
    if (age > 0 && age < this.#silence && kind !== Kind.bar && kind !== Kind.barVolume) return false
    this.#toldAt[at] = venueTime
    return true
  }
}
