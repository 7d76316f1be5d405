import { assert } from '@velocimex/core/assert'
import { FrameKind, type MarketCodec, Refusal, SLACK, type UpdateIds } from '@velocimex/core/feed/market-codec'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { isJson, skipBlanks } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { PlaceValues } from '../wire/place-values.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { BODY, METHODS, PARAMS, ROOT, VERSIONS } from './frame-places.ts'
import { NotificationReader } from './notification-reader.ts'
import { PlatformState } from './platform-state.ts'

const R = {
  version: ROOT.place('jsonrpc'),
  method: ROOT.place('method'),
  params: ROOT.place('params'),
  id: ROOT.place('id'),
  result: ROOT.place('result'),
  error: ROOT.place('error'),
}
const NAMED = BODY.place('instrument_name')
const HEARTBEAT = 0
/** A notification as the venue writes it, up to its channel and from there to its data. */
const USUAL = {
  head: new Literal('{"jsonrpc":"2.0","method":"subscription","params":{"channel":"'),
  data: new Literal(',"data":'),
}
const CLOSE = 125

/**
 * Market data of Deribit: notifications of the JSON-RPC socket, and the REST answer with a whole book. Bytes are read in
 * place, nothing is allocated; see the README of this folder for what is read.
 */
export class DeribitCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly ids: UpdateIds
  instrument = -1
  readonly #values: PlaceValues
  readonly #notification: NotificationReader
  readonly #platform: PlatformState
  readonly #writer: RecordWriter

  /**
   * @param bufferBytes longest frame @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  constructor(venue: string, instruments: InstrumentTable, bufferBytes: number, maxLevels: number, source: number) {
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    this.#values = new PlaceValues(this.buffer, venue, instruments)
    this.#writer = new RecordWriter(this.batch, this.#values.slots, source)
    this.#notification = new NotificationReader(this.#values, instruments, this.batch, this.#writer)
    this.#platform = new PlatformState(this.#values, venue, instruments, this.batch, this.#writer)
    this.ids = this.#notification.book.ids
  }

  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    let kind = this.#usualFrame(from, to)
    if (kind < 0) {
      this.#forget()
      kind = this.#frame(from, to)
    }
    kind = this.#finish(kind, from, to)
    this.buffer[to] = behind
    return kind
  }

  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    const kind = this.#finish(this.#answer(from, to, instrument), from, to)
    if (kind >= 0) this.instrument = instrument
    this.buffer[to] = behind
    return kind
  }

  next(): number {
    return this.#notification.hasNext ? this.#part(this.#notification.next()) : FrameKind.control
  }

  /** Puts the sentinel behind the frame and returns what stood there: perhaps the next frame. */
  #begin(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    assert(from >= 0 && from <= to, 'a frame begins before it ends', from)
    this.#forget()
    this.#writer.receive(receivedAt, receivedNanos)
    const behind = this.buffer[to]!
    this.buffer[to] = 0
    return behind
  }

  #forget(): void {
    this.batch.count = 0
    this.instrument = -1
    this.#notification.begin()
  }

  /** A notification exactly as the venue sends it. Any refusal says only that it is not quite so. */
  #usualFrame(from: number, to: number): number {
    const { numbers } = this.#values
    if (!USUAL.head.isAt(numbers.view, from)) return Refusal.malformed
    const plain = this.#notification.readPlain(from + USUAL.head.length, to)
    if (plain >= 0) return plain
    this.#forget()
    const end = this.#notification.name.read(from + USUAL.head.length - 1)
    if (end < 0 || !USUAL.data.isAt(numbers.view, end)) return Refusal.malformed
    // The data is the rest but for two braces: it is walked when it is read, and must end there.
    if (this.buffer[to - 1] !== CLOSE || this.buffer[to - 2] !== CLOSE) return Refusal.malformed
    return this.#notification.readUsual(end + USUAL.data.length, to - 2)
  }

  #frame(from: number, to: number): number {
    const { places } = this.#values
    const end = places.object(skipBlanks(this.buffer, from), ROOT, 0)
    if (end < 0) return end
    if (skipBlanks(this.buffer, end) !== to) return Refusal.malformed
    const { at } = places
    if (at[R.version] === 0) return Refusal.missingField
    if (this.#values.name(at[R.version]!, VERSIONS) < 0) return Refusal.malformed
    if (at[R.method] === 0) return this.#isAnswer() ? FrameKind.control : Refusal.unknownKind
    if (at[R.id] !== 0 || at[R.result] !== 0 || at[R.error] !== 0) return Refusal.malformed
    const method = this.#values.name(at[R.method]!, METHODS)
    if (method < 0) return Refusal.unknownKind
    if (method === HEARTBEAT) return FrameKind.control
    if (at[R.params] === 0) return Refusal.missingField
    const params = places.object(at[R.params]!, PARAMS, 1)
    if (params < 0) return params
    if (!this.#platform.isTold) return this.#notification.read()
    const kind = this.#platform.read()
    this.#notification.instrument = this.#platform.instrument
    return kind
  }

  /** An answer has an id and either a result or an error. */
  #isAnswer(): boolean {
    const { at } = this.#values.places
    return at[R.id] !== 0 && (at[R.result] !== 0) !== (at[R.error] !== 0)
  }

  /** `public/get_order_book`: a result with a whole book. */
  #answer(from: number, to: number, instrument: number): number {
    const { places } = this.#values
    const end = places.object(skipBlanks(this.buffer, from), ROOT, 0)
    if (end < 0) return end
    if (skipBlanks(this.buffer, end) !== to) return Refusal.malformed
    const result = places.at[R.result]!
    if (result === 0) return Refusal.missingField
    const body = places.object(result, BODY, 1)
    if (body < 0) return body
    const named = this.#values.symbol(places.at[NAMED]!)
    if (named < 0) return named
    return named === instrument ? this.#notification.book.whole(instrument, FrameKind.snapshot) : Refusal.malformed
  }

  /** A refused frame leaves no record. What is no JSON is malformed, whatever was found first. */
  #finish(kind: number, from: number, to: number): number {
    if (kind >= 0) return this.#part(kind)
    this.#forget()
    return isJson(this.buffer, from, to) ? kind : Refusal.malformed
  }

  #part(kind: number): number {
    if (kind === FrameKind.control) {
      this.instrument = -1
      return kind
    }
    this.instrument = this.#notification.instrument
    this.#writer.markLast()
    return kind
  }
}
