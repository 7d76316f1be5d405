import { assert } from '@velocimex/core/assert'
import { FrameKind, type MarketCodec, Refusal, SLACK, type UpdateIds } from '@velocimex/core/feed/market-codec'
import type { InstrumentKind } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { FieldReader } from '../wire/field-reader.ts'
import { GridTable } from '../wire/grid-table.ts'
import { isJson, skipBlanks } from '../wire/json-walk.ts'
import { LevelReader } from '../wire/level-reader.ts'
import { Literal } from '../wire/literal.ts'
import { NameTable } from '../wire/name-table.ts'
import { NumberReader } from '../wire/number-reader.ts'
import { QuotedNames } from '../wire/quoted-names.ts'
import { RecordWriter } from '../wire/record-writer.ts'
import { CHANNEL_BITS, Channel, channelWords, EVENTS } from './channels.ts'
import { ChecksumAudit } from './checksum-audit.ts'
import { ElementReader } from './element-reader.ts'
import { ANSWER, ARG, ROOT, Slot } from './frame-fields.ts'
import { kindOfName } from './inst-id.ts'
import { InstrumentStates } from './instrument-states.ts'
import { Action, MessageReader } from './message-reader.ts'
import { OrderRows } from './order-rows.ts'
import { findName, NO_NAME } from './plain-name.ts'
import { TextFields } from './text-fields.ts'

const CLOSE = 125
const CHANNEL_MASK = (1 << CHANNEL_BITS) - 1
const HEAD = new Literal('{"arg":{"channel":"')
const INST_ID = new Literal('","instId":"')
const DATA = new Literal('"},"data":')
const SNAPSHOT = new Literal('"},"action":"snapshot","data":')
const UPDATE = new Literal('"},"action":"update","data":')
const PONG = new Literal('pong')
const CODE_ZERO = new NameTable([['0', 0]])
const ACTIONS = new NameTable([
  ['snapshot', Action.snapshot],
  ['update', Action.update],
])
const HAS = { arg: ROOT.bit('arg'), action: ROOT.bit('action'), data: ROOT.bit('data'), event: ROOT.bit('event') }
const HAS_INST_ID = ARG.bit('instId')

/**
 * Market data of OKX v5, all types of instruments on one socket. Bytes are read in place, and never twice in the usual
 * case: see the README of this folder for what is read.
 *
 * A push is first taken to be written exactly as the venue does. When it is not, or when its data are refused, it is
 * walked from the start without that guess: the walk is the authority, and gives all reasons.
 */
export class OkxCodec implements MarketCodec {
  readonly buffer: Uint8Array
  readonly batch: RecordBatch
  readonly audit: ChecksumAudit
  readonly #view: DataView
  readonly #slots: Float64Array
  readonly #fields: FieldReader
  readonly #message: MessageReader
  readonly #writer: RecordWriter
  readonly #symbols: NameTable
  readonly #quotedSymbols: QuotedNames
  readonly #channels = new NameTable(channelWords())
  readonly #quotedChannels = new QuotedNames(channelWords())
  readonly #events = new NameTable(EVENTS.map((name, at) => [name, at]))
  readonly #only: InstrumentKind | undefined
  #isChange = false

