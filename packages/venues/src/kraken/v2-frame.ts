import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import { readIsoInstant } from '../wire/iso-instant.ts'
import { skipBlanks, skipValue } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { Level3Reader } from './level3-reader.ts'
import { plainEnd } from './plain-text.ts'
import { ReplyReader } from './reply-reader.ts'
import { StatusReader } from './status-reader.ts'
import { V2Reader } from './v2-reader.ts'
import { CHANNELS, Channel as Channels, EVENTS, STATUSES, TYPES } from './v2-words.ts'
import { Slot as Slots, type WireParts } from './wire-parts.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Channel = Channels
const Slot = Slots

/** Most books that one frame may hold. */
const BOOKS_MAX = 1024
const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const BOOK = new Literal('"book"')
const UPDATE = new Literal('"update"')
/** How nearly every change of a book begins, up to its symbol; where its element opens; and how it ends. */
const USUAL_CHANGE = new Literal('{"channel":"book","type":"update","data":[{"symbol":')
const USUAL_ELEMENT = USUAL_CHANGE.length - '{"symbol":'.length
const CLOSE = 125
const SUBSCRIBE = new Literal('"subscribe"')
/** Numbers of the fields of a frame. */
const Field = { channel: 0, type: 1, timestamp: 2, data: 3, method: 4, result: 5, event: 6, status: 7 } as const

/**
 * Reads the frames that are objects: all of websocket v2 (`channel`, and `method` of replies), and the events of v1. The
 * usual order of fields lets the data be read on the way; in any other order they are stepped over first.
 */
