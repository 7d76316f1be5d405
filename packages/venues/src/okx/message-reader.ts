import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { F64_LANES, Flag, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FieldReader } from '../wire/field-reader.ts'
import type { FieldTable } from '../wire/field-table.ts'
import { skipBlanks } from '../wire/json-walk.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { CandleReader } from './candle-reader.ts'
import { Channel as Channels } from './channels.ts'
import type { ElementReader } from './element-reader.ts'
import { Lanes as AllLanes, BOOK, FUNDING, FUNDING_PAST, MARK, Slot as Slots, TICKER, TRADE } from './frame-fields.ts'
import type { InstrumentStates } from './instrument-states.ts'
import type { OrderRows } from './order-rows.ts'
import type { TextFields } from './text-fields.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Channel = Channels
const Lanes = AllLanes
const Slot = Slots

const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
/** Objects of the list `data` stand at this depth. */
const DEPTH = 2
/** Most trades that one record may sum: what its extra word holds. */
const TRADES_MAX = 0x7fffffff

const HAS = {
  checksum: BOOK.bit('checksum'),
  seqId: BOOK.bit('seqId'),
  prevSeqId: BOOK.bit('prevSeqId'),
  count: TRADE.bit('count'),
} as const

/** Update ids of the frame being decoded. */
export interface FrameIds {
  first: number
  last: number
  previous: number
}

/** What the `action` of a push says. */
export const Action = { none: 0, snapshot: 1, update: 2 } as const

/** Reads the list `data` of a push whose channel is known. `end` is then where the list ends. */
export class MessageReader {
  readonly ids: FrameIds = { first: -1, last: -1, previous: -1 }
  /** Position behind the list just read. */
  end = 0
  /** Whether the book just read came with a checksum; it stands in `Slot.checksum`. A checksum of 0 is none. */
  hasChecksum = false
  readonly #fields: FieldReader
  readonly #slots: Float64Array
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  readonly #rows: OrderRows
  readonly #texts: TextFields
  readonly #candles: CandleReader
  readonly #elements: ElementReader
  readonly #states: InstrumentStates

  constructor(
    fields: FieldReader,
    elements: ElementReader,
    texts: TextFields,
    rows: OrderRows,
    states: InstrumentStates,
    batch: RecordBatch,
    writer: RecordWriter,
  ) {
    this.#fields = fields
    this.#slots = fields.slots
    this.#batch = batch
    this.#writer = writer
    this.#rows = rows
    this.#texts = texts
    this.#states = states
    this.#elements = elements
    this.#candles = new CandleReader(texts, fields.numbers, batch, writer)
  }

  /** Index of the instrument of the message just read, -1 when it told none. */
  get instrument(): number {
    return this.#fields.instrument
  }

  /** Forgets the message before. */
  begin(): void {
    this.#batch.count = 0
    this.#fields.instrument = -1
    this.hasChecksum = false
    this.ids.first = this.ids.last = this.ids.previous = -1
  }