  /**
   * @param bufferBytes longest frame; longer ones cannot be put into the buffer
   * @param maxLevels most records of one frame
   * @param source connection number that the records carry, 0..65535
   * @param only the one type of instruments that is followed: pushes of others are passed over
   */
  constructor(
    venue: string,
    instruments: InstrumentTable,
    bufferBytes: number,
    maxLevels: number,
    source: number,
    only?: InstrumentKind,
  ) {
    this.#only = only
    this.buffer = new Uint8Array(bufferBytes + SLACK)
    this.batch = new RecordBatch(maxLevels)
    const numbers = new NumberReader(this.buffer, new GridTable(instruments.all))
    const own = instruments.all.filter(each => each.venue === venue)
    this.#symbols = new NameTable(own.map(({ symbol, index }) => [symbol, index]))
    const quotedSymbols = instruments.all.map(each => (each.venue === venue ? Literal.quoted(each.symbol) : undefined))
    this.#quotedSymbols = new QuotedNames(own.map(({ symbol, index }) => [symbol, index]))
    const rows = new OrderRows(numbers, this.batch)
    const texts = new TextFields(numbers, rows)
    const names = { symbols: this.#symbols, quotedSymbols, intervals: new NameTable([]), own: texts }
    this.#view = numbers.view
    this.#slots = numbers.slots
    this.#fields = new FieldReader(numbers, new LevelReader(numbers, this.batch), names)
    this.#writer = new RecordWriter(this.batch, numbers.slots, source)
    const states = new InstrumentStates(this.#fields, this.#symbols, this.batch, this.#writer)
    const elements = new ElementReader(this.#fields, texts, rows, this.batch, quotedSymbols)
    this.#message = new MessageReader(this.#fields, elements, texts, rows, states, this.batch, this.#writer)
    this.audit = new ChecksumAudit(this.buffer, rows.digitsAt, instruments.all.length)
  }

  get instrument(): number {
    return this.#message.instrument
  }

  get ids(): UpdateIds {
    return this.#message.ids
  }

  /** NaN also for the changes of a book whose snapshot came without one: there is nothing to compare with. */
  get checksum(): number {
    if (!this.#message.hasChecksum) return Number.NaN
    return this.#isChange && !this.audit.keeps(this.instrument) ? Number.NaN : this.#slots[Slot.checksum]!
  }

  /** The connection was lost: what was kept of its books is of no use. */
  reset(): void {
    this.audit.forgetAll()
  }

  decode(from: number, to: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    let kind = this.#usualPush(from, to)
    if (kind < 0) {
      this.#message.begin()
      kind = this.#finish(this.#anyFrame(from, to), from, to)
    }
    this.#isChange = kind === FrameKind.depth
    this.buffer[to] = behind
    return kind
  }

  /** A REST answer of `market/books`: a whole book, but without a number that changes could connect to. */
  decodeSnapshot(from: number, to: number, instrument: number, receivedAt: number, receivedNanos: number): number {
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, receivedAt, receivedNanos)
    let kind = this.#finish(this.#answer(Channel.books5, from, to, instrument), from, to)
    if (kind === FrameKind.partialDepth) kind = FrameKind.snapshot
    this.buffer[to] = behind
    return kind
  }

  /**
   * A REST answer whose elements are those of a channel: trades, bars, tickers, marks, states, rates that were paid.
   * @param channel `trades`, `candle1m`, ..., or `funding-rate-history`
   * @param instrument index in the table; -1 for instruments
   */
  decodeAnswer(channel: string, from: number, to: number, instrument: number, at: number, nanos: number): number {
    const word = channel === 'funding-rate-history' ? Channel.fundingPast : channelWords().get(channel)
    assert(word !== undefined && word !== Channel.books, 'answers are of a channel that is read', channel)
    if (to > this.buffer.length - SLACK) return Refusal.tooLarge
    const behind = this.#begin(from, to, at, nanos)
    const kind = this.#finish(this.#answer(word, from, to, instrument), from, to)
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
    if (kind === FrameKind.control) this.#message.begin()
    if (kind >= 0) return kind
    this.batch.count = 0
    return isJson(this.buffer, from, to) ? kind : Refusal.malformed
  }

  /** A push exactly as the venue sends it. Any refusal says only that it is not quite so. */
  #usualPush(from: number, to: number): number {
    const { buffer } = this
    const view = this.#view
    if (!HEAD.isAt(view, from)) return Refusal.malformed
    const word = this.#quotedChannels.find(view, from + HEAD.length)
    const channel = word & CHANNEL_MASK
    if (word < 0 || channel >= Channel.instruments) return Refusal.malformed
    let p = this.#quotedChannels.end
    if (!INST_ID.isAt(view, p)) return Refusal.malformed
    const instrument = this.#quotedSymbols.find(view, p + INST_ID.length)
    if (instrument < 0) return Refusal.malformed
    p = this.#quotedSymbols.end
    let action: number = Action.none
    if (DATA.isAt(view, p)) p += DATA.length
    else if (UPDATE.isAt(view, p)) {
      action = Action.update
      p += UPDATE.length
    } else if (SNAPSHOT.isAt(view, p)) {
      action = Action.snapshot
      p += SNAPSHOT.length
    } else return Refusal.malformed
    const kind = this.#message.read(channel, action, p, instrument, word >>> CHANNEL_BITS)
    const { end } = this.#message
    if (kind < 0 || buffer[end] !== CLOSE || end + 1 !== to) return Refusal.malformed
    if (kind === FrameKind.control) this.#message.begin()
    return kind
  }

  /** Any frame: its fields in any order, with blanks, with fields that are not known. */
  #anyFrame(from: number, to: number): number {
    const { buffer } = this
    if (to - from === 4 && PONG.isAt(this.#view, from)) return FrameKind.control
    const fields = this.#fields
    const end = fields.message(skipBlanks(buffer, from), ROOT, 0, -1)
    if (end < 0) return end
    if (skipBlanks(buffer, end) !== to) return Refusal.malformed
    if (fields.repeated !== 0) return Refusal.missingField
    const { seen } = fields
    if ((seen & HAS.event) !== 0) return this.#event(seen)
    if ((seen & HAS.arg) === 0 || (seen & HAS.data) === 0) return Refusal.missingField
    const dataAt = this.#slots[Slot.dataAt]!
    const action =
      (seen & HAS.action) === 0 ? Action.none : findName(this.#fields.numbers, this.#slots[Slot.actionAt]!, ACTIONS)
    const argEnd = fields.message(this.#slots[Slot.argAt]!, ARG, 1, -1)
    if (argEnd < 0) return argEnd
    if (fields.repeated !== 0) return Refusal.missingField
    const word = findName(this.#fields.numbers, this.#slots[Slot.channelAt]!, this.#channels)
    if (word < 0) return word === NO_NAME ? Refusal.malformed : Refusal.unknownKind
    const channel = word & CHANNEL_MASK
    if (channel === Channel.other) return FrameKind.control
    if (action < 0) return Refusal.malformed
    const hasInstId = (fields.seen & HAS_INST_ID) !== 0
    const instrument = hasInstId ? findName(this.#fields.numbers, this.#slots[Slot.instIdAt]!, this.#symbols) : -1
    if (channel !== Channel.instruments) {
      if (!hasInstId) return Refusal.missingField
      if (instrument === NO_NAME) return Refusal.malformed
      if (instrument < 0) return this.#isLeftOut() ? FrameKind.control : Refusal.unknownSymbol
    }
    return this.#message.read(channel, action, dataAt, instrument, word >>> CHANNEL_BITS)
  }

  /** Whether the instrument named in `arg` is of a type that is not followed here. */
  #isLeftOut(): boolean {
    return this.#only !== undefined && kindOfName(this.buffer, this.#slots[Slot.instIdAt]!) !== this.#only
  }

  /** An event carries no data: what carries both is neither. */
  #event(seen: number): number {
    if ((seen & (HAS.data | HAS.action)) !== 0) return Refusal.malformed
    const name = findName(this.#fields.numbers, this.#slots[Slot.eventAt]!, this.#events)
    if (name < 0) return name === NO_NAME ? Refusal.malformed : Refusal.unknownKind
    return FrameKind.control
  }

  #answer(word: number, from: number, to: number, instrument: number): number {
    const { buffer } = this
    const fields = this.#fields
    const end = fields.message(skipBlanks(buffer, from), ANSWER, 0, -1)
    if (end < 0) return end
    if (skipBlanks(buffer, end) !== to) return Refusal.malformed
    if (fields.repeated !== 0) return Refusal.missingField
    if (findName(this.#fields.numbers, this.#slots[Slot.codeAt]!, CODE_ZERO) !== 0) return Refusal.unknownKind
    const dataAt = this.#slots[Slot.dataAt]!
    return this.#message.read(word & CHANNEL_MASK, Action.none, dataAt, instrument, word >>> CHANNEL_BITS)
  }
}
