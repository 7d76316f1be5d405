import { assert } from '../assert.ts'
import {
  ClearReason,
  EventRecord,
  Flag,
  Kind,
  MarketStatus,
  type RecordSink,
  type Records,
} from '../market/event-record.ts'
import { SeenIds } from './seen-ids.ts'

const SEEN_BITS = 8
/** What becomes of the message that is being read. */
const Verdict = { open: 0, pass: 1, drop: 2 } as const

/**
 * Two feeds of one venue as one: each update of a book goes through once, from whichever source has it first.
 *
 * Each source is gapless by itself or says so with a clear (as `MarketFeed` does), its levels are absolute, and it hands
 * over one message whole before the other source speaks. Then a message (P, U] of a source that is in step may be put
 * upon any book between P and U. A source that is lost is passed over in silence while the other is in step; when both
 * are lost the book is cleared. A snapshot counts only when it is newer than the book. Trades go through once by id, in
 * any order, among the last 2048 of an instrument; what has no number of its own (quotes, marks, bars, books without
 * update ids) comes from the leading source, which changes when it is lost or silent.
 */
export class MergeFeeds {
  /** Records that were let through, and those that the other source had told before, by source. */
  readonly passed = [0, 0]
  readonly dropped = [0, 0]
  /** How often the leading source of an instrument changed. */
  switches = 0
  readonly #sink: RecordSink
  readonly #silence: number
  readonly #bookId: Float64Array
  readonly #isLive: readonly [Uint8Array, Uint8Array]
  readonly #heardAt: readonly [Float64Array, Float64Array]
  readonly #lead: Uint8Array
  readonly #verdict: readonly [Uint8Array, Uint8Array]
  readonly #seen: readonly SeenIds[]
  readonly #record: EventRecord

  /** @param instruments how many there are @param silenceUs after which the other source leads @param scratch any records */
  constructor(sink: RecordSink, instruments: number, silenceUs: number, scratch: Records) {
    assert(silenceUs > 0, 'silence is positive', silenceUs)
    this.#sink = sink
    this.#silence = silenceUs
    this.#record = new EventRecord(scratch)
    this.#bookId = new Float64Array(instruments).fill(-1)
    this.#isLive = [new Uint8Array(instruments), new Uint8Array(instruments)]
    this.#verdict = [new Uint8Array(instruments), new Uint8Array(instruments)]
    this.#heardAt = [new Float64Array(instruments), new Float64Array(instruments)]
    this.#lead = new Uint8Array(instruments)
    this.#seen = Array.from({ length: instruments }, () => new SeenIds(SEEN_BITS))
  }

  /** Whether any source has the book of an instrument. */
  isLive(instrument: number): boolean {
    return this.#isLive[0][instrument] === 1 || this.#isLive[1][instrument] === 1
  }

  /** The update id that the merged book has reached; -1 while there is none. */
  bookId(instrument: number): number {
    return this.#bookId[instrument]!
  }

  /** Takes the records [from, to) of source 0 or 1. */
  take(source: 0 | 1, records: Records, from: number, to: number): void {
    const record = this.#record.wrap(records)
    let start = from
    for (let slot = from; slot < to; slot++) {
      if (this.#lets(source, record.at(slot))) {
        this.passed[source]!++
        continue
      }
      this.dropped[source]!++
      if (slot > start) this.#sink.append(records, start, slot)
      start = slot + 1
    }
    if (to > start) this.#sink.append(records, start, to)
  }

  #lets(source: 0 | 1, record: EventRecord): boolean {
    const { instrument, kind } = record
    this.#heardAt[source][instrument] = record.receiveTime
    if (kind === Kind.level) return this.#level(source, record)
    if (kind === Kind.clear) return this.#clear(source, record)
    if (kind === Kind.trade) {
      const id = (record.flags & Flag.aggregate) === 0 ? record.lane2 : -1 - record.lane2
      return this.#seen[instrument]!.add(id)
    }
    // That a source is out of step matters only when none is in step.
    if (kind === Kind.status && record.lane0 === MarketStatus.desynced) return !this.isLive(instrument)
    return this.#leads(source, instrument)
  }

  #level(source: 0 | 1, record: EventRecord): boolean {
    const { instrument, lane2: id } = record
    const verdicts = this.#verdict[source]
    if (verdicts[instrument] === Verdict.open) {
      const isNews = id > 0 ? id > this.#bookId[instrument]! : this.#lead[instrument] === source
      verdicts[instrument] = isNews && this.#isLive[source][instrument] === 1 ? Verdict.pass : Verdict.drop
    }
    const passes = verdicts[instrument] === Verdict.pass
    if (record.isLast) {
      verdicts[instrument] = Verdict.open
      if (passes) this.#bookId[instrument] = id
    }
    return passes
  }

  #clear(source: 0 | 1, record: EventRecord): boolean {
    const { instrument, lane0: id, lane1: reason } = record
    if (reason !== ClearReason.snapshot) return this.#lost(source, instrument)
    const wasLive = this.isLive(instrument)
    const isOther = this.#lead[instrument] !== source
    this.#isLive[source][instrument] = 1
    const isNews = !wasLive || (id > 0 ? id > this.#bookId[instrument]! : !isOther)
    if (!wasLive && isOther) this.#follow(source, instrument)
    this.#verdict[source][instrument] = record.isLast ? Verdict.open : isNews ? Verdict.pass : Verdict.drop
    if (isNews && record.isLast) this.#bookId[instrument] = id
    return isNews
  }

  /** @returns whether the book has to be cleared: nobody else has it */
  #lost(source: 0 | 1, instrument: number): boolean {
    const other = source === 0 ? 1 : 0
    const wasLive = this.#isLive[source][instrument] === 1
    this.#isLive[source][instrument] = 0
    this.#verdict[source][instrument] = Verdict.open
    const wasLed = this.#lead[instrument] === source
    if (this.#isLive[other][instrument] === 1) {
      if (wasLed) this.#follow(other, instrument)
      if (this.#bookId[instrument]! > 0 || !wasLed) return false
      // Without numbers nobody can say where the other one stands: it has to send its book again.
      this.#isLive[other][instrument] = 0
    } else if (!wasLive) return false
    this.#bookId[instrument] = -1
    return true
  }

  #leads(source: 0 | 1, instrument: number): boolean {
    if (this.#lead[instrument] === source) return true
    const other = source === 0 ? 1 : 0
    const isSilent = this.#heardAt[source][instrument]! - this.#heardAt[other][instrument]! >= this.#silence
    const isNumbered = this.#bookId[instrument] !== 0
    if (isSilent && isNumbered) this.#follow(source, instrument)
    return isSilent && isNumbered
  }

  #follow(source: 0 | 1, instrument: number): void {
    this.#lead[instrument] = source
    this.switches++
  }
}
