import { EventRecord, Flag, Kind } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { type FrameReader, makeFrameReader, markLast } from '../wire/frame-reader.ts'
import { Literal } from '../wire/literal.ts'
import type { NameTable } from '../wire/name-table.ts'
import { Channel, type Frame, KIND_OF_CHANNEL, toMicros } from './frame.ts'

/** The frame is not exactly of a shape that the venue is known to send: the plain reading decides. */
export const MISS = -100

/** Which of the two dialects. */
export type Dialect = 'spot' | 'usdm'

const L = {
  stream: new Literal('{"stream":"'),
  data: new Literal(',"data":'),
  close: new Literal('}'),
  depth: new Literal('{"e":"depthUpdate","E":'),
  trade: new Literal('{"e":"trade","E":'),
  aggTrade: new Literal('{"e":"aggTrade","E":'),
  spotTicker: new Literal('{"u":'),
  usdmTicker: new Literal('{"e":"bookTicker","u":'),
  snapshot: new Literal('{"lastUpdateId":'),
  s: new Literal(',"s":"'),
  U: new Literal(',"U":'),
  u: new Literal(',"u":'),
  pu: new Literal(',"pu":'),
  b: new Literal(',"b":'),
  a: new Literal(',"a":'),
  t: new Literal(',"t":'),
  p: new Literal(',"p":"'),
  q: new Literal(',"q":"'),
  f: new Literal(',"f":'),
  l: new Literal(',"l":'),
  E: new Literal(',"E":'),
  T: new Literal(',"T":'),
  m: new Literal(',"m":'),
  M: new Literal(',"M":'),
  market: new Literal(',"X":"MARKET"'),
  bid: new Literal(',"b":"'),
  bidLots: new Literal(',"B":"'),
  ask: new Literal(',"a":"'),
  askLots: new Literal(',"A":"'),
  bids: new Literal(',"bids":'),
  asks: new Literal(',"asks":'),
} as const

/** Slots of the reader. */
const EVENT = 0
const TIME = 1
const FIRST = 2
const LAST = 3
const PREVIOUS = 4
const ID = 5
const PRICE = 6
const LOTS = 7
const ASK = 8
const ASK_LOTS = 9
const MAKER = 10
const IGNORED = 11

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
  readonly #record: EventRecord

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
    this.#record = new EventRecord(frame.batch)
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

  /** Whether fixed text comes; the cursor stays. */
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

  #grids(instrument: number): boolean {
    return this.#reader.grids(this.#instruments.all[instrument]!)
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
    this.#ids(r.slots[FIRST]!, r.slots[LAST]!, usdm ? r.slots[PREVIOUS]! : -1)
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
    this.#ids(-1, r.slots[LAST]!, -1)
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
      this.#trade(1, 0)
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
      this.#trade(1, 0)
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
    return r.lit(L.spotTicker) && r.int(LAST) && this.#touch(expected) && r.lit(L.close) && this.#quote(0)
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
      this.#quote(toMicros(r.slots[TIME]!))
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
    return trades >= 1 && trades <= 0x7fffffff && this.#trade(trades, Flag.aggregate)
  }

  /** Writes the trade record. `m` true says that the buyer was the maker: the aggressor sold. */
  #trade(trades: number, mark: number): boolean {
    const { slots } = this.#reader
    const { batch, stamp, instrument } = this.#frame
    const flags = mark | Flag.last | (slots[MAKER] === 1 ? 0 : Flag.aggressorBuy)
    this.#record
      .at(0)
      .write(Kind.trade, flags, stamp.source, instrument, toMicros(slots[TIME]!), stamp.receivedAt)
      .lanes(slots[PRICE]!, slots[LOTS]!, slots[ID]!, trades === 1 ? slots[ID]! : slots[FIRST]!)
      .nanos(0, stamp.receivedNanos)
      .withExtra(trades)
    batch.count = 1
    this.#ids(-1, -1, -1)
    return true
  }

  #quote(venueTime: number): boolean {
    const { slots } = this.#reader
    const { batch, stamp, instrument } = this.#frame
    this.#record
      .at(0)
      .write(Kind.quote, Flag.last, stamp.source, instrument, venueTime, stamp.receivedAt)
      .lanes(slots[PRICE]!, slots[LOTS]!, slots[ASK]!, slots[ASK_LOTS]!)
      .nanos(0, stamp.receivedNanos)
    batch.count = 1
    this.#ids(-1, slots[LAST]!, -1)
    return true
  }

  #ids(first: number, last: number, previous: number): void {
    const { ids } = this.#frame
    ids.first = first
    ids.last = last
    ids.previous = previous
    markLast(this.#frame.batch)
  }
}
