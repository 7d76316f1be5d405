import { assert } from '@velocimex/core/assert'
import { FrameKind, type MarketCodec, Refusal, SLACK, type UpdateIds } from '@velocimex/core/feed/market-codec'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { isJson, skipBlanks } from '../wire/json-walk.ts'
import { PlaceValues } from '../wire/place-values.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { AdvancedReader } from './advanced-reader.ts'
import { ExchangeReader } from './exchange-reader.ts'
import { ROOT } from './frame-places.ts'
import { PlainChangeReader } from './plain-change.ts'
import { RecordMaker } from './record-maker.ts'
import { RestBookReader } from './rest-book-reader.ts'

const CHANNEL = ROOT.place('channel')
const TYPE = ROOT.place('type')

/** Where the exchange feed's frames have the first letter of `type`. */
const TYPE_AT = 2
const LETTER_T = 116

/**
 * Market data of Coinbase in both dialects, told apart by the frame itself: Advanced Trade names a `channel`, the exchange
 * feed a `type`. Bytes are read in place, nothing is allocated; see the README of this folder for what is read.
 */
export class CoinbaseCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly ids: UpdateIds
  instrument = -1
  readonly #ids = { first: -1, last: -1, previous: -1 }
  readonly #values: PlaceValues
  readonly #advanced: AdvancedReader
  readonly #exchange: ExchangeReader
  readonly #change: PlainChangeReader
  readonly #book: RestBookReader
  readonly #writer: RecordWriter

  /**
   * @param bufferBytes longest frame; the snapshot of a large book has several megabytes
   * @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  constructor(venue: string, instruments: InstrumentTable, bufferBytes: number, maxLevels: number, source: number) {
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    this.ids = this.#ids
    this.#values = new PlaceValues(this.buffer, venue, instruments)
    this.#writer = new RecordWriter(this.batch, this.#values.slots, source)
    const make = new RecordMaker(this.batch, this.#values, this.#writer)
    this.#advanced = new AdvancedReader(this.#values, make)
    this.#exchange = new ExchangeReader(this.#values, make, this.#writer)
    this.#change = new PlainChangeReader(this.#values, make)
    this.#book = new RestBookReader(this.#values, make)
  }

  get sequence(): number {
    return this.#advanced.sequence
  }

  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    let kind = this.#usualFrame(from, to)
    if (kind >= 0) kind = this.#part(kind)
    else {
      this.batch.count = 0
      kind = this.#finish(this.#frame(from, to), from, to)
    }
    this.buffer[to] = behind
    return kind
  }

  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    const { places } = this.#values
    const end = places.object(skipBlanks(this.buffer, from), ROOT, 0)
    let kind = end
    if (end >= 0) kind = skipBlanks(this.buffer, end) === to ? this.#book.read(instrument) : Refusal.malformed
    this.instrument = instrument
    kind = this.#finish(kind, from, to)
    this.buffer[to] = behind
    return kind
  }

  next(): number {
    if (!this.#advanced.hasNext) return FrameKind.control
    const kind = this.#advanced.next()
    this.instrument = this.#advanced.instrument
    return this.#part(kind)
  }

  /** Puts the sentinel behind the frame and returns what stood there: perhaps the next frame. */
  #begin(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    assert(from >= 0 && from <= to, 'a frame begins before it ends', from)
    this.batch.count = 0
    this.instrument = -1
    this.#ids.last = -1
    this.#advanced.begin()
    this.#writer.receive(receivedAt, receivedNanos)
    const behind = this.buffer[to]!
    this.buffer[to] = 0
    return behind
  }

  /** A frame exactly as the venue sends it, of the kinds that come most. Any refusal says only that it is none. */
  #usualFrame(from: number, to: number): number {
    const isExchange = this.buffer[from + TYPE_AT] === LETTER_T
    const kind = isExchange ? this.#change.frame(from, to) : this.#advanced.usualBook(from, to)
    if (kind >= 0) this.instrument = isExchange ? this.#change.instrument : this.#advanced.instrument
    return kind
  }

  #frame(from: number, to: number): number {
    const { places } = this.#values
    const end = places.object(skipBlanks(this.buffer, from), ROOT, 0)
    if (end < 0) return end
    if (skipBlanks(this.buffer, end) !== to) return Refusal.malformed
    const hasType = places.at[TYPE] !== 0
    if (places.at[CHANNEL] !== 0) {
      if (hasType) return Refusal.malformed
      const kind = this.#advanced.read()
      this.instrument = this.#advanced.instrument
      return kind
    }
    if (!hasType) return Refusal.unknownKind
    const kind = this.#exchange.read()
    this.instrument = this.#exchange.instrument
    return kind
  }

  /** A refused frame leaves no record. What is no JSON is malformed, whatever was found first. */
  #finish(kind: number, from: number, to: number): number {
    if (kind >= 0) return this.#part(kind)
    this.batch.count = 0
    this.#advanced.begin()
    return isJson(this.buffer, from, to) ? kind : Refusal.malformed
  }

  #part(kind: number): number {
    if (kind === FrameKind.control) this.instrument = -1
    else this.#writer.markLast()
    // The count of the connection stands for the number of a change: there is no other.
    if (kind === FrameKind.depth || (kind === FrameKind.snapshot && this.sequence >= 0)) this.#ids.last = this.sequence
    return kind
  }
}
