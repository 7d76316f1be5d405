import { EventRecord, Flag, Kind } from '@velocimex/core/market/event-record'
import { markLast } from '../wire/frame-reader.ts'
import { type Frame, toMicros } from './frame.ts'
import { ASK, ASK_LOTS, FIRST, ID, LAST, LOTS, MAKER, PRICE, TIME } from './frame-literals.ts'

/** Writes the record of a trade or a best quote from the numbers that the fast reading left in its slots. */
export class FrameRecords {
  readonly #frame: Frame
  readonly #record: EventRecord

  constructor(frame: Frame) {
    this.#frame = frame
    this.#record = new EventRecord(frame.batch)
  }

  /** A trade. `m` true says that the buyer was the maker: the aggressor sold. @param mark further flags */
  trade(slots: Float64Array, trades: number, mark: number): boolean {
    const { batch, stamp, instrument } = this.#frame
    const flags = mark | Flag.last | (slots[MAKER] === 1 ? 0 : Flag.aggressorBuy)
    this.#record
      .at(0)
      .write(Kind.trade, flags, stamp.source, instrument, toMicros(slots[TIME]!), stamp.receivedAt)
      .lanes(slots[PRICE]!, slots[LOTS]!, slots[ID]!, trades === 1 ? slots[ID]! : slots[FIRST]!)
      .nanos(0, stamp.receivedNanos)
      .withExtra(trades)
    batch.count = 1
    return this.ids(-1, -1, -1)
  }

  /** A best quote. @param venueTime microseconds, 0 when the venue sends none */
  quote(slots: Float64Array, venueTime: number): boolean {
    const { batch, stamp, instrument } = this.#frame
    this.#record
      .at(0)
      .write(Kind.quote, Flag.last, stamp.source, instrument, venueTime, stamp.receivedAt)
      .lanes(slots[PRICE]!, slots[LOTS]!, slots[ASK]!, slots[ASK_LOTS]!)
      .nanos(0, stamp.receivedNanos)
    batch.count = 1
    return this.ids(-1, slots[LAST]!, -1)
  }

  /** Sets the frame's ids and marks its last record. Always true, so that it can end a chain of readings. */
  ids(first: number, last: number, previous: number): true {
    const { ids } = this.#frame
    ids.first = first
    ids.last = last
    ids.previous = previous
    markLast(this.#frame.batch)
    return true
  }
}
