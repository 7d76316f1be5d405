import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag, Kind } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FieldReader } from '../wire/field-reader.ts'
import type { FieldTable } from '../wire/field-table.ts'
import { skipBlanks } from '../wire/json-walk.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import {
  Lanes as AllLanes,
  BAR,
  BOOK_ANSWER,
  Channel as Channels,
  LIST_FRAME,
  ORDERBOOK,
  Slot as Slots,
  TICKER_FRAME,
  TRADE,
} from './frame-fields.ts'
import { FUNDING_BITS, KeptTickers, MARK_BITS, QUOTE_BITS } from './kept-tickers.ts'
import type { TopicName } from './topic-name.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Channel = Channels
const Lanes = AllLanes
const Slot = Slots

const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN = 123
/** Whether the instant of the matching engine was sent. */
const HAS_MATCHED = ORDERBOOK.bit('cts')
const ANSWER_HAS_MATCHED = BOOK_ANSWER.inner!.bit('cts')
const SEVERAL_TOPICS = ORDERBOOK.bit('topic')
const SEVERAL_LISTS = LIST_FRAME.bit('topic') | LIST_FRAME.bit('data')

/** Update ids of the frame being decoded. */
export interface FrameIds {
  first: number
  last: number
  previous: number
}

/** Reads one frame whose topic is known into records. Returns a `FrameKind`, or the `Refusal`. */
export class MessageReader {
  readonly ids: FrameIds = { first: -1, last: -1, previous: -1 }
  #to = 0
  readonly #reader: FieldReader
  readonly #slots: Float64Array
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  readonly #tickers: KeptTickers
  /** Levels a side of the book that is followed, by instrument; 0 before its first snapshot. */
  readonly #depths: Int32Array

  /** @param instruments how many the table holds */
  constructor(reader: FieldReader, batch: RecordBatch, writer: RecordWriter, instruments: number) {
    this.#reader = reader
    this.#slots = reader.slots
    this.#batch = batch
    this.#writer = writer
    this.#tickers = new KeptTickers(instruments, reader.slots)
    this.#depths = new Int32Array(instruments)
  }

  /** Index of the instrument of the frame just read, -1 when it told none. */
  get instrument(): number {
    return this.#reader.instrument
  }

  /** Forgets the frame before. */
  begin(): void {
    this.#batch.count = 0
    this.#reader.instrument = -1
    this.ids.first = this.ids.last = this.ids.previous = -1
  }

  /** Forgets what was kept of all frames. */
  reset(): void {
    this.#tickers.reset()
    this.#depths.fill(0)
  }

  /** The frame whose brace opens at `p`, and behind which nothing but blanks stands up to `to`. */
  read(topic: TopicName, p: number, to: number): number {
    this.#to = to
    switch (topic.channel) {
      case Channel.orderbook:
        return this.#book(p, topic.instrument, topic.depth)
      case Channel.publicTrade:
        return this.#trades(p, topic.instrument)
      case Channel.tickers:
        return this.#ticker(p, topic.instrument)
      case Channel.kline:
        return this.#bars(p, topic.instrument, topic.seconds)
      default:
        return Refusal.unknownKind
    }
  }

  /** A REST answer with a book. Its number is that of the topic of 1000 levels, so no other book can connect to it. */
  snapshot(p: number, to: number, instrument: number): number {
    this.#to = to
    const refusal = this.#frame(p, BOOK_ANSWER, instrument, 0)
    if (refusal < 0) return refusal
    if (this.#slots[Slot.code] !== 0) return Refusal.malformed
    const hasMatched = (this.#reader.innerSeen & ANSWER_HAS_MATCHED) !== 0
    return this.#levels(FrameKind.partialDepth, instrument, hasMatched)
  }

  /**
   * A book. The deepest topic of an instrument is the one that is followed; snapshots of the others are complete in
   * themselves, and their changes mean nothing without them. One level comes in snapshots only.
   */
  #book(p: number, instrument: number, depth: number): number {
    const refusal = this.#frame(p, ORDERBOOK, instrument, SEVERAL_TOPICS)
    if (refusal < 0) return refusal
    const isSnapshot = this.#slots[Slot.isSnapshot] === 1
    const hasMatched = (this.#reader.seen & HAS_MATCHED) !== 0
    const followed = this.#depths[instrument]!
    if (depth === 1) {
      if (!isSnapshot) return Refusal.unknownKind
      return this.#levels(FrameKind.partialDepth, instrument, hasMatched)
    }
    if (!isSnapshot && followed !== 0 && followed !== depth) return this.#nothing()
    if (!isSnapshot) return this.#levels(FrameKind.depth, instrument, hasMatched)
    if (depth < followed) return this.#levels(FrameKind.partialDepth, instrument, hasMatched)
    this.#depths[instrument] = depth
    return this.#levels(FrameKind.snapshot, instrument, hasMatched)
  }

  /** Fills the level records of both sides, which stand in the order of the frame. */
  #levels(kind: number, instrument: number, hasMatched: boolean): number {
    const slots = this.#slots
    const writer = this.#writer
    const flags = kind === FrameKind.depth ? 0 : Flag.snapshot
    const timeSlot = hasMatched ? Slot.matched : Slot.sent
    this.ids.last = slots[Slot.last]!
    writer.levels(slots[Slot.bids]!, slots[Slot.bids + 1]!, flags | Flag.bid, instrument, timeSlot, Slot.last)
    writer.levels(slots[Slot.asks]!, slots[Slot.asks + 1]!, flags, instrument, timeSlot, Slot.last)
    writer.markLast()
    return kind
  }

  #trades(p: number, instrument: number): number {
    const slots = this.#slots
    const refusal = this.#frame(p, LIST_FRAME, instrument, SEVERAL_LISTS)
    if (refusal < 0) return refusal
    if (slots[Slot.isSnapshot] === 0) return Refusal.malformed
    let at = this.#firstOfList()
    while (at > 0) {
      at = this.#reader.message(at, TRADE, 2, instrument)
      if (at < 0) return at
      const fault = this.#trade(instrument)
      if (fault < 0) return fault
      at = this.#nextOfList(at)
    }
    this.#writer.markLast()
    return at < 0 ? at : this.#batch.count === 0 ? this.#nothing() : FrameKind.trade
  }

