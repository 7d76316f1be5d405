import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import { skipBlanks, skipValue } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { plainEnd } from './plain-text.ts'
import { V1Cells } from './v1-cells.ts'
import { V1Messages } from './v1-messages.ts'
import { Slot as Slots, type WireParts } from './wire-parts.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Slot = Slots

const QUOTE = 34
const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const BOOK = new Literal('"book-')
const OHLC = new Literal('"ohlc-')
const TRADE = new Literal('"trade"')
const TICKER = new Literal('"ticker"')
const SPREAD = new Literal('"spread"')
const DEPTH_MAX = 10_000
const MINUTES_MAX = 1_000_000
/** `{"a"` and `{"b"` as little-endian words: how the changes of a side begin. And what stands behind them, with a checksum. */
const CHANGED_ASKS = 0x2261227b
const CHANGED_BIDS = 0x2262227b
const CHECKSUM = new Literal(',"c":"')
const COLON = 58
const CLOSE = 125
/** Numbers of the fields of a book's payload. */
const Field = { asks: 0, bids: 1, changedAsks: 2, changedBids: 3, checksum: 4 } as const
const WHOLE = (1 << Field.asks) | (1 << Field.bids)
const CHANGES = (1 << Field.changedAsks) | (1 << Field.changedBids)

/**
 * Reads the frames of websocket v1 that are arrays: `[channel id, payload, "book-10", "XBT/USD"]`, with one payload more
 * where both sides of a book have changed. The name and the pair stand at the end, so a payload is stepped over first.
 *
 * Source: docs.kraken.com, Websockets v1: book, trade, ticker, spread, ohlc.
 */
