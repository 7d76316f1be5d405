import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { arrayField, field, intField, objectField, Refused, refuseFrame, textField } from '../wire/oracle-fields.ts'
import { floatNumber } from '../wire/oracle-records.ts'
import { JsonObject, type JsonValue, readStrictJson } from '../wire/strict-json.ts'
import { decodeUtf8 } from '../wire/utf8.ts'
import { readOrderBook } from './level3-oracle.ts'
import { KRAKEN } from './make-instrument.ts'
import {
  cellOf,
  element,
  instant,
  numberSteps,
  numberStepsField,
  olderName,
  readReply,
  statusOf,
  textSteps,
} from './oracle-cells.ts'
import { OracleStates } from './oracle-states.ts'
import { readOlderFrame } from './v1-oracle.ts'

const UNREAD = ['heartbeat', 'executions', 'balances']
const TICKER_FREE = 'timestamp last volume vwap low high change change_pct volume_usd'.split(' ')

/**
 * The obvious twin of `KrakenCodec`, for tests only: a tree of the whole frame, then field by field. It holds the first
 * book of a frame of several; the codec's `next` brings the others.
 */
export class MarketCodecOracle {
  readonly batch: RecordBatch
  readonly ids = { first: -1, last: -1, previous: -1 }
  instrument = -1
  /** Symbols whose books this connection carries. */
  readonly #carried = new Set<number>()
  readonly #states = new OracleStates()
  readonly #instruments: InstrumentTable
  readonly #source: number
  readonly #record: EventRecord
  #receivedAt = 0
  #receivedNanos = 0

  constructor(instruments: InstrumentTable, maxLevels: number, source: number) {
    this.#instruments = instruments
    this.#source = source
    this.batch = new RecordBatch(maxLevels)
    this.#record = new EventRecord(this.batch)
  }

