import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { RecordWriter } from '../wire/record-writer.ts'
import { Slot } from './frame-places.ts'

/** Decimals of marks in their records. */
export const MARK_DECIMALS = 8
/** Decimals of rates in their records. */
export const RATE_DECIMALS = 12

/** What a ticker becomes, whose numbers lie in the slots: a quote, and as the next part the mark, with the funding if any. */
export class TickerRecords {
  /** Whether the mark is still to come. */
  hasNext = false
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  #instrument = -1
  #hasFunding = false

  constructor(batch: RecordBatch, writer: RecordWriter) {
    this.#batch = batch
    this.#writer = writer
  }

  /** Leaves the first part in the batch. Returns what it is, or a refusal. */
  write(instrument: number, hasQuote: boolean, hasMark: boolean, hasFunding: boolean): number {
    if (this.#batch.capacity < 2) return Refusal.tooLarge
    this.#instrument = instrument
    this.#hasFunding = hasFunding
    if (!hasQuote) return hasMark ? this.next() : FrameKind.control
    this.hasNext = hasMark
    this.#writer.append(Kind.quote, 0, instrument, Slot.time, 0, Slot.bid)
    return FrameKind.quote
  }

  /** Leaves the mark in the batch. */
  next(): number {
    this.hasNext = false
    this.#batch.count = 0
    this.#writer.append(Kind.mark, 0, this.#instrument, Slot.time, 0, Slot.mark)
    if (this.#hasFunding) this.#writer.append(Kind.funding, 0, this.#instrument, Slot.time, 0, Slot.rate)
    return FrameKind.mark
  }
}
