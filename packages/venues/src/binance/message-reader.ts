import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FieldReader } from '../wire/field-reader.ts'
import type { NameTable } from '../wire/name-table.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { ContractReader } from './contract-reader.ts'
import {
  Lanes as AllLanes,
  Channel as Channels,
  type Dialect,
  type FrameTables,
  MARK_PRICE,
  OUTSIDE_TRADE,
  Slot as Slots,
  SPOT_TABLES,
  USDM_TABLES,
} from './frame-fields.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Channel = Channels
const Lanes = AllLanes
const Slot = Slots

/** Most trades that one aggregate may sum: what the extra word of a record holds. */
const TRADES_MAX = 0x7fffffff

/** Update ids of the frame being decoded. */
export interface FrameIds {
  first: number
  last: number
  previous: number
}

/**
 * Reads one message, whose channel is known, into records. The methods of the channels return a `FrameKind`, or the
 * `Refusal`; `end` is then where the message ends.
 */
export class MessageReader {
  readonly ids: FrameIds = { first: -1, last: -1, previous: -1 }
  /** Position behind the message just read. */
  end = 0
  readonly #reader: FieldReader
  readonly #slots: Float64Array
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  readonly #tables: FrameTables
  readonly #isUsdm: boolean
  readonly #contracts: ContractReader

  /** @param symbols indexes by symbol */
  constructor(dialect: Dialect, reader: FieldReader, batch: RecordBatch, writer: RecordWriter, symbols: NameTable) {
    this.#contracts = new ContractReader(reader, symbols, writer)
    this.#reader = reader
    this.#slots = reader.slots
    this.#batch = batch
    this.#writer = writer
    this.#isUsdm = dialect === 'usdm'
    this.#tables = this.#isUsdm ? USDM_TABLES : SPOT_TABLES
  }

  /** Index of the instrument of the message just read, -1 when it told none. */
  get instrument(): number {
    return this.#reader.instrument
  }

  /** Forgets the message before. */
  begin(): void {
    this.#batch.count = 0
    this.#reader.instrument = -1
    this.ids.first = this.ids.last = this.ids.previous = -1
  }

  /**
   * The message whose brace opens at `p`.
   * @param promised index of the instrument that the stream's name tells, -1 for none
   * @param seconds length of a bar that the stream's name tells, 0 for none
   */
  read(channel: number, p: number, depth: number, promised: number, seconds: number): number {
    switch (channel) {
      case Channel.depth:
        return this.#changes(p, depth, promised, 0, FrameKind.depth)
      case Channel.partialDepth:
        if (this.#isUsdm) return this.#changes(p, depth, promised, Flag.snapshot, FrameKind.partialDepth)
        return this.#book(p, depth, promised, FrameKind.partialDepth)
      case Channel.trade:
        return this.#trade(p, depth, promised)
      case Channel.aggTrade:
        return this.#aggregate(p, depth, promised)
      case Channel.bookTicker:
        return this.#quote(p, depth, promised)
      case Channel.kline:
        return this.#bar(p, depth, promised, seconds)
      case Channel.markPrice:
        return this.#isUsdm ? this.#mark(p, depth, promised) : Refusal.unknownKind
      case Channel.contract:
        return this.#contract(p, depth)
      default:
        return Refusal.unknownKind
    }
  }

  /** A REST answer with a whole book. */
  snapshot(p: number, instrument: number): number {
    return this.#book(p, 0, instrument, FrameKind.snapshot)
  }

  #changes(p: number, depth: number, promised: number, flags: number, kind: number): number {
    const { ids } = this
    const slots = this.#slots
    this.end = this.#reader.message(p, this.#tables.depth, depth, promised)
    if (this.end < 0) return this.end
    if (slots[Slot.first]! > slots[Slot.last]!) return Refusal.badNumber
    ids.first = slots[Slot.first]!
    ids.last = slots[Slot.last]!
    if (this.#isUsdm) ids.previous = slots[Slot.previous]!
    this.#levels(flags, this.#isUsdm ? Slot.time : Slot.event)
    return kind
  }

  #book(p: number, depth: number, instrument: number, kind: number): number {
    if (instrument < 0) return Refusal.unknownSymbol
    this.end = this.#reader.message(p, this.#tables.book, depth, instrument)
    if (this.end < 0) return this.end
    this.ids.last = this.#slots[Slot.last]!
    this.#levels(Flag.snapshot, this.#isUsdm ? Slot.time : Slot.zero)
    return kind
  }

