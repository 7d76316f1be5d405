import { ClearReason, Kind, MarketStatus } from '../market/event-kind.ts'
import { EventRecord, Flag, type RecordSink, Records } from '../market/event-record.ts'
import { LeadingSource } from './leading-source.ts'
import { SeenIds } from './seen-ids.ts'

const SEEN_BITS = 8
/** What becomes of the message that is being read. */
const Verdict = { open: 0, pass: 1, drop: 2 } as const

/** What a merge must know of its sources. */
export interface MergeRules {
  /** How many instruments there are. */
  readonly instruments: number
  /** Whether the numbers of book changes are the venue's, the same on every connection: see `SequencingRule.connects`. */
  readonly isNumbered: boolean
  /** Microseconds of one source's silence while the other speaks, after which the other one leads. */
  readonly silenceUs: number
}

/**
 * Two feeds of one venue as one: each update of a book goes through once, from whichever source has it first.
 *
 * Each source is gapless by itself or says so with a clear (as `MarketFeed` does), its levels are absolute, and it hands
 * over one message whole before the other source speaks. Then a message (P, U] of a source that is in step may be put
 * upon any book between P and U, as long as it names every level that changed between them, or is the same for every
 * connection: one cut for each would leave out what came and went within its own P and U. A source that is lost is passed over in silence while the other is in step; when both
 * are lost the book is cleared. A snapshot counts only when it is newer than the book. Trades go through once by id, in
 * any order, among the last 2048 of an instrument; what has no number of its own (quotes, marks, bars) comes from the
 * source that leads, see `LeadingSource`.
 *
 * A venue may number anew. A source in step that goes back shows it: the book is then at its number, and the other source
 * has to send its book again. A source that reconnected does not show it; but then its changes stay older than the book
 * while nobody else has news, and after `silenceUs` of that the book is cleared, and wanted of both.
 *
 * A book without numbers comes from its leading source. Nobody can say where the other one stands: when the leading one
 * is lost the book is cleared, and the other has to send its own again.
 */
export class MergeFeeds {
  /** Records that were let through, and those that the other source had told before, by source. */
  readonly passed = [0, 0]
  readonly dropped = [0, 0]
  /** How often a book was found to be numbered anew. */
  renumbered = 0
  readonly #sink: RecordSink
  readonly #rules: MergeRules
  readonly #lead: LeadingSource
  readonly #bookId: Float64Array
  /** Number of a source's own last message; -1 for none. */
  readonly #at: readonly [Float64Array, Float64Array]
  readonly #isLive: readonly [Uint8Array, Uint8Array]
  readonly #verdict: readonly [Uint8Array, Uint8Array]
  /** When the first change since the last news came that was older than the book; 0 for none. */
  readonly #oldSince: Float64Array
  /** 1 where a clear went through, and the word that the book is out of step is still to come. */
  readonly #owed: Uint8Array
  readonly #seen: readonly SeenIds[]
  readonly #record = new EventRecord(new Records(1))
  readonly #control = new Records(2)
  readonly #made = new EventRecord(this.#control)
  #stalled = -1

  constructor(sink: RecordSink, rules: MergeRules) {
    const { instruments, silenceUs } = rules
    this.#sink = sink
    this.#rules = rules
    this.#lead = new LeadingSource(instruments, silenceUs)
    this.#bookId = new Float64Array(instruments).fill(-1)
    this.#at = [new Float64Array(instruments).fill(-1), new Float64Array(instruments).fill(-1)]
    this.#isLive = [new Uint8Array(instruments), new Uint8Array(instruments)]
    this.#verdict = [new Uint8Array(instruments), new Uint8Array(instruments)]
    this.#oldSince = new Float64Array(instruments)
    this.#owed = new Uint8Array(instruments)
    this.#seen = Array.from({ length: instruments }, () => new SeenIds(SEEN_BITS))
  }

  /** Whether any source has the book of an instrument. */
  isLive(instrument: number): boolean {
    return this.#isLive[0][instrument] === 1 || this.#isLive[1][instrument] === 1
  }

  /** Whether the book of a source is believed. One that is live by itself and not believed has to send its book again. */
  believes(source: 0 | 1, instrument: number): boolean {
    return this.#isLive[source][instrument] === 1
  }

  /** The update id that the merged book has reached; 0 without numbers, -1 while there is none. */
  bookId(instrument: number): number {
    return this.#bookId[instrument]!
  }

  /** How often the leading source of anything changed. */
  get switches(): number {
    return this.#lead.switches
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
      if (this.#stalled >= 0) this.#giveUp(source, record.receiveTime)
    }
    if (to > start) this.#sink.append(records, start, to)
  }

