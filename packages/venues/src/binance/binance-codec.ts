import { assert } from '@velocimex/core/assert'
import { FrameKind, type MarketCodec, Refusal, SLACK, type UpdateIds } from '@velocimex/core/feed/market-codec'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { FieldReader } from '../wire/field-reader.ts'
import { GridTable } from '../wire/grid-table.ts'
import { isJson, skipBlanks } from '../wire/json-walk.ts'
import { LevelReader } from '../wire/level-reader.ts'
import { Literal } from '../wire/literal.ts'
import { NameTable } from '../wire/name-table.ts'
import { NumberReader } from '../wire/number-reader.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { Channel, type Dialect, INTERVAL_SECONDS, Slot, WRAPPER } from './frame-fields.ts'
import { MessageKind } from './message-kind.ts'
import { MessageReader } from './message-reader.ts'
import { StreamName } from './stream-name.ts'

const OPEN = 123
const CLOSE = 125
const STREAM = new Literal('{"stream":"')
const DATA = new Literal(',"data":')
const HAS_STREAM = WRAPPER.bit('stream')
const HAS_DATA = WRAPPER.bit('data')

/**
 * Market data of Binance, spot or USD-M futures: combined and bare frames of the streams, and the REST answer with a whole
 * book. Bytes are read in place and never twice in the usual case; see the README of this folder for what is read.
 *
 * A combined frame is first taken to be exactly `{"stream":<name>,"data":<message>}`. When it is not, or when its message
 * is refused, it is walked from the start without that guess: the walk is the authority, and gives all reasons.
 */