export class V1Reader {
  /** Position behind the frame just read. */
  end = 0
  /** Whether the frame just read is a book. */
  isBook = false
  readonly #parts: WireParts
  readonly #cells: V1Cells
  readonly #messages: V1Messages
  readonly #book: ObjectWalk
  /** Where the elements of the frame begin. */
  readonly #at = new Int32Array(5)

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#cells = new V1Cells(parts)
    this.#messages = new V1Messages(parts, this.#cells)
    this.#book = new ObjectWalk(parts.numbers, 1, [
      ['as', 'optional'],
      ['bs', 'optional'],
      ['a', 'optional'],
      ['b', 'optional'],
      ['c', 'optional'],
    ])
  }

  /** The frame whose bracket opens at `p` and that ends before `to`. Returns a `FrameKind` or a `Refusal`. */
  read(p: number, to: number): number {
    const kind = this.#usualBook(p, to)
    if (kind >= 0) return kind
    this.#parts.batch.count = 0
    return this.#anyFrame(p)
  }

  /**
   * A change of a book without blanks: its name and pair are found from the end, so the payloads are read but once. Any
   * refusal says only that it is not quite so.
   */
  #usualBook(p: number, to: number): number {
    const { bytes, view } = this.#parts.numbers
    let pair = to - 2
    if (bytes[to - 1] !== CLOSE_LIST || bytes[pair] !== QUOTE) return -1
    do pair--
    while (bytes[pair] !== QUOTE && to - pair < 64 && pair > p)
    let name = pair - 2
    const nameEnd = name
    if (bytes[name] !== QUOTE || bytes[pair - 1] !== COMMA) return -1
    do name--
    while (bytes[name] !== QUOTE && nameEnd - name < 16 && name > p)
    if (!BOOK.isAt(view, name)) return -1
    const id = this.#parts.numbers.int(p + 1, Slot.cell)
    if (id < 0 || bytes[id] !== COMMA || this.#pair(pair) < 0) return -1
    this.end = to
    return this.#bookFrame(id + 1, 0, name, nameEnd)
  }

  #anyFrame(p: number): number {
    const { bytes, view } = this.#parts.numbers
    this.isBook = false
    const count = this.#split(p)
    if (count < 0) return count
    const channelEnd = this.#channelId(this.#at[0]!)
    if (channelEnd < 0) return channelEnd
    const name = this.#at[count - 2]!
    const pairEnd = this.#pair(this.#at[count - 1]!)
    if (pairEnd < 0) return pairEnd
    const nameEnd = plainEnd(bytes, name)
    if (nameEnd < 0) return nameEnd
    if (BOOK.isAt(view, name)) return this.#bookFrame(this.#at[1]!, count === 5 ? this.#at[2]! : name, name, nameEnd)
    if (count !== 4) return Refusal.unknownKind
    const payload = this.#at[1]!
    if (TRADE.isAt(view, name)) return this.#messages.trades(payload)
    if (TICKER.isAt(view, name)) return this.#messages.ticker(payload)
    if (SPREAD.isAt(view, name)) return this.#messages.spread(payload)
    if (!OHLC.isAt(view, name)) return Refusal.unknownKind
    const minutes = this.#number(name + OHLC.length, nameEnd)
    return minutes >= 1 && minutes <= MINUTES_MAX ? this.#messages.bar(payload, minutes) : Refusal.unknownKind
  }

  /** Finds where the elements begin. Returns how many there are, four or five. */
  #split(p: number): number {
    const { bytes } = this.#parts.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    let count = 0
    do {
      p = skipBlanks(bytes, p + 1)
      if (count === 5) return Refusal.unknownKind
      this.#at[count++] = p
      p = skipValue(bytes, p, 1)
      if (p < 0) return p
      p = skipBlanks(bytes, p)
    } while (bytes[p] === COMMA)
    this.end = p + 1
    if (bytes[p] !== CLOSE_LIST) return Refusal.malformed
    return count < 4 ? Refusal.unknownKind : count
  }

  #channelId(p: number): number {
    const { numbers } = this.#parts
    const end = numbers.int(p, Slot.cell)
    return end >= 0 && numbers.bytes[skipBlanks(numbers.bytes, end)] !== COMMA ? numbers.noInt(p) : end
  }

  #pair(p: number): number {
    const { numbers, names, olderSymbols } = this.#parts
    const end = names.read(numbers, p, olderSymbols)
    if (end < 0) return end
    const instrument = names.found
    if (instrument < 0) return Refusal.unknownSymbol
    numbers.useGrids(instrument)
    this.#parts.instrument = instrument
    return end
  }

  /** A whole number without leading zero between two positions; -1 for anything else. */
  #number(from: number, to: number): number {
    const { bytes } = this.#parts.numbers
    let value = 0
    if (bytes[from] === 48 || to - from > 7 || to === from) return -1
    for (let at = from; at < to; at++) {
      const digit = bytes[at]! - 48
      if (digit >>> 0 > 9) return -1
      value = value * 10 + digit
    }
    return value
  }

  /**
   * @param first where the first payload begins @param second where the second does; the name's place where there is
   * none, and 0 when the payloads stand close to each other and to the name
   */
  #bookFrame(first: number, second: number, name: number, nameEnd: number): number {
    const { numbers, writer, batch } = this.#parts
    const { slots } = numbers
    const depth = this.#number(name + BOOK.length, nameEnd)
    if (depth < 1 || depth > DEPTH_MAX) return Refusal.unknownKind
    slots[Slot.time] = 0
    slots[Slot.bids] = slots[Slot.bids + 1] = slots[Slot.asks] = slots[Slot.asks + 1] = 0
    slots[Slot.checksum] = Number.NaN
    let seen = this.#payload(first)
    if (seen < 0) return seen
    const isClose = second === 0
    if (isClose && numbers.bytes[this.#payloadEnd] !== COMMA) return -1
    if (isClose) second = this.#payloadEnd + 1
    if (second !== name) {
      const more = this.#payload(second)
      if (more < 0) return more
      // One payload a side, and only changes come in two.
      const isSplit = ((seen | more) & CHANGES) === CHANGES && (seen & more) === 0 && ((seen | more) & WHOLE) === 0
      if (!isSplit || (seen & CHANGES) === 0 || (more & CHANGES) === 0) return Refusal.missingField
      seen |= more
    }
    if (isClose && (this.#payloadEnd + 1 !== name || this.#parts.numbers.bytes[this.#payloadEnd] !== COMMA)) return -1
    const isWhole = seen === WHOLE
    const hasChanges = (seen & CHANGES) !== 0 && (seen & WHOLE) === 0 && (seen & (1 << Field.checksum)) !== 0
    if (!isWhole && !hasChanges) return Refusal.missingField
    if (slots[Slot.checksum]! > 0xffffffff) return Refusal.badNumber
    const flags = isWhole ? Flag.snapshot : 0
    const { instrument } = this.#parts
    writer.levels(slots[Slot.bids]!, slots[Slot.bids + 1]!, flags | Flag.bid, instrument, Slot.time, Slot.zero)
    writer.levels(slots[Slot.asks]!, slots[Slot.asks + 1]!, flags, instrument, Slot.time, Slot.zero)
    if (batch.count > 0) writer.markLast()
    this.isBook = true
    this.#parts.depth = depth
    return isWhole ? FrameKind.snapshot : FrameKind.depth
  }

  /** Position behind the payload just read. */
  #payloadEnd = 0

  /** One payload of a book. Returns the bits of its fields, or a refusal. */
  #payload(p: number): number {
    const { numbers, batch } = this.#parts
    const { count } = batch
    const time = numbers.slots[Slot.time]!
    const usual = this.#usualPayload(p)
    if (usual >= 0) return usual
    batch.count = count
    numbers.slots[Slot.time] = time
    return this.#anyPayload(p)
  }

  /** Changes of one side, with the checksum or without, exactly as the venue sends them; -1 when it is not quite so. */
  #usualPayload(p: number): number {
    const { bytes, view } = this.#parts.numbers
    const head = view.getInt32(p, true)
    const areAsks = head === CHANGED_ASKS
    if ((!areAsks && head !== CHANGED_BIDS) || bytes[p + 4] !== COLON) return -1
    p = this.#cells.levels(p + 5, areAsks ? Slot.asks : Slot.bids)
    if (p < 0) return -1
    let seen = 1 << (areAsks ? Field.changedAsks : Field.changedBids)
    if (bytes[p] !== CLOSE) {
      if (!CHECKSUM.isAt(view, p)) return -1
      p = this.#parts.numbers.int(p + CHECKSUM.length, Slot.checksum)
      if (p < 0 || bytes[p] !== QUOTE || bytes[p + 1] !== CLOSE) return -1
      p++
      seen |= 1 << Field.checksum
    }
    this.#payloadEnd = p + 1
    return seen
  }

  #anyPayload(p: number): number {
    const walk = this.#book
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      const { field } = walk
      if (field === Field.checksum) p = this.#cells.whole(p, Slot.checksum)
      else p = this.#cells.levels(p, field === Field.asks || field === Field.changedAsks ? Slot.asks : Slot.bids)
    }
    this.#payloadEnd = p
    return p < 0 ? p : walk.seen
  }
}
