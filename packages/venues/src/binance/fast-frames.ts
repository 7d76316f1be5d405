import { Flag } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type FrameReader, makeFrameReader } from '../wire/frame-reader.ts'
import type { Literal } from '../wire/literal.ts'
import type { NameTable } from '../wire/name-table.ts'
import { Channel, type Dialect, type Frame, KIND_OF_CHANNEL, toMicros } from './frame.ts'
import {
  ASK,
  ASK_LOTS,
  EVENT,
  FIRST,
  ID,
  IGNORED,
  L,
  LAST,
  LOTS,
  MAKER,
  PREVIOUS,
  PRICE,
  TIME,
} from './frame-literals.ts'
import { FrameRecords } from './frame-records.ts'

/** The frame is not exactly of a shape that the venue is known to send: the plain reading decides. */
export const MISS = -100

/**
 * Reads the frames that Binance sends all day, each against its exact template: key order, types and the end included.
 * Whatever differs in one byte is a miss and goes to `readPlainly`, which is strict and slow; so this file can be wrong
 * about speed but not about meaning.
 *
 * Source: web-socket-streams.md (spot), "Diff. Book Depth Streams" and following (USD-M).
 */
export class FastFrames {
  readonly #reader: FrameReader
  readonly #frame: Frame
  readonly #instruments: InstrumentTable
  readonly #symbols: NameTable
  readonly #streams: NameTable
  readonly #usdm: boolean
  readonly #records: FrameRecords
  readonly #grids = (instrument: number): boolean => this.#reader.grids(this.#instruments.all[instrument]!)

  /**
   * @param symbols number of each symbol as the venue writes it
   * @param streams `instrument * 8 + Channel` of each stream name met so far
   */
  constructor(
    dialect: Dialect,
    buffer: Uint8Array,
    frame: Frame,
    instruments: InstrumentTable,
    symbols: NameTable,
    streams: NameTable,
  ) {
    this.#reader = makeFrameReader(buffer, frame.batch, frame.stamp)
    this.#frame = frame
    this.#instruments = instruments
    this.#symbols = symbols
    this.#streams = streams
    this.#usdm = dialect === 'usdm'
    this.#records = new FrameRecords(frame)
  }