  /** Decodes a socket frame; see `MarketCodec.decode`. */
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number): number {
    return this.#guarded(frame, receivedAt, receivedNanos, root => this.#root(root))
  }

  /** Decodes a REST answer with a whole book; see `MarketCodec.decodeSnapshot`. */
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number {
    return this.#guarded(frame, receivedAt, receivedNanos, root => {
      if (!(root instanceof JsonObject) || root.hasEscapedKey) return refuseFrame(Refusal.malformed)
      if (arrayField(root, 'error').length > 0) return refuseFrame(Refusal.unknownKind)
      const result = field(root, 'result')
      const pairs = result instanceof JsonObject && result.repeated.size === 0 ? [...result.fields.values()] : []
      if (pairs.length !== 1) return refuseFrame(Refusal.malformed)
      const book = element(pairs[0]!)
      const { price, quantity } = this.use(this.#instruments.at(instrument))
      this.sides(book, ['asks', 'bids'], Flag.snapshot, 0, row => {
        if (!Array.isArray(row) || row.length !== 3) return refuseFrame(Refusal.malformed)
        intField(cellOf(row[2]!), 'cell')
        return [textSteps(row[0]!, price, 1), textSteps(row[1]!, quantity, 0)]
      })
      return FrameKind.snapshot
    })
  }

  #guarded(frame: Uint8Array, receivedAt: number, receivedNanos: number, read: (root: JsonValue) => number): number {
    this.batch.count = 0
    this.instrument = -1
    this.#states.begin()
    this.#receivedAt = receivedAt
    this.#receivedNanos = receivedNanos
    const text = decodeUtf8(frame, 0, frame.length)
    const root = text === undefined ? undefined : readStrictJson(text)
    if (root === undefined) return Refusal.malformed
    try {
      const kind = read(root)
      this.#markLast()
      this.#states.commit()
      return kind
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause
      this.batch.count = 0
      return cause.code
    }
  }

  #root(root: JsonValue): number {
    if (Array.isArray(root)) return readOlderFrame(this, root)
    if (!(root instanceof JsonObject) || root.hasEscapedKey) return refuseFrame(Refusal.malformed)
    for (const key of ['channel', 'type', 'timestamp', 'data', 'method', 'result', 'event', 'status'])
      if (root.repeated.has(key)) return refuseFrame(Refusal.missingField)
    const sent = root.fields.has('timestamp') ? instant(field(root, 'timestamp')) : 0
    if (root.fields.has('type')) textField(root, 'type')
    const names = ['channel', 'method', 'event'].filter(key => root.fields.has(key))
    if (names.length !== 1) return refuseFrame(Refusal.unknownKind)
    const name = textField(root, names[0]!)
    if (names[0] === 'method') return readReply(root, name)
    if (names[0] === 'event') return this.#event(root, name, sent)
    if (UNREAD.includes(name)) return FrameKind.control
    if (!['book', 'level3', 'trade', 'ticker', 'ohlc', 'status', 'instrument'].includes(name))
      return refuseFrame(Refusal.unknownKind)
    const type = textField(root, 'type')
    if (type !== 'snapshot' && type !== 'update') return refuseFrame(Refusal.malformed)
    const flags = type === 'snapshot' ? Flag.snapshot : 0
    if (name === 'instrument') return this.#pairs(objectField(root, 'data'), sent)
    return this.#list(name, arrayField(root, 'data').map(element), flags, sent)
  }

  #list(name: string, elements: readonly JsonObject[], flags: number, sent: number): number {
    if (name === 'status') {
      const told = elements.map(each => textField(each, 'system'))
      return told.length === 0 ? refuseFrame(Refusal.malformed) : this.#everywhere(told.map(statusOf).at(-1)!, sent)
    }
    if (name === 'book' || name === 'level3') return this.#books(name, elements, flags)
    for (const each of elements)
      if (name === 'trade') this.#trade(each, flags)
      else if (name === 'ticker') this.#ticker(each)
      else this.#bar(each, sent)
    const kind = name === 'trade' ? FrameKind.trade : name === 'ticker' ? FrameKind.quote : FrameKind.bar
    return this.batch.count === 0 ? FrameKind.control : kind
  }

  #event(root: JsonObject, event: string, sent: number): number {
    if (['heartbeat', 'subscriptionStatus', 'pong', 'error'].includes(event)) return FrameKind.control
    if (event !== 'systemStatus') return refuseFrame(Refusal.unknownKind)
    return this.#everywhere(statusOf(textField(root, 'status')), sent)
  }

  #everywhere(status: number, sent: number): number {
    this.#states.saySystem(status)
    for (const index of [...this.#carried].sort((one, other) => one - other)) {
      this.instrument = index
      this.append(Kind.status, 0, sent).lanes(this.#states.of(index), 0, 0, 0)
    }
    return this.batch.count === 0 ? FrameKind.control : FrameKind.status
  }

  #pairs(data: JsonObject, sent: number): number {
    for (const each of arrayField(data, 'pairs')) {
      const pair = element(each)
      const symbol = textField(pair, 'symbol')
      const word = textField(pair, 'status')
      const instrument = this.#instruments.find(KRAKEN, symbol)
      if (instrument === undefined) continue
      this.use(instrument)
      this.append(Kind.status, 0, sent).lanes(this.#states.sayPair(instrument.index, statusOf(word)), 0, 0, 0)
    }
    return this.batch.count === 0 ? FrameKind.control : FrameKind.status
  }

  /** All books are read, and then the first one again: a frame is refused whole. */
  #books(name: string, elements: readonly JsonObject[], flags: number): number {
    if (elements.length === 0) return FrameKind.control
    if (elements.length > 1024) return refuseFrame(Refusal.tooLarge)
    const indexes = elements.map(each => this.#book(name, each, flags))
    if (elements.length > 1) this.#book(name, elements[0]!, flags)
    for (const index of indexes) this.#carried.add(index)
    return flags === 0 ? FrameKind.depth : FrameKind.snapshot
  }

  #book(name: string, book: JsonObject, flags: number): number {
    this.batch.count = 0
    const instrument = this.#named(book)
    const { price, quantity, index } = instrument
    if (name === 'level3') {
      readOrderBook(this, book, instrument, flags)
      return index
    }
    this.#optional(book, ['timestamp'], ['symbol', 'bids', 'asks', 'checksum', 'timestamp'])
    const time = book.fields.has('timestamp') ? instant(field(book, 'timestamp')) : 0
    if (intField(book, 'checksum') > 0xffffffff) refuseFrame(Refusal.badNumber)
    this.sides(book, ['asks', 'bids'], flags, time, row => {
      const level = element(row)
      return [numberStepsField(level, 'price', price, 1), numberStepsField(level, 'qty', quantity, 0)]
    })
    return index
  }

  #trade(trade: JsonObject, flags: number): void {
    const { price, quantity } = this.#named(trade)
    const side = textField(trade, 'side')
    if (side !== 'buy' && side !== 'sell') refuseFrame(Refusal.malformed)
    if (trade.repeated.has('ord_type')) refuseFrame(Refusal.missingField)
    const id = intField(trade, 'trade_id')
    const time = instant(field(trade, 'timestamp'))
    this.append(Kind.trade, flags | (side === 'buy' ? Flag.aggressorBuy : 0), time)
      .lanes(numberStepsField(trade, 'price', price, 1), numberStepsField(trade, 'qty', quantity, 1), id, id)
      .withExtra(1)
  }

  #ticker(ticker: JsonObject): void {
    const { price, quantity } = this.#named(ticker)
    const keys = ['bid', 'bid_qty', 'ask', 'ask_qty']
    this.#optional(ticker, keys, ['symbol', ...keys, ...TICKER_FREE])
    for (const key of TICKER_FREE) if (ticker.repeated.has(key)) refuseFrame(Refusal.missingField)
    const [bid, bidLots, ask, askLots] = keys.map(key => {
      const value = ticker.fields.has(key) ? field(ticker, key) : null
      return value === null ? 0 : numberSteps(value, key.endsWith('qty') ? quantity : price, 0)
    })
    const time = ticker.fields.has('timestamp') ? instant(field(ticker, 'timestamp')) : 0
    this.quote(time, bid!, bidLots!, ask!, askLots!)
  }

  #bar(bar: JsonObject, sent: number): void {
    const { price, quantity } = this.#named(bar)
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(key => numberStepsField(bar, key, price, 1))
    const minutes = intField(bar, 'interval')
    if (minutes < 1 || minutes > 35_000_000) refuseFrame(Refusal.badNumber)
    const lots = numberStepsField(bar, 'volume', quantity, 0)
    const value = (floatNumber(field(bar, 'vwap')) * (lots * quantity.step)) / 10 ** quantity.decimals
    const opened = instant(field(bar, 'interval_begin'))
    this.append(Kind.bar, 0, opened)
      .lanes(open!, high!, low!, close!)
      .withExtra(minutes * 60)
    this.append(Kind.barVolume, 0, sent)
      .lanes(lots, intField(bar, 'trades'), 0, value)
      .withExtra(minutes * 60)
  }

  /** Refuses an object in which one of these is absent while something unknown stands in it. */
  #optional(object: JsonObject, optional: readonly string[], known: readonly string[]): void {
    const hasUnknown = [...object.fields.keys()].some(key => !known.includes(key))
    if (hasUnknown && optional.some(key => !object.fields.has(key))) refuseFrame(Refusal.missingField)
  }

  #named(object: JsonObject): Instrument {
    const found = this.#instruments.find(KRAKEN, textField(object, 'symbol'))
    return this.use(found ?? refuseFrame(Refusal.unknownSymbol))
  }

  /** The instrument of an older name, `XBT/USD`; refuses one that is not in the table. */
  older(name: string): Instrument {
    const found = this.#instruments.all.find(({ venue, symbol }) => venue === KRAKEN && olderName(symbol) === name)
    return this.use(found ?? refuseFrame(Refusal.unknownSymbol))
  }

  /** The records to come are of it. */
  use(instrument: Instrument): Instrument {
    this.instrument = instrument.index
    return instrument
  }

  /** This connection carries the book of the instrument in use. */
  carry(): void {
    this.#carried.add(this.instrument)
  }

  /** Levels of both sides in the order of the frame, each row read by `read` to ticks and lots. */
  sides(
    object: JsonObject,
    [asks, bids]: readonly [string, string],
    flags: number,
    time: number,
    read: (row: JsonValue) => readonly [number, number],
  ): void {
    for (const key of [asks, bids]) arrayField(object, key)
    for (const key of object.fields.keys())
      if (key === asks || key === bids)
        for (const row of arrayField(object, key)) {
          const [ticks, lots] = read(row)
          this.append(Kind.level, flags | (key === bids ? Flag.bid : 0), time).lanes(ticks, lots, 0, 0)
        }
  }

  /** A best quote, unless a number of it is zero. */
  quote(time: number, bid: number, bidLots: number, ask: number, askLots: number): number {
    if ([bid, bidLots, ask, askLots].includes(0)) return FrameKind.control
    this.append(Kind.quote, 0, time).lanes(bid, bidLots, ask, askLots)
    return FrameKind.quote
  }

  /** Appends a record of the instrument in use. */
  append(kind: Kind, flags: number, venueTime: number): EventRecord {
    const { batch } = this
    if (batch.count >= batch.capacity) refuseFrame(Refusal.tooLarge)
    return this.#record
      .at(batch.count++)
      .write(kind, flags, this.#source, this.instrument, venueTime, this.#receivedAt)
      .nanos(0, this.#receivedNanos)
      .withExtra(0)
  }

  #markLast(): void {
    if (this.batch.count === 0) return
    this.#record.at(this.batch.count - 1)
    this.#record.withFlags(this.#record.flags | Flag.last)
  }
}
