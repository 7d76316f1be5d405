import { FrameKind as Kinds, Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { Flag as Flags } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { skipValue } from '../wire/json-walk.ts'
import { KeyOrder } from '../wire/key-order.ts'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import type { BookIds } from './book-reader.ts'
import { BookRows } from './book-rows.ts'
import { Slot as Slots } from './frame-places.ts'
import type { PlainChannel } from './plain-channel.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const FrameKind = Kinds
const Refusal = Refusals
const Flag = Flags
const Slot = Slots

const COMMA = 44
const OPEN = 123
const CLOSE = 125
const NULL = 0x6c6c756e
// Numbers of the keys. No object of constants whose keys are those of a message: where the same isolate parses such messages
// as JSON, the object may lose its hidden class and the code that reads it is never optimized again (measured).
const TYPE = 0
const TIME = 1
const PREVIOUS = 2
const INSTRUMENT = 3
const ID = 4
const BIDS = 5
const KEYS = ['type', 'timestamp', 'prev_change_id', 'instrument_name', 'change_id', 'bids', 'asks']
const ORDER = new KeyOrder(KEYS)
/** Depth at which the values of the data stand. */
const VALUE_DEPTH = 3
const ALL = (1 << KEYS.length) - 1
/** A whole book has no predecessor, or says that it has none. */
const OPTIONAL = 1 << PREVIOUS
const L = { change: new Literal('"change"'), snapshot: new Literal('"snapshot"') }

/** Reads the data of `book.{i}.{interval}` in one pass; see `PlainNotification`. */
export class PlainBook {
  readonly #values: PlaceValues
  readonly #channel: PlainChannel
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  readonly #rows: BookRows
  readonly #ids: BookIds

  /** @param ids to be left the ids of the book read */
  constructor(values: PlaceValues, channel: PlainChannel, batch: RecordBatch, writer: RecordWriter, ids: BookIds) {
    this.#values = values
    this.#channel = channel
    this.#batch = batch
    this.#writer = writer
    this.#rows = new BookRows(values, batch)
    this.#ids = ids
  }

  /** The object from `p` to `end`. Returns what it is, or a refusal. */
  read(p: number, end: number): number {
    const { numbers, slots } = this.#values
    const { bytes, view } = numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    let key = ORDER.start
    let seen = 0
    let bids = 0
    let asksAt = 0
    let isSnapshot = false
    let hasPrevious = false
    do {
      key = ORDER.find(view, p + 1, key)
      const { number } = key
      if (number < 0 || (seen & (1 << number)) !== 0) return Refusal.malformed
      seen |= 1 << number
      p += 1 + key.length
      switch (number) {
        case TYPE:
          isSnapshot = L.snapshot.isAt(view, p)
          if (!isSnapshot && !L.change.isAt(view, p)) return Refusal.malformed
          p += isSnapshot ? L.snapshot.length : L.change.length
          break
        case TIME:
          p = numbers.int(p, Slot.time)
          slots[Slot.time]! *= 1000
          break
        case PREVIOUS:
          hasPrevious = view.getInt32(p, true) !== NULL
          p = hasPrevious ? numbers.int(p, Slot.previous) : p + 4
          break
        case INSTRUMENT:
          p = this.#channel.named(p)
          break
        case ID:
          p = numbers.int(p, Slot.changeId)
          break
        case BIDS:
          p = this.#rows.read(p)
          bids = this.#batch.count
          break
        default:
          // The records of bids stand first: asks that were sent before them are read when all else has been.
          if ((seen & (1 << BIDS)) === 0) asksAt = p
          p = asksAt > 0 ? skipValue(bytes, p, VALUE_DEPTH) : this.#rows.read(p)
      }
      if (p < 0) return p
    } while (bytes[p] === COMMA)
    if (bytes[p] !== CLOSE || p + 1 !== end) return Refusal.malformed
    if ((seen | (isSnapshot ? OPTIONAL : 0)) !== ALL || hasPrevious === isSnapshot) return Refusal.malformed
    if (slots[Slot.time]! > Number.MAX_SAFE_INTEGER) return Refusal.badNumber
    if (asksAt > 0 && this.#rows.read(asksAt) < 0) return Refusal.malformed
    const { instrument } = this.#channel
    const flags = isSnapshot ? Flag.snapshot : 0
    this.#writer.levels(0, bids, flags | Flag.bid, instrument, Slot.time, Slot.changeId)
    this.#writer.levels(bids, this.#batch.count, flags, instrument, Slot.time, Slot.changeId)
    this.#ids.last = slots[Slot.changeId]!
    if (isSnapshot) return FrameKind.snapshot
    this.#ids.previous = slots[Slot.previous]!
    return FrameKind.depth
  }
}