  /** A socket frame at [from, to), with the sentinel at `to`. A frame kind, or MISS. */
  socket(from: number, to: number): number {
    const reader = this.#reader
    reader.seek(from)
    if (!reader.peek(L.stream)) {
      const channel = this.#sniff()
      return channel !== Channel.none && this.#inner(channel, -1) && reader.at() === to
        ? KIND_OF_CHANNEL[channel]!
        : MISS
    }
    const stream = reader.name(this.#streams)
    if (stream < 0 || !reader.lit(L.data)) return MISS
    const channel = stream & 7
    if (!this.#inner(channel, stream >>> 3) || !reader.lit(L.close) || reader.at() !== to) return MISS
    return KIND_OF_CHANNEL[channel]!
  }

  /** A REST answer with a whole book: true when it was read. */
  snapshot(from: number, to: number, instrument: number): boolean {
    const reader = this.#reader
    reader.seek(from)
    return this.#wholeBook(instrument, Flag.snapshot) && reader.at() === to
  }

  /** The channel of a frame without wrapper, by how it starts. Partial depth names no symbol, so it cannot come bare. */
  #sniff(): number {
    if (this.#starts(L.depth)) return Channel.depth
    if (this.#starts(L.trade)) return Channel.trade
    if (this.#starts(L.aggTrade)) return Channel.aggTrade
    return this.#starts(this.#usdm ? L.usdmTicker : L.spotTicker) ? Channel.bookTicker : Channel.none
  }

  #starts(literal: Literal): boolean {
    const start = this.#reader.at()
    return this.#reader.peek(literal) && this.#reader.seek(start)
  }

  /** @param expected the instrument that the stream's name promised, -1 without wrapper */
  #inner(channel: number, expected: number): boolean {
    switch (channel) {
      case Channel.depth:
        return this.#depth(expected)
      case Channel.partialDepth:
        return this.#usdm ? this.#depth(expected) : this.#wholeBook(expected, Flag.snapshot)
      case Channel.trade:
        return this.#usdm ? this.#usdmTrade(expected) : this.#spotTrade(expected)
      case Channel.aggTrade:
        return this.#usdm ? this.#usdmAggTrade(expected) : this.#spotAggTrade(expected)
      case Channel.bookTicker:
        return this.#usdm ? this.#usdmTicker(expected) : this.#spotTicker(expected)
      default:
        return false
    }
  }

  /** The symbol's name; it must be in the table and be the one that the stream promised. */
  #symbol(expected: number): boolean {
    const instrument = this.#reader.name(this.#symbols)
    this.#frame.instrument = instrument
    return instrument >= 0 && (expected < 0 || expected === instrument) && this.#grids(instrument)
  }

  #depth(expected: number): boolean {
    const r = this.#reader
    const usdm = this.#usdm
    if (!(r.lit(L.depth) && r.int(EVENT) && (!usdm || (r.lit(L.T) && r.int(TIME))))) return false
    if (!(r.lit(L.s) && this.#symbol(expected))) return false
    if (!(r.lit(L.U) && r.int(FIRST) && r.lit(L.u) && r.int(LAST))) return false
    if (usdm && !(r.lit(L.pu) && r.int(PREVIOUS))) return false
    this.#frame.stamp.venueTime = toMicros(r.slots[usdm ? TIME : EVENT]!)
    r.head(this.#frame.instrument, 0, r.slots[LAST]!)
    if (!(r.lit(L.b) && r.levels(Flag.bid) && r.lit(L.a) && r.levels(0) && r.lit(L.close))) return false
    this.#records.ids(r.slots[FIRST]!, r.slots[LAST]!, usdm ? r.slots[PREVIOUS]! : -1)
    return true
  }

  #wholeBook(instrument: number, flags: number): boolean {
    const r = this.#reader
    if (instrument < 0 || !this.#grids(instrument) || !(r.lit(L.snapshot) && r.int(LAST))) return false
    this.#frame.instrument = instrument
    this.#frame.stamp.venueTime = 0
    if (this.#usdm) {
      if (!(r.lit(L.E) && r.int(EVENT) && r.lit(L.T) && r.int(TIME))) return false
      this.#frame.stamp.venueTime = toMicros(r.slots[TIME]!)
    }
    r.head(instrument, flags, r.slots[LAST]!)
    if (!(r.lit(L.bids) && r.levels(flags | Flag.bid) && r.lit(L.asks) && r.levels(flags) && r.lit(L.close)))
      return false
    this.#records.ids(-1, r.slots[LAST]!, -1)
    return true
  }

  #spotTrade(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.trade) &&
      r.int(EVENT) &&
      r.lit(L.s) &&
      this.#symbol(expected) &&
      r.lit(L.t) &&
      r.int(ID) &&
      this.#execution() &&
      this.#made() &&
      r.lit(L.M) &&
      r.bool(IGNORED) &&
      r.lit(L.close) &&
      this.#records.trade(this.#reader.slots, 1, 0)
    )
  }

  #usdmTrade(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.trade) &&
      r.int(EVENT) &&
      r.lit(L.T) &&
      r.int(TIME) &&
      r.lit(L.s) &&
      this.#symbol(expected) &&
      r.lit(L.t) &&
      r.int(ID) &&
      this.#execution() &&
      r.lit(L.market) &&
      r.lit(L.m) &&
      r.bool(MAKER) &&
      r.lit(L.close) &&
      this.#records.trade(this.#reader.slots, 1, 0)
    )
  }

  #spotAggTrade(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.aggTrade) &&
      r.int(EVENT) &&
      r.lit(L.s) &&
      this.#symbol(expected) &&
      r.lit(L.a) &&
      r.int(IGNORED) &&
      this.#execution() &&
      r.lit(L.f) &&
      r.int(FIRST) &&
      r.lit(L.l) &&
      r.int(ID) &&
      this.#made() &&
      r.lit(L.M) &&
      r.bool(IGNORED) &&
      r.lit(L.close) &&
      this.#aggregate()
    )
  }

  #usdmAggTrade(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.aggTrade) &&
      r.int(EVENT) &&
      r.lit(L.a) &&
      r.int(IGNORED) &&
      r.lit(L.s) &&
      this.#symbol(expected) &&
      this.#execution() &&
      r.lit(L.f) &&
      r.int(FIRST) &&
      r.lit(L.l) &&
      r.int(ID) &&
      this.#made() &&
      r.lit(L.close) &&
      this.#aggregate()
    )
  }

  #spotTicker(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.spotTicker) &&
      r.int(LAST) &&
      this.#touch(expected) &&
      r.lit(L.close) &&
      this.#records.quote(this.#reader.slots, 0)
    )
  }

  #usdmTicker(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.usdmTicker) &&
      r.int(LAST) &&
      this.#touch(expected) &&
      r.lit(L.T) &&
      r.int(TIME) &&
      r.lit(L.E) &&
      r.int(EVENT) &&
      r.lit(L.close) &&
      this.#records.quote(this.#reader.slots, toMicros(r.slots[TIME]!))
    )
  }

  /** `,"p":"..","q":".."` */
  #execution(): boolean {
    const r = this.#reader
    return r.lit(L.p) && r.price(PRICE) && r.lit(L.q) && r.quantity(LOTS) && r.slots[LOTS] !== 0
  }

  /** `,"T":..,"m":..` */
  #made(): boolean {
    const r = this.#reader
    return r.lit(L.T) && r.int(TIME) && r.lit(L.m) && r.bool(MAKER)
  }

  /** Symbol, best bid, best ask. */
  #touch(expected: number): boolean {
    const r = this.#reader
    return (
      r.lit(L.s) &&
      this.#symbol(expected) &&
      r.lit(L.bid) &&
      r.price(PRICE) &&
      r.lit(L.bidLots) &&
      r.quantity(LOTS) &&
      r.lit(L.ask) &&
      r.price(ASK) &&
      r.lit(L.askLots) &&
      r.quantity(ASK_LOTS)
    )
  }

  #aggregate(): boolean {
    const { slots } = this.#reader
    const trades = slots[ID]! - slots[FIRST]! + 1
    return trades >= 1 && trades <= 0x7fffffff && this.#records.trade(this.#reader.slots, trades, Flag.aggregate)
  }
}
