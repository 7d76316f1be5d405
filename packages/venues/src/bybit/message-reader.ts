import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FieldReader, ListElements } from '../wire/field-reader.ts'
import type { FieldTable } from '../wire/field-table.ts'
import { skipBlanks } from '../wire/json-walk.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import {
  Lanes as AllLanes,
  BARS,
  BOOK_ANSWER,
  Channel as Channels,
  ORDERBOOK,
  Slot as Slots,
  TICKER_FRAME,
  TRADES,
} from './frame-fields.ts'
import { FUNDING_BITS, KeptTickers, MARK_BITS, QUOTE_BITS } from './kept-tickers.ts'
import type { TopicName } from './topic-name.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Channel = Channels
const Lanes = AllLanes
const Slot = Slots

/** Whether the instant of the matching engine was sent. */
const HAS_MATCHED = ORDERBOOK.bit('cts')
const ANSWER_HAS_MATCHED = BOOK_ANSWER.inner!.bit('cts')

/** Update ids of the frame being decoded. */
export interface FrameIds {
  first: number
  last: number
  previous: number
}

/** Reads one frame whose topic is known into records. Returns a `FrameKind`, or the `Refusal`. */
export class MessageReader implements ListElements {
  readonly ids: FrameIds = { first: -1, last: -1, previous: -1 }
  #to = 0
  #topic: TopicName | undefined
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
    reader.elements = this
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
        return this.#list(p, TRADES, topic)
      case Channel.tickers:
        return this.#ticker(p, topic.instrument)
      case Channel.kline:
        return this.#list(p, BARS, topic)
      default:
        return Refusal.unknownKind
    }
  }

  /** A REST answer with a book. Its number is that of the topic of 1000 levels, so no other book can connect to it. */
  snapshot(p: number, to: number, instrument: number): number {
    this.#to = to
    const refusal = this.#frame(p, BOOK_ANSWER, instrument)
    if (refusal < 0) return refusal
    if (this.#slots[Slot.code] !== 0) return Refusal.malformed
    const hasMatched = (this.#reader.innerSeen & ANSWER_HAS_MATCHED) !== 0
    return this.#levels(FrameKind.partialDepth, instrument, hasMatched)
  }

  #book(p: number, instrument: number, depth: number): number {
    const refusal = this.#frame(p, ORDERBOOK, instrument)
    if (refusal < 0) return refusal
    return this.book(instrument, depth, (this.#reader.seen & HAS_MATCHED) !== 0)
  }

  /**
   * A book whose fields stand in the slots, and its levels in the batch. The deepest topic of an instrument is the one that
   * is followed; snapshots of the others are complete in themselves, and their changes mean nothing without them. One level
   * comes in snapshots only.
   * @param depth levels a side of its topic @param hasMatched whether the instant of the matching engine was sent
   */
  book(instrument: number, depth: number, hasMatched: boolean): number {
    const isSnapshot = this.#slots[Slot.isSnapshot] === 1
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

  #list(p: number, table: FieldTable, topic: TopicName): number {
    this.#topic = topic
    const refusal = this.#frame(p, table, topic.instrument)
    if (refusal < 0) return refusal
    return this.list(topic.channel === Channel.publicTrade ? FrameKind.trade : FrameKind.bar)
  }

  /** A list whose elements were taken one by one; its type stands in its slot. @param kind that it is unless it is empty */
  list(kind: number): number {
    if (this.#slots[Slot.isSnapshot] === 0) return Refusal.malformed
    if (this.#batch.count === 0) return this.#nothing()
    this.#writer.markLast()
    return kind
  }

  /** One trade or bar of the list that is being read. */
  element(): number {
    return this.#topic!.channel === Channel.publicTrade ? this.trade() : this.#bar(this.#topic!.seconds)
  }

  /** A trade whose fields stand in the slots. A block trade was agreed outside the book: it is left out. */
  trade(): number {
    const slots = this.#slots
    if (slots[Slot.lots] === 0) return Refusal.badNumber
    if (slots[Slot.isBlock] === 1) return 0
    if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
    const cut = slots[Slot.firstId] === 1 ? Flag.truncatedId : 0
    slots[Slot.firstId] = slots[Slot.id]!
    const flags = cut | (slots[Slot.isBuy] === 1 ? Flag.aggressorBuy : 0)
    this.#writer.append(Kind.trade, flags, this.instrument, Slot.traded, 1, Lanes.trade)
    return 0
  }

  #bar(seconds: number): number {
    const slots = this.#slots
    if (slots[Slot.seconds] !== seconds) return Refusal.malformed
    if (this.#batch.count + 2 > this.#batch.capacity) return Refusal.tooLarge
    const flags = slots[Slot.closed] === 1 ? Flag.closed : 0
    this.#writer.append(Kind.bar, flags, this.instrument, Slot.opened, seconds, Lanes.bar)
    this.#writer.append(Kind.barVolume, flags, this.instrument, Slot.stamped, seconds, Lanes.barVolume)
    return 0
  }

  #ticker(p: number, instrument: number): number {
    const refusal = this.#frame(p, TICKER_FRAME, instrument)
    return refusal < 0 ? refusal : this.ticker(instrument, this.#reader.innerSeen)
  }

  /**
   * A ticker of the linear market whose fields stand in the slots: what it changes is sent whole, from what is known by now.
   * @param seen bits of `TICKER` of the fields that were sent
   */
  ticker(instrument: number, seen: number): number {
    const slots = this.#slots
    const writer = this.#writer
    if (this.#batch.capacity < 3) return Refusal.tooLarge
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

  /** The fields of a frame, that nothing stands behind it, and that its topic stands there once. */
  #frame(p: number, table: FieldTable, instrument: number): number {
    const end = this.#reader.message(p, table, 0, instrument)
    if (end < 0) return end
    if (skipBlanks(this.#reader.numbers.bytes, end) !== this.#to) return Refusal.malformed
    return this.#reader.repeated !== 0 ? Refusal.missingField : 0
  }

  /** A frame that was read and tells nothing. */
  #nothing(): number {
    this.begin()
    return FrameKind.control
  }
}
