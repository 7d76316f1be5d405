import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag, I32_NANOS, RECORD_F64, RECORD_I32 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { CANDLE_SECONDS, Slot } from './frame-places.ts'

/** Makes the records of Coinbase's messages from the slots. Each method refuses when the batch is full. */
export class RecordMaker {
  readonly batch: RecordBatch
  readonly #slots: Float64Array
  readonly #writer: RecordWriter

  constructor(batch: RecordBatch, values: PlaceValues, writer: RecordWriter) {
    this.batch = batch
    this.#slots = values.slots
    this.#writer = writer
  }

  /** A level of the book, at `timeSlot`. */
  level(flags: number, instrument: number, timeSlot: number): number {
    return this.#append(Kind.level, flags, instrument, timeSlot, 0, Slot.levelPrice)
  }

  /** Fills the level records [from, to), whose price and quantity stand there already, at `timeSlot`. */
  levels(from: number, to: number, flags: number, instrument: number, timeSlot: number): void {
    this.#writer.levels(from, to, flags, instrument, timeSlot, Slot.updateId)
    const nanos = this.#slots[timeSlot + 1]!
    if (nanos === 0) return
    for (let row = from; row < to; row++) this.batch.i32[row * RECORD_I32 + I32_NANOS]! |= nanos
  }

  /** A trade; `isBuy` says that the aggressor bought. Zero lots are no trade. */
  trade(isBuy: boolean, flags: number, instrument: number): number {
    const slots = this.#slots
    if (slots[Slot.lots] === 0) return Refusal.badNumber
    const cut = slots[Slot.firstId] === 1 ? Flag.truncatedId : 0
    slots[Slot.firstId] = slots[Slot.id]!
    return this.#append(Kind.trade, flags | cut | (isBuy ? Flag.aggressorBuy : 0), instrument, Slot.time, 1, Slot.price)
  }

  /** The best bid and ask, sent at `Slot.sent` or `Slot.time`. */
  quote(instrument: number, timeSlot: number): number {
    return this.#append(Kind.quote, 0, instrument, timeSlot, 0, Slot.bid)
  }

  /** A candle that opened at `Slot.time`; the venue does not say when it is closed. */
  candle(flags: number, instrument: number): number {
    const refused = this.#append(Kind.bar, flags, instrument, Slot.time, CANDLE_SECONDS, Slot.open)
    return refused < 0
      ? refused
      : this.#append(Kind.barVolume, flags, instrument, Slot.sent, CANDLE_SECONDS, Slot.volume)
  }

  /** The state of a product. */
  status(instrument: number, timeSlot: number): number {
    return this.#append(Kind.status, 0, instrument, timeSlot, 0, Slot.state)
  }

  /** Turns the trades around that the venue sent newest first, from record `from` on: a tape runs forward. */
  oldestFirst(from: number): void {
    const { f64, count } = this.batch
    const first = from * RECORD_F64
    const last = (count - 1) * RECORD_F64
    const isNewestFirst =
      f64[first + 1]! > f64[last + 1]! || (f64[first + 1] === f64[last + 1] && f64[first + 6]! > f64[last + 6]!)
    if (!isNewestFirst) return
    for (let low = first, high = last; low < high; low += RECORD_F64, high -= RECORD_F64)
      for (let word = 0; word < RECORD_F64; word++) {
        const kept = f64[low + word]!
        f64[low + word] = f64[high + word]!
        f64[high + word] = kept
      }
  }

  #append(kind: Kind, flags: number, instrument: number, timeSlot: number, extra: number, laneSlot: number): number {
    const { batch } = this
    if (batch.count >= batch.capacity) return Refusal.tooLarge
    this.#writer.append(kind, flags, instrument, timeSlot, extra, laneSlot)
    batch.i32[(batch.count - 1) * RECORD_I32 + I32_NANOS]! |= this.#slots[timeSlot + 1]!
    return 0
  }
}
