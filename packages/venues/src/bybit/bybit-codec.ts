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
import { NOT_USUAL } from '../wire/not-usual.ts'
import { NumberReader } from '../wire/number-reader.ts'
import { QuotedNames } from '../wire/quoted-names.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { TrimmedRows } from '../wire/trimmed-rows.ts'
import { type Category, Channel, HEAD, INTERVAL_SECONDS, Slot } from './frame-fields.ts'
import { MessageReader } from './message-reader.ts'
import { TopicName } from './topic-name.ts'
import { UsualFrames } from './usual-frames.ts'

const TOPIC = new Literal('{"topic":"')
const HAS_TOPIC = HEAD.bit('topic')
const HAS_OP = HEAD.bit('op')

/**
 * Market data of Bybit v5, spot or linear: frames of the public sockets, and the REST answer with a book; see the README of
 * this folder for what is read. A frame is first taken to have its usual form; see `UsualFrames`. Otherwise a topic still
 * stands first nearly always; wherever it stands, the frame is then read once, by the table of its channel.
 */
export class BybitCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly #view: DataView
  readonly #fields: FieldReader
  readonly #topic: TopicName
  readonly #message: MessageReader
  readonly #writer: RecordWriter
  readonly #usual: UsualFrames

  /**
   * @param bufferBytes longest frame; longer ones cannot be put into the buffer
   * @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   */
  constructor(
    category: Category,
    venue: string,
    instruments: InstrumentTable,
    bufferBytes: number,
    maxLevels: number,
    source: number,
  ) {
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    const numbers = new NumberReader(this.buffer, new GridTable(instruments.all))
    const own = instruments.all.filter(instrument => instrument.venue === venue)
    const symbols = new NameTable(own.map(({ symbol, index }) => [symbol, index]))
    const quoted = new QuotedNames(own.map(({ symbol, index }) => [symbol, index]))
    const quotedSymbols = instruments.all.map(each => (each.venue === venue ? Literal.quoted(each.symbol) : undefined))
    const intervals = new NameTable(Object.entries(INTERVAL_SECONDS))
    this.#view = numbers.view
    const levels = new LevelReader(numbers, this.batch)
    this.#fields = new FieldReader(numbers, levels, { symbols, quotedSymbols, intervals })
    this.#topic = new TopicName(category, numbers, symbols, intervals)
    this.#writer = new RecordWriter(this.batch, numbers.slots, source)
    this.#message = new MessageReader(this.#fields, this.batch, this.#writer, instruments.all.length)
    const rows = category === 'spot' ? new TrimmedRows(numbers, this.batch, levels) : levels
    this.#usual = new UsualFrames(category, this.#fields, rows, quoted, quotedSymbols, this.#message)
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
    let kind = this.#usual.read(from, to)
    if (kind === NOT_USUAL) {
      this.#message.begin()
      kind = this.#finish(this.#frame(from, to), from, to)
    }
    this.buffer[to] = behind
    return kind
  }

  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    const kind = this.#finish(this.#message.snapshot(skipBlanks(this.buffer, from), to, instrument), from, to)
    this.buffer[to] = behind
    return kind
  }

  reset(): void {
    this.#message.reset()
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

  #frame(from: number, to: number): number {
    const start = skipBlanks(this.buffer, from)
    let topicAt = start + TOPIC.length - 1
    if (!TOPIC.isAt(this.#view, start)) {
      const end = this.#fields.message(start, HEAD, 0, -1)
      if (end < 0) return end
      if (skipBlanks(this.buffer, end) !== to) return Refusal.malformed
      if ((this.#fields.seen & HAS_TOPIC) === 0) return this.#answer()
      topicAt = this.#fields.slots[Slot.topicAt]!
    }
    const refusal = this.#topic.read(topicAt)
    if (refusal < 0) return refusal
    if (this.#topic.channel === Channel.other) return this.#unread(start, to)
    return this.#message.read(this.#topic, start, to)
  }

  /** An answer to a command: passed over if it holds nothing but an answer. */
  #answer(): number {
    const { seen, unknown, repeated } = this.#fields
    if ((seen & HAS_OP) === 0 || unknown > 0 || repeated !== 0) return Refusal.unknownKind
    this.#message.begin()
    return FrameKind.control
  }

  /** A topic that is known and not read. */
  #unread(start: number, to: number): number {
    const end = this.#fields.message(start, HEAD, 0, -1)
    if (end < 0) return end
    if (skipBlanks(this.buffer, end) !== to) return Refusal.malformed
    if ((this.#fields.repeated & HAS_TOPIC) !== 0) return Refusal.missingField
    this.#message.begin()
    return FrameKind.control
  }
}