export class V2Frame {
  /** Position behind the frame just read. */
  end = 0
  readonly #parts: WireParts
  readonly #reader: V2Reader
  readonly #orders: Level3Reader
  readonly #replies: ReplyReader
  readonly #statuses: StatusReader
  readonly #root: ObjectWalk
  /** Where each book of the frame begins, and of which instrument it is. */
  readonly #books = new Int32Array(BOOKS_MAX)
  readonly #bookOf = new Int32Array(BOOKS_MAX)
  #bookCount = 0
  #nextBook = 0
  #channel: number = Channel.none
  #isSnapshot = -1

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#reader = new V2Reader(parts)
    this.#orders = new Level3Reader(parts)
    this.#replies = new ReplyReader(parts)
    this.#statuses = new StatusReader(parts)
    this.#root = new ObjectWalk(parts.numbers, 0, [
      ['channel', 'free'],
      ['type', 'free'],
      ['timestamp', 'free'],
      ['data', 'free'],
      ['method', 'free'],
      ['result', 'free'],
      ['event', 'free'],
      ['status', 'free'],
    ])
  }

  /** Instrument and depth of the book subscription that the frame just read confirmed; the instrument is -1 for none. */
  get subscribed(): ReplyReader {
    return this.#replies
  }

  /** Whether the books of the frame just read are of orders. */
  get isOfOrders(): boolean {
    return this.#channel === Channel.level3
  }

  /** The frame whose brace opens at `p`. Returns a `FrameKind` or a `Refusal`. */
  read(p: number): number {
    const kind = this.#usualChange(p)
    return kind >= 0 ? kind : this.#anyFrame(p)
  }

  /** A change of one book exactly as the venue sends it. Any refusal says only that it is not quite so. */
  #usualChange(p: number): number {
    const { bytes, view } = this.#parts.numbers
    if (!USUAL_CHANGE.isAt(view, p)) return -1
    this.clear()
    this.#parts.batch.count = 0
    const end = this.#reader.usualChange(p + USUAL_CHANGE.length)
    if (end < 0 || bytes[end] !== CLOSE_LIST || bytes[end + 1] !== CLOSE) return -1
    this.end = end + 2
    this.#channel = Channel.book
    this.#isSnapshot = 0
    this.#books[0] = p + USUAL_ELEMENT
    this.#bookOf[0] = this.#parts.instrument
    this.#bookCount = this.#nextBook = 1
    return FrameKind.depth
  }

  #anyFrame(p: number): number {
    const { names } = this.#parts
    const { bytes, view, slots } = this.#parts.numbers
    const walk = this.#root
    let dataAt = -1
    let resultAt = -1
    let methodAt = -1
    let statusAt = -1
    let isData = false
    this.clear()
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p))
      switch (walk.field) {
        case Field.channel:
          p = this.#channelAt(p)
          if (p >= 0 && this.#channel < 0) return Refusal.unknownKind
          break
        case Field.type:
          p = this.#typeAt(p)
          break
        case Field.timestamp:
          p = bytes[p] === 34 ? readIsoInstant(this.#parts.numbers, p, Slot.sent) : Refusal.malformed
          break
        case Field.data:
          dataAt = p
          isData = this.#channel >= Channel.book && this.#channel <= Channel.ticker && this.#isSnapshot >= 0
          p = isData ? this.#list(p) : skipValue(bytes, p, 1)
          break
        case Field.event:
          p = names.read(this.#parts.numbers, p, EVENTS)
          this.#channel = names.found
          if (p >= 0 && names.found < 0) return Refusal.unknownKind
          break
        default:
          if (walk.field === Field.method) methodAt = p
          else if (walk.field === Field.result) resultAt = p
          else statusAt = p
          p = skipValue(bytes, p, 1)
      }
    this.end = p
    if (p < 0) return p
    const { seen } = walk
    const said = (seen & (1 << Field.channel)) + (seen & (1 << Field.method)) + (seen & (1 << Field.event))
    if (said === 1 << Field.channel) return this.#message(dataAt, isData)
    if (said === 1 << Field.event)
      return this.#channel === Channel.other ? FrameKind.control : this.#systemStatus(statusAt)
    if (said !== 1 << Field.method) return Refusal.unknownKind
    if (plainEnd(bytes, methodAt) < 0) return Refusal.malformed
    slots[Slot.sent] = 0
    return resultAt >= 0 && SUBSCRIBE.isAt(view, methodAt) ? this.#replies.read(resultAt) : FrameKind.control
  }

  /** The next book of the frame just read; `control` when there is none. */
  next(): number {
    if (this.#nextBook >= this.#bookCount) return FrameKind.control
    return this.#part(this.#nextBook++)
  }

  /** The frame is taken: the instruments of its books are carried by this connection, and what it said of states holds. */
  carry(): void {
    this.#statuses.states.commit()
    for (let book = 0; book < this.#bookCount; book++) this.#parts.carried[this.#bookOf[book]!] = 1
  }

  /** Another connection: what the last one said of states is forgotten. */
  reset(): void {
    this.#statuses.states.reset()
  }

  /** Forgets the frame before. */
  clear(): void {
    this.#channel = Channel.none
    this.#isSnapshot = -1
    this.#bookCount = 0
    this.#nextBook = 0
    this.#replies.instrument = -1
    this.#statuses.states.begin()
    this.#parts.numbers.slots[Slot.sent] = 0
  }

  /** A channel's message, whose data have been read already, or begin at `dataAt`. */
  #message(dataAt: number, isData: boolean): number {
    const channel = this.#channel
    if (channel === Channel.other) return FrameKind.control
    if (dataAt < 0) return Refusal.missingField
    if (this.#isSnapshot < 0) return this.#root.has(Field.type) ? Refusal.malformed : Refusal.missingField
    if (channel === Channel.status) return this.#statuses.system(dataAt)
    if (channel === Channel.instrument) return this.#statuses.pairs(dataAt)
    const end = isData ? 0 : this.#list(dataAt)
    if (end < 0) return end
    if (channel === Channel.book || channel === Channel.level3) {
      if (this.#bookCount === 0) return FrameKind.control
      this.#nextBook = 1
      return this.#bookCount === 1 ? this.#bookKind() : this.#part(0)
    }
    if (this.#parts.batch.count === 0) return FrameKind.control
    this.#parts.writer.markLast()
    return channel === Channel.trade ? FrameKind.trade : channel === Channel.ticker ? FrameKind.quote : FrameKind.bar
  }

  /** The elements of the data, each appended to the batch; of books only the last remains in it. */
  #list(p: number): number {
    const { bytes } = this.#parts.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    if (bytes[++p]! <= 32) p = skipBlanks(bytes, p)
    if (bytes[p] === CLOSE_LIST) return p + 1
    for (;;) {
      p = this.#element(p)
      if (p < 0) return p
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      if (bytes[p] === CLOSE_LIST) return p + 1
      if (bytes[p] !== COMMA) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
    }
  }

  #element(p: number): number {
    const flags = this.#isSnapshot === 1 ? Flag.snapshot : 0
    if (this.#channel === Channel.trade) return this.#reader.trade(p, flags)
    if (this.#channel === Channel.ticker) return this.#reader.ticker(p)
    if (this.#channel === Channel.ohlc) return this.#reader.bar(p)
    if (this.#bookCount === BOOKS_MAX) return Refusal.tooLarge
    this.#parts.batch.count = 0
    this.#books[this.#bookCount] = p
    const end = this.#book(p)
    this.#bookOf[this.#bookCount++] = this.#parts.instrument
    return end
  }

  /** Reads a book of the frame again, which is known to be sound. */
  #part(book: number): number {
    this.#parts.batch.count = 0
    this.#book(this.#books[book]!)
    return this.#bookKind()
  }

  /** A book of levels or of orders. */
  #book(p: number): number {
    const flags = this.#isSnapshot === 1 ? Flag.snapshot : 0
    return this.#channel === Channel.level3 ? this.#orders.book(p, flags) : this.#reader.book(p, flags)
  }

  #bookKind(): number {
    return this.#isSnapshot === 1 ? FrameKind.snapshot : FrameKind.depth
  }

  #channelAt(p: number): number {
    const { names, numbers } = this.#parts
    if (BOOK.isAt(numbers.view, p)) {
      this.#channel = Channel.book
      return p + BOOK.length
    }
    const end = names.read(numbers, p, CHANNELS)
    this.#channel = names.found
    return end
  }

  #typeAt(p: number): number {
    const { names, numbers } = this.#parts
    if (UPDATE.isAt(numbers.view, p)) {
      this.#isSnapshot = 0
      return p + UPDATE.length
    }
    const end = names.read(numbers, p, TYPES)
    this.#isSnapshot = names.found
    return end
  }

  #systemStatus(statusAt: number): number {
    if (statusAt < 0) return Refusal.missingField
    const { names, numbers } = this.#parts
    const end = names.read(numbers, statusAt, STATUSES)
    if (end < 0) return end
    return names.found < 0 ? Refusal.unknownKind : this.#statuses.tellAll(names.found)
  }
}