  /** Fills the level records of both sides, which stand in the order of the frame. */
  #levels(flags: number, timeSlot: number): void {
    const slots = this.#slots
    const { instrument } = this.#reader
    const writer = this.#writer
    writer.levels(slots[Slot.bids]!, slots[Slot.bids + 1]!, flags | Flag.bid, instrument, timeSlot, Slot.last)
    writer.levels(slots[Slot.asks]!, slots[Slot.asks + 1]!, flags, instrument, timeSlot, Slot.last)
    writer.markLast()
  }

  #trade(p: number, depth: number, promised: number): number {
    const slots = this.#slots
    const table = this.#tables.trade
    this.end = this.#reader.message(p, table, depth, promised)
    if (this.#isUsdm && this.#isOutside(p, depth, promised)) {
      this.#reader.instrument = -1
      return FrameKind.control
    }
    if (this.end < 0) return this.end
    slots[Slot.firstId] = slots[Slot.id]!
    return this.#execution(1, 0)
  }

  /**
   * USD-M also publishes executions outside the book (insurance fund, auto-deleveraging), told by `X` being another word
   * than MARKET: prices and quantities of these may be zero or off the grid. The documents leave `X` out; then nothing
   * may stand in the message that is not known, lest a damaged key be taken for its absence.
   */
  #isOutside(p: number, depth: number, promised: number): boolean {
    const reader = this.#reader
    if (this.end >= 0) {
      if ((reader.seen & this.#executionType) !== 0) return this.#slots[Slot.isMarket] === 0
      if (reader.unknown > 0) this.end = Refusal.missingField
      return false
    }
    const end = reader.message(p, OUTSIDE_TRADE, depth, promised)
    if (end < 0 || this.#slots[Slot.isMarket] === 1) return false
    this.end = end
    return true
  }
  readonly #executionType = USDM_TABLES.trade.bit('X')

  #aggregate(p: number, depth: number, promised: number): number {
    const slots = this.#slots
    this.end = this.#reader.message(p, this.#tables.aggTrade, depth, promised)
    if (this.end < 0) return this.end
    const trades = slots[Slot.id]! - slots[Slot.firstId]! + 1
    return trades >= 1 && trades <= TRADES_MAX ? this.#execution(trades, Flag.aggregate) : Refusal.badNumber
  }

  /** `m` says that the buyer was the maker, so that the aggressor sold. */
  #execution(trades: number, flags: number): number {
    const slots = this.#slots
    if (slots[Slot.lots] === 0) return Refusal.badNumber
    const all = flags | Flag.last | (slots[Slot.maker] === 1 ? 0 : Flag.aggressorBuy)
    this.#writer.append(Kind.trade, all, this.#reader.instrument, Slot.time, trades, Lanes.trade)
    return FrameKind.trade
  }

  #quote(p: number, depth: number, promised: number): number {
    this.end = this.#reader.message(p, this.#tables.bookTicker, depth, promised)
    if (this.end < 0) return this.end
    this.ids.last = this.#slots[Slot.last]!
    const timeSlot = this.#isUsdm ? Slot.time : Slot.zero
    this.#writer.append(Kind.quote, Flag.last, this.#reader.instrument, timeSlot, 0, Lanes.quote)
    return FrameKind.quote
  }

  #bar(p: number, depth: number, promised: number, seconds: number): number {
    const slots = this.#slots
    this.end = this.#reader.message(p, this.#tables.kline, depth, promised)
    if (this.end < 0) return this.end
    const length = slots[Slot.seconds]!
    if (seconds > 0 && seconds !== length) return Refusal.malformed
    if (this.#batch.capacity < 2) return Refusal.tooLarge
    const flags = slots[Slot.closed] === 1 ? Flag.closed : 0
    const { instrument } = this.#reader
    this.#writer.append(Kind.bar, flags, instrument, Slot.opened, length, Lanes.bar)
    this.#writer.append(Kind.barVolume, flags | Flag.last, instrument, Slot.event, length, Lanes.barVolume)
    return FrameKind.bar
  }

  #contract(p: number, depth: number): number {
    const kind = this.#contracts.read(p, depth)
    this.end = this.#contracts.end
    return kind
  }

  #mark(p: number, depth: number, promised: number): number {
    this.end = this.#reader.message(p, MARK_PRICE, depth, promised)
    if (this.end < 0) return this.end
    if (this.#batch.capacity < 2) return Refusal.tooLarge
    const { instrument } = this.#reader
    this.#writer.append(Kind.mark, 0, instrument, Slot.event, 0, Lanes.mark)
    // Delivery contracts send an empty rate: they pay no funding.
    if (!Number.isNaN(this.#slots[Slot.rate]!))
      this.#writer.append(Kind.funding, 0, instrument, Slot.event, 0, Lanes.funding)
    this.#writer.markLast()
    return FrameKind.mark
  }
}
