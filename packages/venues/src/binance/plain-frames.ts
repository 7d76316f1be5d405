import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { EventRecord, Flag, Kind } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import {
  arrayField,
  boolField,
  field,
  intField,
  objectField,
  Refused,
  refuseFrame,
  scaledField,
  steps,
  stepsField,
  textField,
} from '../wire/plain-fields.ts'
import { type JsonObject, type JsonValue, readStrictJson } from '../wire/strict-json.ts'
import { Channel, channelOf, type Dialect, type Frame, toMicros } from './frame.ts'

/** Events of which we know that they exist and that we do not read them. */
const UNREAD = new Set([
  '24hrTicker',
  '24hrMiniTicker',
  '1hTicker',
  '4hTicker',
  '1dTicker',
  'avgPrice',
  'referencePrice',
  'blockTrade',
  'serverShutdown',
  'forceOrder',
  'compositeIndex',
  'contractInfo',
  'assetIndexUpdate',
  'continuous_kline',
  'tradingSession',
])

/** Seconds of one unit of a bar interval; a month counts 30 days. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_592_000 }

/**
 * Reads any frame of Binance the plain way: a strict JSON tree, then field by field. Slow, and the authority on what a
 * frame means: the fast reading may only agree with it, and all refusals are given here.
 */
export class PlainFrames {
  readonly #dialect: Dialect
  readonly #frame: Frame
  readonly #venue: string
  readonly #instruments: InstrumentTable
  readonly #record: EventRecord
  /** Name of the stream of the frame just read, and its channel; empty for bare frames. */
  stream = ''
  channel: number = Channel.none

  constructor(dialect: Dialect, venue: string, frame: Frame, instruments: InstrumentTable) {
    this.#dialect = dialect
    this.#frame = frame
    this.#venue = venue
    this.#instruments = instruments
    this.#record = new EventRecord(frame.batch)
  }

  /** A socket frame. Returns a frame kind or a refusal. */
  socket(bytes: Uint8Array, from: number, to: number): number {
    return this.#guarded(bytes, from, to, root => this.#root(root))
  }

