import { Kind } from '@velocimex/core/market/event-kind'
import {
  F64_LANES,
  F64_RECEIVE_TIME,
  F64_VENUE_TIME,
  Flag,
  I32_EXTRA,
  I32_INSTRUMENT,
  I32_NANOS,
  RECORD_F64,
  RECORD_I32,
} from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Of64 = {
  record: RECORD_F64,
  venueTime: F64_VENUE_TIME,
  receiveTime: F64_RECEIVE_TIME,
  nanosAndExtra: I32_NANOS / 2,
  lanes: F64_LANES,
} as const
const Of32 = { record: RECORD_I32, instrument: I32_INSTRUMENT, nanos: I32_NANOS, extra: I32_EXTRA } as const

/**
 * Fills records from the slots of a message. Numbers are named by slot and not handed over, because a float64 argument
 * may be boxed on its way.
 */
export class RecordWriter {
  readonly #batch: RecordBatch
  readonly #slots: Float64Array
  readonly #source: number
  readonly #received = new Float64Array(1)
  /** Two pairs of the int32 words of a record, and the same bytes as float64: half as many stores as word by word. */
  readonly #words = new Int32Array(4)
  readonly #pairs = new Float64Array(this.#words.buffer)
  #receivedNanos = 0

  /** @param source connection number that the records carry, 0..65535 */
  constructor(batch: RecordBatch, slots: Float64Array, source: number) {
    this.#batch = batch
    this.#slots = slots
    this.#source = source
  }

  /** Sets the instant of receipt for the records to come. */
  receive(at: number, nanos: number): void {
    this.#received[0] = at
    this.#receivedNanos = nanos
  }

  /** Fills the level records [from, to), whose price and quantity stand there already. */
  levels(from: number, to: number, flags: number, instrument: number, timeSlot: number, idSlot: number): void {
    const { f64 } = this.#batch
    const time = this.#slots[timeSlot]!
    const updateId = this.#slots[idSlot]!
    const received = this.#received[0]!
    const words = this.#words
    words[0] = Kind.level | (flags << 8) | (this.#source << 16)
    words[1] = instrument
    words[2] = this.#receivedNanos << 16
    // The upper words, instrument and extra, are small: neither pair is a NaN, whose bits a store might change.
    const head = this.#pairs[0]!
    const nanosAndExtra = this.#pairs[1]!
    const end = to * Of64.record
    for (let f = from * Of64.record; f < end; f += Of64.record) {
      f64[f] = head
      f64[f + Of64.venueTime] = time
      f64[f + Of64.receiveTime] = received
      f64[f + Of64.nanosAndExtra] = nanosAndExtra
      f64[f + Of64.lanes + 2] = updateId
      f64[f + Of64.lanes + 3] = 0
    }
  }

  /** Appends a record that the batch has room for, its lanes taken from four slots in a row. */
  append(kind: Kind, flags: number, instrument: number, timeSlot: number, extra: number, laneSlot: number): void {
    const { f64, i32 } = this.#batch
    const slots = this.#slots
    const row = this.#batch.count++
    const f = row * Of64.record
    const i = row * Of32.record
    i32[i] = kind | (flags << 8) | (this.#source << 16)
    i32[i + Of32.instrument] = instrument
    f64[f + Of64.venueTime] = slots[timeSlot]!
    f64[f + Of64.receiveTime] = this.#received[0]!
    i32[i + Of32.nanos] = this.#receivedNanos << 16
    i32[i + Of32.extra] = extra
    f64[f + Of64.lanes] = slots[laneSlot]!
    f64[f + Of64.lanes + 1] = slots[laneSlot + 1]!
    f64[f + Of64.lanes + 2] = slots[laneSlot + 2]!
    f64[f + Of64.lanes + 3] = slots[laneSlot + 3]!
  }

  /** Marks the last record of the message. */
  markLast(): void {
    const { count, i32 } = this.#batch
    if (count > 0) i32[(count - 1) * Of32.record]! |= Flag.last << 8
  }
}
