import { FrameKind, type MarketCodec, Refusal, SLACK, type UpdateIds } from '@velocimex/core/feed/market-codec'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { NameTable } from '../wire/name-table.ts'
import { FastFrames, MISS } from './fast-frames.ts'
import { Channel, type Dialect, type Frame } from './frame.ts'
import { PlainFrames } from './plain-frames.ts'

/** Stream names that are remembered; a connection carries at most 1,024. */
const STREAMS_MAX = 8192

/**
 * Market data of Binance, spot or USD-M: tries the fast reading and falls back to the plain one, which also gives every
 * refusal. A stream's name is learnt when its first frame has been read plainly.
 */
export class BinanceCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly #frame: Frame
  readonly #fast: FastFrames
  readonly #plain: PlainFrames
  readonly #streams = new NameTable(STREAMS_MAX)

  /**
   * @param bufferBytes longest frame; longer ones cannot be put into the buffer
   * @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  constructor(
    dialect: Dialect,
    venue: string,
    instruments: InstrumentTable,
    bufferBytes: number,
    maxLevels: number,
    source: number,
  ) {
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    const stamp = { source, venueTime: 0, venueNanos: 0, receivedAt: 0, receivedNanos: 0 }
    this.#frame = { batch: this.batch, stamp, ids: { first: -1, last: -1, previous: -1 }, instrument: -1 }
    const symbols = new NameTable(Math.max(16, instruments.all.length))
    for (const { venue: of, symbol, index } of instruments.all) if (of === venue) symbols.add(symbol, index)
    this.#fast = new FastFrames(dialect, this.buffer, this.#frame, instruments, symbols, this.#streams)
    this.#plain = new PlainFrames(dialect, venue, this.#frame, instruments)
  }

  get instrument(): number {
    return this.#frame.instrument
  }

  get ids(): UpdateIds {
    return this.#frame.ids
  }

  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    if (to - from > this.buffer.length - SLACK) return Refusal.tooLarge
    const after = this.#begin(to, receivedAt, receivedNanos)
    const kind = this.#fast.socket(from, to)
    this.buffer[to] = after
    return kind === MISS ? this.#readPlainly(from, to) : kind
  }

  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to - from > this.buffer.length - SLACK) return Refusal.tooLarge
    const after = this.#begin(to, receivedAt, receivedNanos)
    const read = this.#fast.snapshot(from, to, instrument)
    this.buffer[to] = after
    return read ? FrameKind.snapshot : this.#plain.snapshot(this.buffer, from, to, instrument)
  }

  /** Puts the sentinel behind the frame: a zero is no digit, no quote and no bracket, so nothing walks past it. */
  #begin(to: number, receivedAt: number, receivedNanos: number): number {
    const { stamp } = this.#frame
    stamp.receivedAt = receivedAt
    stamp.receivedNanos = receivedNanos
    this.batch.count = 0
    const after = this.buffer[to]!
    this.buffer[to] = 0
    return after
  }

  #readPlainly(from: number, to: number): number {
    const plain = this.#plain
    const kind = plain.socket(this.buffer, from, to)
    const known = plain.channel !== Channel.none && plain.channel !== Channel.other
    if (kind > 0 && known) this.#streams.add(plain.stream, this.instrument * 8 + plain.channel)
    return kind
  }
}
