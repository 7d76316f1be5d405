import { assert } from '@velocimex/core/assert'
import { FrameKind, type MarketCodec, Refusal, SLACK, type UpdateIds } from '@velocimex/core/feed/market-codec'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { isJson, skipBlanks } from '../wire/json-walk.ts'
import { KrakenAudit } from './kraken-audit.ts'
import { RestBookReader } from './rest-book-reader.ts'
import { V1Reader } from './v1-reader.ts'
import { V2Frame } from './v2-frame.ts'
import { Slot, WireParts } from './wire-parts.ts'

const OPEN_LIST = 91
/** Kraken numbers neither books nor frames. */
const NO_IDS: UpdateIds = Object.freeze({ first: -1, last: -1, previous: -1 })

/**
 * Market data of Kraken spot: websocket v2, and v1, told from each other by the frame itself (an array is v1). Bytes are
 * read in place; see the README of this folder for what is read.
 */
export class KrakenCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly ids = NO_IDS
  readonly audit: KrakenAudit
  checksum = Number.NaN
  instrument = -1
  readonly #parts: WireParts
  readonly #objects: V2Frame
  readonly #arrays: V1Reader
  readonly #rest: RestBookReader

  /**
   * @param bufferBytes longest frame; longer ones cannot be put into the buffer
   * @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  constructor(instruments: InstrumentTable, bufferBytes: number, maxLevels: number, source: number) {
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    this.#parts = new WireParts(this.buffer, this.batch, instruments, source)
    this.#objects = new V2Frame(this.#parts)
    this.#arrays = new V1Reader(this.#parts)
    this.#rest = new RestBookReader(this.#parts)
    this.audit = new KrakenAudit(instruments.all, this.#parts.places, this.batch)
  }

  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    const start = skipBlanks(this.buffer, from)
    const isArray = this.buffer[start] === OPEN_LIST
    let kind = isArray ? this.#arrays.read(start, to) : this.#objects.read(start)
    const end = isArray ? this.#arrays.end : this.#objects.end
    if (kind >= 0 && end !== to && skipBlanks(this.buffer, end) !== to) kind = Refusal.malformed
    if (kind < 0) kind = this.#refuse(kind, from, to)
    else if (isArray) this.#taken(kind)
    else {
      this.#objects.carry()
      const { instrument, depth } = this.#objects.subscribed
      if (instrument >= 0) this.audit.subscribe(instrument, depth)
      this.#tell(kind)
    }
    this.buffer[to] = behind
    return kind
  }

  next(): number {
    const kind = this.#objects.next()
    this.#tell(kind)
    return kind
  }

  /** The REST answer of `Depth`. Kraken proves books by checksums, which it does not carry: it is good for a look. */
  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    let kind = this.#rest.read(skipBlanks(this.buffer, from), instrument)
    if (kind >= 0 && skipBlanks(this.buffer, this.#rest.end) !== to) kind = Refusal.malformed
    if (kind < 0) kind = this.#refuse(kind, from, to)
    else this.instrument = instrument
    this.buffer[to] = behind
    return kind
  }

  reset(): void {
    this.audit.reset()
    this.#parts.carried.fill(0)
    this.#objects.reset()
  }

  /** Puts the sentinel behind the frame, a 0 that nothing walks past, and returns what stood there: perhaps the next frame. */
  #begin(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    assert(from >= 0 && from <= to, 'a frame begins before it ends', from)
    this.batch.count = 0
    this.instrument = -1
    this.checksum = Number.NaN
    this.#parts.instrument = -1
    this.#objects.clear()
    this.#parts.writer.receive(receivedAt, receivedNanos)
    const behind = this.buffer[to]!
    this.buffer[to] = 0
    return behind
  }

  /** A refused frame leaves no record. What is no JSON is malformed, whatever was found first. */
  #refuse(kind: number, from: number, to: number): number {
    this.batch.count = 0
    this.#objects.clear()
    return isJson(this.buffer, from, to) ? kind : Refusal.malformed
  }

  /** A frame of v1: its name tells the depth of the book. */
  #taken(kind: number): void {
    this.#tell(kind)
    if (!this.#arrays.isBook) return
    this.audit.subscribe(this.instrument, this.#parts.depth)
    this.#parts.carried[this.instrument] = 1
  }

  #tell(kind: number): void {
    if (kind === FrameKind.control) return
    this.audit.isOfOrders = this.#objects.isOfOrders
    const isBook = kind === FrameKind.depth || kind === FrameKind.snapshot
    this.instrument = this.#parts.instrument
    this.checksum = isBook ? this.#parts.numbers.slots[Slot.checksum]! : Number.NaN
  }
}
