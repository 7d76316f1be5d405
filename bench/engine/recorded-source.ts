import type { MarketSource } from '@velocimex/core/engine/market-source'
import { EventRecord, Records } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { findVenue } from '@velocimex/venues/venues'
import { rawMessages } from '../recordings.ts'

const venue = findVenue('binance-spot')!.members[0]
/** Microseconds between two frames, so that a market is over in a minute or so. */
/** Microseconds; as large as instants are, because a small integer is never boxed. */
const START = 1_786_310_818_219_000
const STEP = 1000
const BUFFER = 16 << 20

/** The frames of a recorded market in the buffer of a codec: depth, trades and best quotes of one instrument. */
export function recordedFrames() {
  const frames = rawMessages('binance-spot/btcusdt-2024-08-08.jsonl.gz', '"stream"')
  const grids = venue.inferGrids()
  for (const raw of frames) grids.learn(raw)
  const table = new InstrumentTable(grids.instruments())
  const codec = venue.makeCodec(table, BUFFER, 4096, 0)
  const bytes = Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset, BUFFER)
  let end = 0
  const places = frames.map(raw => {
    const from = end
    end += bytes.write(raw, from) + 1 // Behind each frame stands a byte for its sentinel.
    return [from, end - 1] as const
  })
  if (end >= BUFFER) throw new Error(`the frames have more than ${BUFFER} bytes`)
  return { frames, table, codec, places }
}

/** The same market as records. */
export function recordedRecords() {
  const { table, codec, places } = recordedFrames()
  const records = new Records(places.length * 8)
  let count = 0
  for (const [at, [from, to]] of places.entries()) {
    if (codec.decode(from, to, START + at * STEP, 0) < 0) throw new Error(`frame ${at} was refused`)
    records.copy(codec.batch, 0, codec.batch.count, count)
    count += codec.batch.count
  }
  return { table, records, count }
}

/** Records as a source of the engine. */
export class RecordedSource implements MarketSource {
  readonly record: EventRecord
  sequence = 0
  at = Number.POSITIVE_INFINITY
  readonly #count: number

  constructor(records: Records, count: number) {
    this.record = new EventRecord(records)
    this.#count = count
    if (count > 0) this.at = this.record.at(0).receiveTime
  }

  advance(): void {
    this.sequence++
    this.at = this.sequence < this.#count ? this.record.at(this.sequence).receiveTime : Number.POSITIVE_INFINITY
  }
}