export class BinanceCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly #view: DataView
  readonly #slots: Float64Array
  readonly #fields: FieldReader
  readonly #stream: StreamName
  readonly #kind: MessageKind
  readonly #message: MessageReader
  readonly #writer: RecordWriter

  /**
   * @param bufferBytes longest frame; longer ones cannot be put into the buffer
   * @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  constructor(
    dialect: Dialect,
    venue: string,
    instruments: InstrumentTable,
    bufferBytes: number,
    maxLevels: number,
    source: number,
  ) {
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    const numbers = new NumberReader(this.buffer, new GridTable(instruments.all))
    const { symbols, lowerSymbols, quotedSymbols } = symbolNames(venue, instruments)
    const intervals = new NameTable(Object.entries(INTERVAL_SECONDS))
    const levels = new LevelReader(numbers, this.batch)
    this.#view = numbers.view
    this.#slots = numbers.slots
    this.#fields = new FieldReader(numbers, levels, { symbols, quotedSymbols, intervals })
    this.#stream = new StreamName(numbers, lowerSymbols, intervals)
    this.#kind = new MessageKind(dialect, this.#fields)
    this.#writer = new RecordWriter(this.batch, numbers.slots, source)
    this.#message = new MessageReader(dialect, this.#fields, this.batch, this.#writer, symbols)
  }

  get instrument(): number {
    return this.#message.instrument
  }

  get ids(): UpdateIds {
    return this.#message.ids
  }

  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    let kind = this.#usualFrame(from, to)
    if (kind < 0) {
      this.#message.begin()
      kind = this.#finish(this.#anyFrame(from, to), from, to)
    }
    this.buffer[to] = behind
    return kind
  }

  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    const start = skipBlanks(this.buffer, from)
    let kind = this.#message.snapshot(start, instrument)
    if (kind >= 0 && skipBlanks(this.buffer, this.#message.end) !== to) kind = Refusal.malformed
    kind = this.#finish(kind, from, to)
    this.buffer[to] = behind
    return kind
  }

  /** Puts the sentinel behind the frame, a 0 that nothing walks past, and returns what stood there: perhaps the next frame. */
  #begin(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    assert(from >= 0 && from <= to, 'a frame begins before it ends', from)
    this.#message.begin()
    this.#writer.receive(receivedAt, receivedNanos)
    const behind = this.buffer[to]!
    this.buffer[to] = 0
    return behind
  }

  /** A refused frame leaves no record. What is no JSON is malformed, whatever was found first. */
  #finish(kind: number, from: number, to: number): number {
    if (kind >= 0) return kind
    this.batch.count = 0
    return isJson(this.buffer, from, to) ? kind : Refusal.malformed
  }

  /** A frame exactly as the venue sends it. Any refusal says only that it is not quite so. */
  #usualFrame(from: number, to: number): number {
    if (!STREAM.isAt(this.#view, from)) return this.#bareFrame(from, to)
    const stream = this.#stream
    const p = stream.read(from + STREAM.length - 1)
    if (p < 0 || stream.channel === Channel.other || stream.instrument < 0 || !DATA.isAt(this.#view, p))
      return Refusal.malformed
    const kind = this.#message.read(stream.channel, p + DATA.length, 1, stream.instrument, stream.seconds)
    const { end } = this.#message
    return kind >= 0 && this.buffer[end] === CLOSE && end + 1 === to ? kind : Refusal.malformed
  }

  #bareFrame(from: number, to: number): number {
    const channel = this.#kind.guess(from)
    if (channel === Channel.none) return Refusal.malformed
    const kind = this.#message.read(channel, from, 0, -1, 0)
    // A field that is not known might be one of the wrapper.
    return kind >= 0 && this.#message.end === to && this.#fields.unknown === 0 ? kind : Refusal.malformed
  }

  /** Any frame: the fields of the wrapper in any order, with blanks, with fields that are not known. */
  #anyFrame(from: number, to: number): number {
    const { buffer } = this
    const stream = this.#stream
    const start = skipBlanks(buffer, from)
    if (buffer[start] !== OPEN) return this.#bareList(start, to)
    const end = this.#fields.message(start, WRAPPER, 0, -1)
    if (end < 0) return end
    if (skipBlanks(buffer, end) !== to) return Refusal.malformed
    const { seen, repeated } = this.#fields
    if ((repeated & (HAS_STREAM | HAS_DATA)) !== 0) return Refusal.missingField
    if ((seen & HAS_STREAM) === 0) return this.#anyMessage(start, 0, Channel.none)
    if ((seen & HAS_DATA) === 0) return Refusal.missingField
    const data = this.#slots[Slot.dataAt]!
    const name = stream.read(this.#slots[Slot.streamAt]!)
    if (name < 0) return name
    if (buffer[data] === OPEN) return this.#anyMessage(data, 1, stream.channel)
    const kind = this.#kind.ofList(data, 1)
    return kind < 0 ? kind : this.#control()
  }

  #anyMessage(p: number, depth: number, stream: number): number {
    const channel = this.#kind.of(p, depth, stream)
    if (channel === Channel.other) return this.#control()
    if (channel < 0) return channel
    const { instrument, isOfOne, seconds } = this.#stream
    if (depth === 0) return this.#message.read(channel, p, 0, -1, 0)
    if (isOfOne && instrument < 0) return Refusal.unknownSymbol
    return this.#message.read(channel, p, depth, instrument, seconds)
  }

  #bareList(p: number, to: number): number {
    const kind = this.#kind.ofList(p, 0)
    if (kind < 0) return kind
    return skipBlanks(this.buffer, this.#kind.end) === to ? this.#control() : Refusal.malformed
  }

  #control(): number {
    this.#message.begin()
    return FrameKind.control
  }
}

/** Symbols of a venue: as they are, in lower case as streams name them, and between quotes by index. */
function symbolNames(venue: string, { all }: InstrumentTable) {
  const own = all.filter(instrument => instrument.venue === venue)
  return {
    symbols: new NameTable(own.map(({ symbol, index }) => [symbol, index])),
    lowerSymbols: new NameTable(own.map(({ symbol, index }) => [symbol.toLowerCase(), index])),
    quotedSymbols: all.map(each => (each.venue === venue ? Literal.quoted(each.symbol) : undefined)),
  }
}