  /** A REST answer with a whole book. */
  snapshot(bytes: Uint8Array, from: number, to: number, instrument: number): number {
    return this.#guarded(bytes, from, to, root => {
      this.#wholeBook(root, this.#instruments.at(instrument))
      return FrameKind.snapshot
    })
  }

  #guarded(bytes: Uint8Array, from: number, to: number, read: (root: JsonObject) => number): number {
    const { batch, ids, stamp } = this.#frame
    batch.count = 0
    ids.first = ids.last = ids.previous = -1
    stamp.venueTime = 0
    this.#frame.instrument = -1
    this.stream = ''
    this.channel = Channel.none
    const root = readStrictJson(bytes, from, to)
    if (!(root instanceof Map)) return Refusal.malformed
    try {
      const kind = read(root)
      this.#markLast()
      return kind
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause
      batch.count = 0
      return cause.code
    }
  }

  #root(root: JsonObject): number {
    if (!root.has('stream')) return this.#event(root, undefined)
    this.stream = textField(root, 'stream')
    const data = objectField(root, 'data')
    const at = this.stream.indexOf('@')
    if (this.stream.startsWith('!')) return this.#event(data, undefined)
    if (at < 1) return refuseFrame(Refusal.unknownKind)
    this.channel = channelOf(this.stream.slice(at + 1))
    return this.#event(data, this.stream.slice(0, at))
  }

  /** @param promised the symbol in the stream's name, lower case; undefined for bare frames */
  #event(event: JsonObject, promised: string | undefined): number {
    const name = event.get('e')
    if (name === undefined) return this.#nameless(event, promised)
    if (typeof name !== 'string') return refuseFrame(Refusal.malformed)
    if (UNREAD.has(name)) return FrameKind.control
    const instrument = (): Instrument => this.#instrument(textField(event, 's'), promised)
    const agrees = (...channels: number[]): boolean =>
      this.channel === Channel.none || channels.includes(this.channel) || refuseFrame(Refusal.malformed)
    switch (name) {
      case 'depthUpdate':
        agrees(Channel.depth, Channel.partialDepth)
        return this.#depth(event, instrument())
      case 'trade':
        agrees(Channel.trade)
        return this.#trade(event, instrument(), 't', 't')
      case 'aggTrade':
        agrees(Channel.aggTrade)
        return this.#trade(event, instrument(), 'f', 'l')
      case 'bookTicker':
        agrees(Channel.bookTicker)
        return this.#quote(event, instrument())
      case 'kline':
        agrees(Channel.other)
        return this.#bar(event, instrument())
      case 'markPriceUpdate':
        agrees(Channel.other)
        return this.#mark(event, instrument())
      default:
        return refuseFrame(Refusal.unknownKind)
    }
  }

  /** Frames without `e`: answers to commands, spot's best quote, spot's partial depth. */
  #nameless(event: JsonObject, promised: string | undefined): number {
    if (event.has('result') || event.has('error') || (event.has('code') && event.has('msg'))) return FrameKind.control
    if (event.has('lastUpdateId')) {
      if (this.channel !== Channel.partialDepth || promised === undefined) return refuseFrame(Refusal.unknownSymbol)
      this.#wholeBook(event, this.#instrument(promised.toUpperCase(), promised))
      return FrameKind.partialDepth
    }
    const isQuote = event.has('u') && event.has('b') && this.#dialect === 'spot'
    if (!isQuote) return refuseFrame(Refusal.unknownKind)
    if (this.channel !== Channel.none && this.channel !== Channel.bookTicker) return refuseFrame(Refusal.malformed)
    return this.#quote(event, this.#instrument(textField(event, 's'), promised))
  }

  #instrument(symbol: string, promised: string | undefined): Instrument {
    if (promised !== undefined && promised !== symbol.toLowerCase()) return refuseFrame(Refusal.malformed)
    const instrument = this.#instruments.find(this.#venue, symbol)
    if (instrument === undefined) return refuseFrame(Refusal.unknownSymbol)
    this.#frame.instrument = instrument.index
    return instrument
  }

  #depth(event: JsonObject, instrument: Instrument): number {
    const usdm = this.#dialect === 'usdm'
    const { ids, stamp } = this.#frame
    const eventTime = intField(event, 'E')
    stamp.venueTime = toMicros(usdm ? intField(event, 'T') : eventTime)
    ids.first = intField(event, 'U')
    ids.last = intField(event, 'u')
    ids.previous = usdm ? intField(event, 'pu') : -1
    const partial = this.channel === Channel.partialDepth
    this.#levels(arrayField(event, 'b'), instrument, Flag.bid)
    this.#levels(arrayField(event, 'a'), instrument, 0)
    return partial ? FrameKind.partialDepth : FrameKind.depth
  }

  #wholeBook(event: JsonObject, instrument: Instrument): void {
    const { ids, stamp } = this.#frame
    this.#frame.instrument = instrument.index
    ids.last = intField(event, 'lastUpdateId')
    if (this.#dialect === 'usdm') {
      intField(event, 'E')
      stamp.venueTime = toMicros(intField(event, 'T'))
    }
    this.#levels(arrayField(event, 'bids'), instrument, Flag.snapshot | Flag.bid)
    this.#levels(arrayField(event, 'asks'), instrument, Flag.snapshot)
  }

  #levels(rows: readonly JsonValue[], instrument: Instrument, flags: number): void {
    const { batch, ids } = this.#frame
    for (const row of rows) {
      if (!Array.isArray(row) || row.length !== 2) refuseFrame(Refusal.malformed)
      const price = steps((row as JsonValue[])[0]!, instrument.price, 1)
      const lots = steps((row as JsonValue[])[1]!, instrument.quantity, 0)
      if (batch.count >= batch.capacity) refuseFrame(Refusal.tooLarge)
      this.#append(Kind.level, flags, this.#frame.stamp.venueTime).lanes(price, lots, ids.last, 0)
    }
  }

  #trade(event: JsonObject, instrument: Instrument, firstKey: string, lastKey: string): number {
    intField(event, 'E')
    const first = intField(event, firstKey)
    const last = intField(event, lastKey)
    const time = toMicros(intField(event, 'T'))
    const sold = boolField(event, 'm')
    // USD-M also publishes executions outside the book (insurance fund, auto-deleveraging, settlement) as trades.
    const isBookTrade = event.get('X') === undefined || event.get('X') === 'MARKET'
    if (firstKey === 't' && this.#dialect === 'usdm') textField(event, 'X')
    if (!isBookTrade) return FrameKind.control
    const price = stepsField(event, 'p', instrument.price, 1)
    const lots = stepsField(event, 'q', instrument.quantity, 1)
    const trades = firstKey === 't' ? 1 : last - first + 1
    if (firstKey !== 't') intField(event, 'a')
    if (trades < 1 || trades > 0x7fffffff) return refuseFrame(Refusal.badNumber)
    if (this.#dialect === 'spot') boolField(event, 'M')
    const flags = (sold ? 0 : Flag.aggressorBuy) | (firstKey === 't' ? 0 : Flag.aggregate)
    this.#append(Kind.trade, flags, time).lanes(price, lots, last, first).withExtra(trades)
    return FrameKind.trade
  }

  #quote(event: JsonObject, instrument: Instrument): number {
    this.#frame.ids.last = intField(event, 'u')
    let time = 0
    if (this.#dialect === 'usdm') {
      intField(event, 'E')
      time = toMicros(intField(event, 'T'))
    }
    const bid = stepsField(event, 'b', instrument.price, 1)
    const bidLots = stepsField(event, 'B', instrument.quantity, 0)
    const ask = stepsField(event, 'a', instrument.price, 1)
    const askLots = stepsField(event, 'A', instrument.quantity, 0)
    this.#append(Kind.quote, 0, time).lanes(bid, bidLots, ask, askLots)
    return FrameKind.quote
  }

  #bar(event: JsonObject, instrument: Instrument): number {
    const eventTime = toMicros(intField(event, 'E'))
    const bar = objectField(event, 'k')
    if (textField(bar, 's') !== instrument.symbol) return refuseFrame(Refusal.malformed)
    const interval = /^(\d{1,2})([smhdwM])$/.exec(textField(bar, 'i')) ?? refuseFrame(Refusal.malformed)
    const seconds = Number(interval[1]) * UNIT_SECONDS[interval[2]!]!
    const [open, high, low, close] = ['o', 'h', 'l', 'c'].map(key => stepsField(bar, key, instrument.price, 1))
    const sane = low! <= open! && low! <= close! && high! >= open! && high! >= close!
    if (!sane) return refuseFrame(Refusal.badNumber)
    const flags = boolField(bar, 'x') ? Flag.closed : 0
    const volume = stepsField(bar, 'v', instrument.quantity, 0)
    const bought = stepsField(bar, 'V', instrument.quantity, 0)
    const quoteText = textField(bar, 'q')
    if (!/^\d+(\.\d+)?$/.test(quoteText)) return refuseFrame(Refusal.badNumber)
    this.#append(Kind.bar, flags, toMicros(intField(bar, 't')))
      .lanes(open!, high!, low!, close!)
      .withExtra(seconds)
    this.#append(Kind.barVolume, flags, eventTime)
      .lanes(volume, intField(bar, 'n'), bought, Number(quoteText))
      .withExtra(seconds)
    return FrameKind.bar
  }

  #mark(event: JsonObject, _instrument: Instrument): number {
    const time = toMicros(intField(event, 'E'))
    const settle = event.has('P') ? scaledField(event, 'P', 8, 0) : 0
    const next = toMicros(intField(event, 'T'))
    const rate = field(event, 'r')
    this.#append(Kind.mark, 0, time).lanes(scaledField(event, 'p', 8, 0), scaledField(event, 'i', 8, 0), settle, 0)
    // Delivery contracts send an empty rate: they have no funding.
    if (rate === '') return FrameKind.mark
    const scaled = steps(rate, { decimals: 12, step: 1 }, Number.MIN_SAFE_INTEGER)
    this.#append(Kind.funding, 0, time).lanes(scaled, next, 0, 0)
    return FrameKind.mark
  }

  #append(kind: Kind, flags: number, venueTime: number): EventRecord {
    const { batch, stamp, instrument } = this.#frame
    if (batch.count >= batch.capacity) refuseFrame(Refusal.tooLarge)
    return this.#record
      .at(batch.count++)
      .write(kind, flags, stamp.source, instrument, venueTime, stamp.receivedAt)
      .nanos(0, stamp.receivedNanos)
  }

  #markLast(): void {
    const { batch } = this.#frame
    if (batch.count === 0) return
    this.#record.at(batch.count - 1)
    this.#record.withFlags(this.#record.flags | Flag.last)
  }
}