  /**
   * The list at `p`, which holds at least one element, and of books exactly one.
   * @param instrument of the push, -1 for the channel of instruments
   * @param seconds length of its bars
   * @returns a `FrameKind`, or the `Refusal`
   */
  read(channel: number, action: number, p: number, instrument: number, seconds: number): number {
    const isBook = channel === Channel.books
    // A book says whether it is whole or changed; nothing else says anything of the kind.
    if (isBook !== (action !== Action.none)) return isBook ? Refusal.missingField : Refusal.malformed
    const { bytes } = this.#fields.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    for (;;) {
      p = skipBlanks(bytes, p + 1)
      p = this.#element(channel, action, p, instrument, seconds)
      if (p < 0) return p
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      if (bytes[p] === CLOSE_LIST) break
      if (bytes[p] !== COMMA) return Refusal.malformed
      if (channel <= Channel.bbo) return Refusal.malformed // Two books in one frame.
    }
    this.end = p + 1
    const kind = this.#kind(channel, action)
    this.#writer.markLast()
    return kind
  }

  #element(channel: number, action: number, p: number, instrument: number, seconds: number): number {
    switch (channel) {
      case Channel.books:
      case Channel.books5:
      case Channel.bbo:
        return this.#book(channel, action, p, instrument)
      case Channel.trades:
      case Channel.tradesAll:
        return this.#trade(channel, p, instrument)
      case Channel.tickers:
        return this.#ticker(p, instrument)
      case Channel.candle:
        return this.#candle(p, instrument, seconds)
      case Channel.funding:
        return this.#funding(p, FUNDING, Slot.time, instrument)
      case Channel.fundingPast:
        return this.#funding(p, FUNDING_PAST, Slot.next, instrument)
      case Channel.mark:
        return this.#mark(p, instrument)
      default:
        return this.#states.read(p, DEPTH)
    }
  }

  #kind(channel: number, action: number): number {
    switch (channel) {
      case Channel.books:
        return action === Action.snapshot ? FrameKind.snapshot : FrameKind.depth
      case Channel.books5:
        return FrameKind.partialDepth
    }
    if (this.#batch.count === 0) return FrameKind.control
    switch (channel) {
      case Channel.bbo:
      case Channel.tickers:
        return FrameKind.quote
      case Channel.trades:
      case Channel.tradesAll:
        return FrameKind.trade
      case Channel.candle:
        return FrameKind.bar
      case Channel.instruments:
        return FrameKind.status
      default:
        return FrameKind.mark
    }
  }

  #book(channel: number, action: number, p: number, instrument: number): number {
    const { ids } = this
    const slots = this.#slots
    const end = this.#elements.book(p, instrument)
    if (end < 0) return end
    const { seen } = this.#elements
    const hasId = (seen & HAS.seqId) !== 0
    const checksum = (seen & HAS.checksum) === 0 ? 0 : slots[Slot.checksum]!
    if (checksum !== (checksum | 0)) return Refusal.badNumber
    if (channel === Channel.books) {
      // Books of before 2023 have no numbers: their checksums prove them. What has neither proves nothing.
      if (hasId !== ((seen & HAS.prevSeqId) !== 0)) return Refusal.missingField
      if (!hasId && checksum === 0) return Refusal.missingField
      if (hasId && slots[Slot.previous]! < -1) return Refusal.badNumber
      if (hasId) ids.previous = slots[Slot.previous]!
    }
    if (hasId) ids.last = slots[Slot.last]!
    this.hasChecksum = checksum !== 0
    if (channel === Channel.bbo) return this.#touch(end)
    slots[Slot.updateId] = hasId ? ids.last : 0
    this.#levels(action === Action.update ? 0 : Flag.snapshot)
    return end
  }

  /** Fills the level records of both sides, which stand in the order of the frame. */
  #levels(flags: number): void {
    const slots = this.#slots
    const { instrument } = this.#fields
    const { f64, count } = this.#batch
    const { orders } = this.#rows
    const writer = this.#writer
    writer.levels(slots[Slot.bids]!, slots[Slot.bids + 1]!, flags | Flag.bid, instrument, Slot.time, Slot.updateId)
    writer.levels(slots[Slot.asks]!, slots[Slot.asks + 1]!, flags, instrument, Slot.time, Slot.updateId)
    for (let row = 0; row < count; row++) f64[row * RECORD_F64 + F64_LANES + 3] = orders[row]!
  }

  /** The best level of each side as a quote, which takes the place of the levels; none when a side is empty. */
  #touch(end: number): number {
    const slots = this.#slots
    const { f64 } = this.#batch
    const bids = slots[Slot.bids]!
    const asks = slots[Slot.asks]!
    const bidCount = slots[Slot.bids + 1]! - bids
    const askCount = slots[Slot.asks + 1]! - asks
    if (bidCount > 1 || askCount > 1) return Refusal.malformed
    if (bidCount === 1) {
      slots[Slot.bid] = f64[bids * RECORD_F64 + F64_LANES]!
      slots[Slot.bidLots] = f64[bids * RECORD_F64 + F64_LANES + 1]!
    }
    if (askCount === 1) {
      slots[Slot.ask] = f64[asks * RECORD_F64 + F64_LANES]!
      slots[Slot.askLots] = f64[asks * RECORD_F64 + F64_LANES + 1]!
    }
    this.#batch.count = 0
    return bidCount === 1 && askCount === 1 ? this.#quote(end) : end
  }

  /** A quote with two whole sides; an absent or empty one is no quote. */
  #quote(end: number): number {
    const slots = this.#slots
    if (slots[Slot.bid] === 0 || slots[Slot.bidLots] === 0) return end
    if (slots[Slot.ask] === 0 || slots[Slot.askLots] === 0) return end
    return this.#append(Kind.quote, 0, Slot.time, 0, Lanes.quote) ? end : Refusal.tooLarge
  }

  #ticker(p: number, instrument: number): number {
    const end = this.#elements.object(p, TICKER, instrument)
    return end < 0 ? end : this.#quote(end)
  }

  /** `tradeId` is the last of `count` trades. */
  #trade(channel: number, p: number, instrument: number): number {
    const slots = this.#slots
    const end = this.#elements.trade(p, instrument)
    if (end < 0) return end
    const { seen, unknown } = this.#elements
    const isSum = channel === Channel.trades && (seen & HAS.count) !== 0
    // Until 2023 every trade came singly; where the count is not there, a damaged key must not be taken for that.
    if (channel === Channel.trades && !isSum && unknown > 0) return Refusal.missingField
    const trades = isSum ? slots[Slot.count]! : 1
    const first = slots[Slot.id]! - trades + 1
    if (slots[Slot.lots] === 0 || trades < 1 || trades > TRADES_MAX || first < 0) return Refusal.badNumber
    slots[Slot.firstId] = first
    const flags = (slots[Slot.side] === 1 ? Flag.aggressorBuy : 0) | (isSum ? Flag.aggregate : 0)
    return this.#append(Kind.trade, flags, Slot.time, trades, Lanes.trade) ? end : Refusal.tooLarge
  }

  #candle(p: number, instrument: number, seconds: number): number {
    this.#elements.use(instrument)
    return this.#candles.read(p, instrument, seconds)
  }

  #funding(p: number, table: FieldTable, timeSlot: number, instrument: number): number {
    const end = this.#elements.object(p, table, instrument)
    if (end < 0 || Number.isNaN(this.#slots[Slot.rate]!)) return end
    return this.#append(Kind.funding, 0, timeSlot, 0, Lanes.funding) ? end : Refusal.tooLarge
  }

  #mark(p: number, instrument: number): number {
    const slots = this.#slots
    const end = this.#elements.object(p, MARK, instrument)
    if (end < 0) return end
    if (this.#fields.repeated !== 0) return Refusal.missingField
    const read = this.#texts.scaled(slots[Slot.mark]!, 8, Slot.mark)
    if (read < 0 || Number.isNaN(slots[Slot.mark]!)) return read < 0 ? read : end
    if (slots[Slot.mark]! < 0) return Refusal.badNumber
    return this.#append(Kind.mark, 0, Slot.time, 0, Lanes.mark) ? end : Refusal.tooLarge
  }

  #append(kind: Kind, flags: number, timeSlot: number, extra: number, laneSlot: number): boolean {
    if (this.#batch.count >= this.#batch.capacity) return false
    this.#writer.append(kind, flags, this.#fields.instrument, timeSlot, extra, laneSlot)
    return true
  }
}
