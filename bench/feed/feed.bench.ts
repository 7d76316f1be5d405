import { Random } from '@velocimex/core/clock/random'
import { Conflation } from '@velocimex/core/feed/conflation'
import { MergeFeeds } from '@velocimex/core/feed/merge-feeds'
import { ClearReason, Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, type RecordSink, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { MarketFeeds } from '@velocimex/trader/market/market-feeds'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'feed'

const INSTRUMENTS = 20
const MESSAGES = 20_000
const LEVELS = 6
const PRICES = 200

/** Messages of six levels around a price, over twenty instruments, and a whole book of each. */
class Tape {
  readonly records = new Records(MESSAGES * LEVELS)
  readonly whole = new Records(INSTRUMENTS * 2)

  constructor() {
    const random = new Random(11)
    const record = new EventRecord(this.records)
    for (let message = 0; message < MESSAGES; message++) {
      const instrument = random.below(INSTRUMENTS)
      for (let level = 0; level < LEVELS; level++) {
        const offset = 1 + random.below(PRICES)
        const flags = (level % 2 === 0 ? Flag.bid : 0) | (level === LEVELS - 1 ? Flag.last : 0)
        record.at(message * LEVELS + level).write(Kind.level, flags, 0, instrument, 0, message)
        record.lanes(1_000_000 + (level % 2 === 0 ? -offset : offset), random.below(5), 0, 0)
      }
    }
    const whole = new EventRecord(this.whole)
    for (let instrument = 0; instrument < INSTRUMENTS; instrument++) {
      whole
        .at(2 * instrument)
        .write(Kind.clear, Flag.snapshot, 0, instrument, 0, 1)
        .lanes(1, ClearReason.snapshot, 0, 0)
      whole
        .at(2 * instrument + 1)
        .write(Kind.level, Flag.bid | Flag.last, 0, instrument, 0, 1)
        .lanes(999_999, 1, 1, 0)
    }
  }

  /** Numbers every message anew, from a number upward: the same tape is news again. */
  number(from: number): void {
    const { f64 } = this.records
    for (let slot = 0; slot < MESSAGES * LEVELS; slot++) f64[slot * 8 + 6] = from + Math.floor(slot / LEVELS)
  }
}

class Counted implements RecordSink {
  records = 0
  append(_: Records, from: number, to: number): void {
    this.records += to - from
  }
}

const row = (question: string, unit: string, samples: readonly number[], most: number): BenchRow => ({
  ...{ question, ours: median([...samples]), unit, samples },
  ...{ target: `<= ${most} ${unit}`, met: median([...samples]) <= most },
})

/** Measures what lies between a codec and a consumer: the merge of two lines, the feeds, a slow consumer's conflation. */
export async function run(): Promise<BenchRow[]> {
  const tape = new Tape()
  const told = new Counted()
  let number = 2

  const merge = new MergeFeeds(told, { instruments: INSTRUMENTS, isNumbered: true, silenceUs: 1e12 })
  for (const source of [0, 1] as const) merge.take(source, tape.whole, 0, tape.whole.capacity)
  const merged = (): void => {
    tape.number((number += MESSAGES))
    for (let at = 0; at < tape.records.capacity; at += LEVELS) {
      merge.take(0, tape.records, at, at + LEVELS)
      merge.take(1, tape.records, at, at + LEVELS)
    }
  }
  const numbered = (): void => tape.number((number += MESSAGES))

  const instruments = Array.from({ length: INSTRUMENTS }, (_, index) => ({ index, venue: 'x' }) as Instrument)
  const source = {
    ...{ follow: () => true, unfollow: () => true, isLive: () => true, offers: () => true, resyncBook: () => {} },
  }
  const feedsWith = (channels: readonly ('book' | 'metrics')[]): MarketFeeds => {
    const feeds = new MarketFeeds(new Map([['x', source]]), INSTRUMENTS)
    for (const instrument of instruments) feeds.subscribe(instrument, channels, told, 1)
    feeds.append(tape.whole, 0, tape.whole.capacity)
    return feeds
  }
  const through = (feeds: MarketFeeds) => (): void => {
    for (let at = 0; at < tape.records.capacity; at += LEVELS) feeds.append(tape.records, at, at + LEVELS)
  }

  const conflation = new Conflation(1 << 14, 1 << 10)
  const conflated = (): void => {
    for (let at = 0; at < tape.records.capacity; at += LEVELS) conflation.append(tape.records, at, at + LEVELS)
    if (conflation.drain(told).overrun) throw new Error('the room is too small')
  }

  const count = MESSAGES * LEVELS
  const samples = await interleave({
    merged: { count, work: merged },
    numbered: { count, work: numbered },
    books: { count, work: through(feedsWith(['book'])) },
    metrics: { count, work: through(feedsWith(['book', 'metrics'])) },
    conflated: { count, work: conflated },
  })
  if (merge.passed[1]! > 0 || merge.dropped[0]! > 0) throw new Error('the second line was not behind the first')
  // The messages are numbered anew for each run of the merge: that is no part of it.
  const overhead = median(samples.numbered)
  const pure = samples.merged.map(sample => sample - overhead)
  return [
    row('two lines merged: a level that both of them tell', 'ns/level', pure, 150),
    row('feeds: a level into the book that late consumers get, and to one consumer', 'ns/level', samples.books, 150),
    row(
      'the same, with spread, mid, microprice and imbalance behind each message of 6 levels',
      'ns/level',
      samples.metrics,
      300,
    ),
    row('a level for a slow consumer that drains every 20,000 messages', 'ns/level', samples.conflated, 500),
  ]
}