  #lets(source: 0 | 1, record: EventRecord): boolean {
    const { instrument, kind } = record
    if (kind === Kind.level) return this.#level(source, record)
    if (kind === Kind.clear) return this.#clear(source, record)
    if (kind === Kind.trade && record.lane2 > 0) {
      const id = (record.flags & Flag.aggregate) === 0 ? record.lane2 : -1 - record.lane2
      return this.#seen[instrument]!.add(id)
    }
    // That a source is out of step matters only when the book was cleared for it.
    if (kind === Kind.status && record.lane0 === MarketStatus.desynced) return this.#tells(instrument)
    return this.#lead.lets(source, record)
  }

  #tells(instrument: number): boolean {
    const isOwed = this.#owed[instrument] === 1
    this.#owed[instrument] = 0
    return isOwed
  }

  #level(source: 0 | 1, record: EventRecord): boolean {
    const { instrument } = record
    const verdicts = this.#verdict[source]
    const id = this.#rules.isNumbered ? record.lane2 : 0
    if (verdicts[instrument] === Verdict.open) verdicts[instrument] = this.#judge(source, record, id)
    const passes = verdicts[instrument] === Verdict.pass
    if (record.isLast) {
      verdicts[instrument] = Verdict.open
      this.#at[source][instrument] = id
      if (passes) this.#bookId[instrument] = id
    }
    return passes
  }

  #judge(source: 0 | 1, record: EventRecord, id: number): number {
    const { instrument } = record
    if (this.#isLive[source][instrument] === 0) return Verdict.drop
    if (id <= 0) return this.#lead.ofBook(instrument) === source ? Verdict.pass : Verdict.drop
    if (id < this.#at[source][instrument]!) this.#renumber(source, instrument)
    if (id > this.#bookId[instrument]!) {
      this.#oldSince[instrument] = 0
      return Verdict.pass
    }
    const since = this.#oldSince[instrument]!
    if (since === 0) this.#oldSince[instrument] = record.receiveTime
    else if (record.receiveTime - since >= this.#rules.silenceUs) this.#stalled = instrument
    return Verdict.drop
  }

  #clear(source: 0 | 1, record: EventRecord): boolean {
    const { instrument, lane1: reason } = record
    const id = this.#rules.isNumbered ? record.lane0 : 0
    if (reason !== ClearReason.snapshot) return this.#lost(source, instrument)
    if (this.#isLive[source][instrument] === 1 && id > 0 && id < this.#at[source][instrument]!)
      this.#renumber(source, instrument)
    const wasLive = this.isLive(instrument)
    if (!wasLive) this.#lead.follow(source, instrument)
    const isNews = !wasLive || (id > 0 ? id > this.#bookId[instrument]! : this.#lead.ofBook(instrument) === source)
    this.#isLive[source][instrument] = 1
    this.#at[source][instrument] = id
    this.#verdict[source][instrument] = record.isLast ? Verdict.open : isNews ? Verdict.pass : Verdict.drop
    if (!isNews) return false
    this.#oldSince[instrument] = 0
    this.#bookId[instrument] = id
    return true
  }

  /** A source in step has gone back in its numbers: they begin anew, and the other source's mean nothing beside them. */
  #renumber(source: 0 | 1, instrument: number): void {
    const other = source === 0 ? 1 : 0
    this.#distrust(other, instrument)
    this.#lead.follow(source, instrument)
    this.#bookId[instrument] = -1
    this.renumbered++
  }

  /** @returns whether the book has to be cleared: nobody else has it */
  #lost(source: 0 | 1, instrument: number): boolean {
    const other = source === 0 ? 1 : 0
    const wasLive = this.#isLive[source][instrument] === 1
    const wasLed = this.#lead.ofBook(instrument) === source
    this.#distrust(source, instrument)
    if (this.#isLive[other][instrument] === 1) {
      this.#lead.follow(other, instrument)
      if (this.#bookId[instrument]! > 0 || !wasLed) return false
      this.#distrust(other, instrument)
    } else if (!wasLive) return false
    this.#bookId[instrument] = -1
    this.#owed[instrument] = 1
    return true
  }

  #distrust(source: 0 | 1, instrument: number): void {
    this.#isLive[source][instrument] = 0
    this.#verdict[source][instrument] = Verdict.open
    this.#at[source][instrument] = -1
  }

  /** The book has stood still beside changes of other numbers: nobody knows it any more. */
  #giveUp(source: 0 | 1, at: number): void {
    const instrument = this.#stalled
    this.#stalled = -1
    this.#oldSince[instrument] = 0
    this.#distrust(0, instrument)
    this.#distrust(1, instrument)
    this.#bookId[instrument] = -1
    this.renumbered++
    const flags = Flag.synthetic | Flag.last
    this.#made.at(0).write(Kind.clear, flags, source, instrument, 0, at).lanes(0, ClearReason.gap, 0, 0)
    this.#made.at(1).write(Kind.status, flags, source, instrument, 0, at).lanes(MarketStatus.desynced, 0, 0, 0)
    this.#sink.append(this.#control, 0, 2)
  }
}