  /** A block trade was agreed outside the book: it is left out. */
  #trade(instrument: number): number {
    const slots = this.#slots
    if (slots[Slot.lots] === 0) return Refusal.badNumber
    if (slots[Slot.isBlock] === 1) return 0
    if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
    const cut = slots[Slot.firstId] === 1 ? Flag.truncatedId : 0
    slots[Slot.firstId] = slots[Slot.id]!
    const flags = cut | (slots[Slot.isBuy] === 1 ? Flag.aggressorBuy : 0)
    this.#writer.append(Kind.trade, flags, instrument, Slot.traded, 1, Lanes.trade)
    return 0
  }

  #bars(p: number, instrument: number, seconds: number): number {
    const slots = this.#slots
    const refusal = this.#frame(p, LIST_FRAME, instrument, SEVERAL_LISTS)
    if (refusal < 0) return refusal
    if (slots[Slot.isSnapshot] === 0) return Refusal.malformed
    let at = this.#firstOfList()
    while (at > 0) {
      at = this.#reader.object(at, BAR, 2)
      if (at < 0) return at
      if (slots[Slot.seconds] !== seconds) return Refusal.malformed
      if (this.#batch.count + 2 > this.#batch.capacity) return Refusal.tooLarge
      const flags = slots[Slot.closed] === 1 ? Flag.closed : 0
      this.#writer.append(Kind.bar, flags, instrument, Slot.opened, seconds, Lanes.bar)
      this.#writer.append(Kind.barVolume, flags, instrument, Slot.stamped, seconds, Lanes.barVolume)
      at = this.#nextOfList(at)
    }
    this.#writer.markLast()
    return at < 0 ? at : this.#batch.count === 0 ? this.#nothing() : FrameKind.bar
  }

  /** A ticker of the linear market: what it changes is sent whole, from what is known by now. */
  #ticker(p: number, instrument: number): number {
    const slots = this.#slots
    const writer = this.#writer
    const refusal = this.#frame(p, TICKER_FRAME, instrument, SEVERAL_TOPICS)
    if (refusal < 0) return refusal
    if (this.#batch.capacity < 3) return Refusal.tooLarge
    const seen = this.#reader.innerSeen
    this.#tickers.merge(instrument, seen, slots[Slot.isSnapshot] === 1)
    const hasBid = slots[Slot.bid]! > 0 && slots[Slot.bidLots]! > 0
    const hasQuote = hasBid && slots[Slot.ask]! > 0 && slots[Slot.askLots]! > 0
    const sendsQuote = (seen & QUOTE_BITS) !== 0 && hasQuote
    if (sendsQuote) writer.append(Kind.quote, 0, instrument, Slot.sent, 0, Lanes.quote)
    if (Number.isNaN(slots[Slot.index])) slots[Slot.index] = 0
    if ((seen & MARK_BITS) !== 0 && slots[Slot.mark]! > 0)
      writer.append(Kind.mark, 0, instrument, Slot.sent, 0, Lanes.mark)
    if ((seen & FUNDING_BITS) !== 0 && !Number.isNaN(slots[Slot.rate]) && slots[Slot.next]! > 0)
      writer.append(Kind.funding, 0, instrument, Slot.sent, 0, Lanes.funding)
    if (this.#batch.count === 0) return this.#nothing()
    writer.markLast()
    return sendsQuote ? FrameKind.quote : FrameKind.mark
  }

  /** The fields of a frame, and that nothing stands behind it. @param once bits of the fields whose position counts, and which may stand there but once */
  #frame(p: number, table: FieldTable, instrument: number, once: number): number {
    const end = this.#reader.message(p, table, 0, instrument)
    if (end < 0) return end
    if (skipBlanks(this.#reader.numbers.bytes, end) !== this.#to) return Refusal.malformed
    return (this.#reader.repeated & once) !== 0 ? Refusal.missingField : 0
  }

  /** Position of the first object of the list in `data`; 0 when it is empty. */
  #firstOfList(): number {
    const { bytes } = this.#reader.numbers
    const at = this.#slots[Slot.listAt]!
    if (bytes[at] !== OPEN_LIST) return Refusal.malformed
    const first = skipBlanks(bytes, at + 1)
    return bytes[first] === CLOSE_LIST ? 0 : bytes[first] === OPEN ? first : Refusal.malformed
  }

  /** Position of the next object of a list, behind one; 0 when there is none. */
  #nextOfList(p: number): number {
    const { bytes } = this.#reader.numbers
    const at = skipBlanks(bytes, p)
    if (bytes[at] === CLOSE_LIST) return 0
    const next = bytes[at] === COMMA ? skipBlanks(bytes, at + 1) : at
    return bytes[next] === OPEN && next > at ? next : Refusal.malformed
  }

  /** A frame that was read and tells nothing. */
  #nothing(): number {
    this.begin()
    return FrameKind.control
  }
}
