import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag, Kind } from '@velocimex/core/market/event-record'
import { skipBlanks, skipValue } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { hashName } from '../wire/name-table.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { plainEnd } from './plain-text.ts'
import { V1Cells } from './v1-cells.ts'
import { Lanes as AllLanes, Slot as Slots, type WireParts } from './wire-parts.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Lanes = AllLanes
const Slot = Slots

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
  readonly #book: ObjectWalk
  readonly #ticker: ObjectWalk
  /** Where the elements of the frame begin. */
  readonly #at = new Int32Array(5)

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#cells = new V1Cells(parts)
    this.#book = new ObjectWalk(parts.numbers, 1, [
      ['as', 'optional'],
      ['bs', 'optional'],
      ['a', 'optional'],
      ['b', 'optional'],
      ['c', 'optional'],
    ])
    this.#ticker = new ObjectWalk(parts.numbers, 1, [
      ['a', 'optional'],
      ['b', 'optional'],
      ...['c', 'v', 'p', 't', 'l', 'h', 'o'].map(key => [key, 'free'] as const),
    ])
  }

  /** The frame whose bracket opens at `p`. Returns a `FrameKind` or a `Refusal`. */
  read(p: number): number {
    const { bytes, view } = this.#parts.numbers
    this.isBook = false
    const count = this.#split(p)
    if (count < 0) return count
    const channelEnd = this.#channelId(this.#at[0]!)
    if (channelEnd < 0) return channelEnd
    const name = this.#at[count - 2]!
    const instrument = this.#pair(this.#at[count - 1]!)
    if (instrument < 0) return instrument
    const nameEnd = plainEnd(bytes, name)
    if (nameEnd < 0) return nameEnd
    if (BOOK.isAt(view, name)) return this.#bookFrame(count, name, nameEnd)
    if (count !== 4) return Refusal.unknownKind
    const payload = this.#at[1]!
    if (TRADE.isAt(view, name)) return this.#trades(payload)
    if (TICKER.isAt(view, name)) return this.#quote(payload)
    if (SPREAD.isAt(view, name)) return this.#spread(payload)
    if (!OHLC.isAt(view, name)) return Refusal.unknownKind
    const minutes = this.#number(name + OHLC.length, nameEnd)
    return minutes >= 1 && minutes <= MINUTES_MAX ? this.#bar(payload, minutes) : Refusal.unknownKind
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
    const { numbers, olderSymbols } = this.#parts
    const end = plainEnd(numbers.bytes, p)
    if (end < 0) return end
    const instrument = olderSymbols.find(numbers.bytes, p + 1, end, hashName(numbers.bytes, p + 1, end))
    if (instrument < 0) return Refusal.unknownSymbol
    numbers.useGrids(instrument)
    this.#parts.instrument = instrument
    return instrument
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

  #bookFrame(count: number, name: number, nameEnd: number): number {
    const { numbers, writer, batch } = this.#parts
    const { slots } = numbers
    const depth = this.#number(name + BOOK.length, nameEnd)
    if (depth < 1 || depth > DEPTH_MAX) return Refusal.unknownKind
    slots[Slot.time] = 0
    slots[Slot.bids] = slots[Slot.bids + 1] = slots[Slot.asks] = slots[Slot.asks + 1] = 0
    slots[Slot.checksum] = Number.NaN
    let seen = this.#payload(this.#at[1]!)
    if (seen < 0) return seen
    if (count === 5) {
      const more = this.#payload(this.#at[2]!)
      if (more < 0) return more
      // One payload a side, and only changes come in two.
      const isSplit = ((seen | more) & CHANGES) === CHANGES && (seen & more) === 0 && ((seen | more) & WHOLE) === 0
      if (!isSplit || (seen & CHANGES) === 0 || (more & CHANGES) === 0) return Refusal.missingField
      seen |= more
    }
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

  /** One payload of a book. Returns the bits of its fields, or a refusal. */
  #payload(p: number): number {
    const walk = this.#book
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      const { field } = walk
      if (field === Field.checksum) p = this.#cells.whole(p, Slot.checksum)
      else p = this.#cells.levels(p, field === Field.asks || field === Field.changedAsks ? Slot.asks : Slot.bids)
    }
    return p < 0 ? p : walk.seen
  }

  /** `[["5541.20000","0.15850568","1534614057.321597","s","l",""], ...]`: price, lots, instant, side of the taker. */
  #trades(p: number): number {
    const { numbers, batch, writer, instrument } = this.#parts
    const { bytes, slots } = numbers
    const cells = this.#cells
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    // No number of the trade is sent.
    slots[Slot.id] = slots[Slot.firstId] = -1
    do {
      p = cells.time(
        cells.comma(cells.lots(cells.comma(cells.price(cells.open(skipBlanks(bytes, p + 1)), Slot.price)), Slot.lots)),
        Slot.time,
      )
      p = cells.comma(p)
      if (p < 0) return p
      const side = bytes[p + 1]
      if (bytes[p] !== 34 || (side !== 98 && side !== 115) || bytes[p + 2] !== 34) return Refusal.malformed
      p = this.#text(cells.comma(this.#text(cells.comma(p + 3))))
      p = cells.close(p)
      if (p < 0) return p
      if (slots[Slot.lots] === 0) return Refusal.badNumber
      if (batch.count >= batch.capacity) return Refusal.tooLarge
      writer.append(Kind.trade, side === 98 ? Flag.aggressorBuy : 0, instrument, Slot.time, 1, Lanes.trade)
      p = skipBlanks(bytes, p)
    } while (bytes[p] === COMMA)
    if (bytes[p] !== CLOSE_LIST) return Refusal.malformed
    writer.markLast()
    return FrameKind.trade
  }

  #text(p: number): number {
    if (p < 0) return p
    const end = plainEnd(this.#parts.numbers.bytes, p)
    return end < 0 ? end : end + 1
  }

  /** The ticker's `"a":["9.608415",188,"188.00000000"]` and `b`: price, whole lots, lots. */
  #quote(p: number): number {
    const { numbers } = this.#parts
    const { bytes, slots } = numbers
    const walk = this.#ticker
    const cells = this.#cells
    slots[Slot.time] = slots[Slot.bid] = slots[Slot.bidLots] = slots[Slot.ask] = slots[Slot.askLots] = 0
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      if (walk.field > 1) {
        p = skipValue(bytes, p, 2)
        continue
      }
      const slot = walk.field === 0 ? Slot.ask : Slot.bid
      p = cells.comma(cells.anyPrice(cells.open(p), slot))
      p = cells.comma(p < 0 ? p : skipValue(bytes, p, 3))
      p = cells.close(cells.lots(p, slot + 1))
    }
    return p < 0 ? p : this.#told()
  }

  /** `["5698.40000","5700.00000","1542057299.545897","1.01234567","0.98765432"]`: bid, ask, instant, lots of both. */
  #spread(p: number): number {
    const cells = this.#cells
    p = cells.comma(cells.anyPrice(cells.open(p), Slot.bid))
    p = cells.comma(cells.anyPrice(p, Slot.ask))
    p = cells.comma(cells.time(p, Slot.time))
    p = cells.comma(cells.lots(p, Slot.bidLots))
    p = cells.close(cells.lots(p, Slot.askLots))
    return p < 0 ? p : this.#told()
  }

  /** A best quote, unless one of its numbers is zero or was not sent. */
  #told(): number {
    const { numbers, batch, writer, instrument } = this.#parts
    const { slots } = numbers
    if (!(slots[Slot.bid]! > 0 && slots[Slot.bidLots]! > 0 && slots[Slot.ask]! > 0 && slots[Slot.askLots]! > 0))
      return FrameKind.control
    if (batch.count >= batch.capacity) return Refusal.tooLarge
    writer.append(Kind.quote, Flag.last, instrument, Slot.time, 0, Lanes.quote)
    return FrameKind.quote
  }

  /** Time, end, open, high, low, close, average price, volume as texts, and how many trades. */
  #bar(p: number, minutes: number): number {
    const { numbers, batch, writer, instrument } = this.#parts
    const { bytes, slots } = numbers
    const cells = this.#cells
    p = cells.comma(cells.time(cells.open(p), Slot.sent))
    p = cells.comma(cells.time(p, Slot.opened))
    for (let price: number = Slot.open; price <= Slot.close; price++) p = cells.comma(cells.price(p, price))
    if (p < 0) return p
    p = bytes[p] === 34 ? numbers.float(p + 1, Slot.vwap) : Refusal.malformed
    p = cells.comma(cells.lots(cells.comma(p), Slot.volume))
    if (p < 0) return p
    const end = numbers.int(p, Slot.trades)
    if (end < 0 || bytes[skipBlanks(bytes, end)] !== CLOSE_LIST) return end < 0 ? end : numbers.noInt(p)
    slots[Slot.opened]! -= minutes * 60_000_000
    if (slots[Slot.opened]! < 0) return Refusal.badNumber
    if (batch.capacity < 2) return Refusal.tooLarge
    slots[Slot.quoteVolume] = (slots[Slot.vwap]! * (slots[Slot.volume]! * numbers.lotStep)) / 10 ** numbers.lotDecimals
    writer.append(Kind.bar, 0, instrument, Slot.opened, minutes * 60, Lanes.bar)
    writer.append(Kind.barVolume, Flag.last, instrument, Slot.sent, minutes * 60, Lanes.barVolume)
    return FrameKind.bar
  }
}
