import { MergeFeeds } from '@velocimex/core/feed/merge-feeds'
import { ClearReason, Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, Records } from '@velocimex/core/market/event-record'
import type { BenchRow } from '../bench-row.ts'
import { recordedRecords } from '../engine/recorded-source.ts'
import { median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'feed-merge'

const SAMPLES = 25
const WARM = 10
/** Nanoseconds: less than half of what it costs to decode the shortest message. */
const MOST = 100

/** Measures two connections that tell the same market, message after message, made one. */
export function run(): BenchRow[] {
  const { records, count } = recordedRecords()
  const record = new EventRecord(records)
  const ends: number[] = []
  for (let slot = 0; slot < count; slot++) if (record.at(slot).isLast) ends.push(slot + 1)
  const book = new Records(1)
  new EventRecord(book).write(Kind.clear, Flag.last, 0, 0, 0, 1).lanes(1, ClearReason.snapshot, 0, 0)
  const samples = Array.from({ length: SAMPLES + WARM }, () => {
    let through = 0
    const sink = { append: (_: Records, from: number, to: number) => void (through += to - from) }
    const merge = new MergeFeeds(sink, { instruments: 1, isNumbered: true, silenceUs: 1e12 })
    for (const source of [0, 1] as const) merge.take(source, book, 0, 1)
    const start = performance.now()
    let from = 0
    for (const to of ends) {
      merge.take(0, records, from, to)
      merge.take(1, records, from, to)
      from = to
    }
    const nanos = ((performance.now() - start) * 1e6) / (2 * from)
    if (through !== from + 1) throw new Error(`${through} records came through of ${from} and a clear`)
    return nanos
  }).slice(WARM)
  const ours = median(samples)
  const question = 'two feeds as one: a record of either, taken or dropped'
  return [{ question, ours, unit: 'ns/record', samples, target: `<= ${MOST} ns`, met: ours <= MOST }]
}
