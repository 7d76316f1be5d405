import type { BookAudit } from '@velocimex/core/feed/book-audit'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { CRC_BEGIN, crcJoin, crcOf, partOf } from '../wire/crc-join.ts'
import { BookSide } from './book-side.ts'
import { DigitsWriter } from './digits-writer.ts'
import { Level3Audit } from './level3-audit.ts'

/** Depths that Kraken offers (both dialects), smallest first. */
export const DEPTHS_OFFERED: readonly number[] = [10, 25, 100, 500, 1000]
/** Levels a side that the checksum covers. */
const COVERED = 10

/** The book of one instrument as the audit keeps it. */
interface AuditedBook {
  readonly bids: BookSide
  readonly asks: BookSide
  /** Levels a side beyond which the venue forgets, without a message. */
  depth: number
  /** Remainder of the checksum behind the asks, as of the last change among those covered; and behind the bids too. */
  askRest: number
  rest: number
  /** Whether these hold. */
  areAsksRead: boolean
  isRead: boolean
}

/**
 * Kraken's proof of a book: after each message both sides are cut to the subscribed depth, and the CRC-32 of the digits
 * of the ten best asks and bids must be the one that was sent. The digits are those of the wire, trailing zeros and all:
 * the records have none, so their places behind the point are handed over beside the batch.
 *
 * Source: docs.kraken.com, Spot Websockets v2 "Book Checksum", v1 "How to maintain a valid order book".
 */
export class KrakenAudit implements BookAudit {
  readonly #instruments: readonly Instrument[]
  readonly #places: Uint8Array
  readonly #books: (AuditedBook | undefined)[]
  /** Depth of each subscription; 0 where no reply has told it. */
  readonly #depths: Uint32Array
  readonly #digits = new DigitsWriter()
  readonly #record: EventRecord
  /** Whether the frame just decoded is a book of orders. */
  isOfOrders = false
  readonly #level3: Level3Audit

  /** @param places digits behind the point of the price and the quantity of each level of the batch */
  constructor(instruments: readonly Instrument[], places: Uint8Array, batch: RecordBatch) {
    this.#instruments = instruments
    this.#places = places
    this.#books = instruments.map(() => undefined)
    this.#depths = new Uint32Array(instruments.length)
    this.#record = new EventRecord(batch)
    this.#level3 = new Level3Audit(instruments.length, places, batch)
  }

  /** A book is subscribed with so many levels a side, 1 or more. */
  subscribe(instrument: number, depth: number): void {
    this.#depths[instrument] = depth
    const book = this.#books[instrument]
    if (book !== undefined) book.depth = depth
  }

  /** The connection is lost: nothing is subscribed. */
  reset(): void {
    this.#depths.fill(0)
    this.#books.fill(undefined)
    this.#level3.reset()
  }

  forget(instrument: number): void {
    this.#books[instrument] = undefined
    this.#level3.forget(instrument)
  }

  apply(instrument: number, batch: RecordBatch, isSnapshot: boolean, checksum: number): boolean {
    if (this.isOfOrders)
      return this.#level3.apply(this.#instruments[instrument]!, batch, isSnapshot, checksum, this.#depths[instrument]!)
    const book = this.#bookOf(instrument, isSnapshot)
    const record = this.#record.wrap(batch)
    const { count } = batch
    // A whole book comes best first, and is built from its worst levels on: so none has to make room.
    const isReversed = isSnapshot && isBestFirst(batch, record)
    for (let turn = 0; turn < count; turn++) {
      const row = isReversed ? count - 1 - turn : turn
      const { isBid, price, quantity } = record.at(row)
      const places = this.#places[row * 2]! | (this.#places[row * 2 + 1]! << 8)
      if ((isBid ? book.bids : book.asks).set(price, quantity, places) >= COVERED) continue
      book.isRead = false
      if (!isBid) book.areAsksRead = false
    }
    if (isSnapshot) book.depth = this.#depths[instrument]! || depthHolding(Math.max(book.bids.count, book.asks.count))
    if (count > 0 && !(this.#cut(book, true, batch) && this.#cut(book, false, batch))) return false
    if (batch.count > count) {
      record.at(count - 1).withFlags(record.flags & ~Flag.last)
      record.at(batch.count - 1).withFlags(record.flags | Flag.last)
    }
    // What no checksum came with is read with the next that does.
    if (Number.isNaN(checksum)) return true
    if (!book.isRead) this.#readCovered(book, this.#instruments[instrument]!)
    return crcOf(book.rest) === checksum
  }

  #bookOf(instrument: number, isSnapshot: boolean): AuditedBook {
    const known = this.#books[instrument]
    if (known !== undefined && !isSnapshot) return known
    const depth = this.#depths[instrument]! || DEPTHS_OFFERED.at(-1)!
    const [bids, asks] = [new BookSide(true), new BookSide(false)]
    const book: AuditedBook = { bids, asks, depth, askRest: 0, rest: 0, areAsksRead: false, isRead: false }
    this.#books[instrument] = book
    return book
  }

  /** Cuts a side to the depth and appends a removal for each level that fell out. False when there is no room for one. */
  #cut(book: AuditedBook, isBid: boolean, batch: RecordBatch): boolean {
    const record = this.#record
    const side = isBid ? book.bids : book.asks
    while (side.count > book.depth) {
      if (batch.count >= batch.capacity) return false
      if (side.count <= COVERED) book.isRead = book.areAsksRead = false
      const { source, instrument, venueTime, receiveTime, receiveNanos, flags } = record.at(0)
      const kept = (flags & Flag.snapshot) | (isBid ? Flag.bid : 0)
      record
        .at(batch.count++)
        .write(Kind.level, kept, source, instrument, venueTime, receiveTime)
        .nanos(0, receiveNanos)
        .withExtra(0)
        .lanes(side.dropWorst(), 0, 0, 0)
    }
    return true
  }

  #readCovered(book: AuditedBook, instrument: Instrument): void {
    if (!book.areAsksRead) book.askRest = this.#joined(CRC_BEGIN, book.asks, instrument)
    book.rest = this.#joined(book.askRest, book.bids, instrument)
    book.areAsksRead = true
    book.isRead = true
  }

  /** The remainder with the covered levels of a side behind it, best first. Only levels that are new are read. */
  #joined(rest: number, side: BookSide, instrument: Instrument): number {
    const { start, end, digits, parts } = side
    const last = Math.max(start, end - COVERED)
    for (let at = end - 1; at >= last; at--) {
      if (digits[at] === 0) this.#readLevel(side, at, instrument)
      rest = crcJoin(rest, parts[at]!, digits[at]!)
    }
    return rest
  }

  /** The digits of the price and of the quantity of a level. */
  #readLevel({ prices, lots, places, digits, parts }: BookSide, at: number, { price, quantity }: Instrument): void {
    const writer = this.#digits
    writer.clear()
    writer.write(prices[at]! * price.step, (places[at]! & 255) - price.decimals)
    writer.write(lots[at]! * quantity.step, (places[at]! >>> 8) - quantity.decimals)
    digits[at] = writer.length
    parts[at] = partOf(writer.crc(), writer.length)
  }
}

/** Whether each level of a batch is worse than the one before it on its side. */
function isBestFirst({ count }: RecordBatch, record: EventRecord): boolean {
  let bid = Number.POSITIVE_INFINITY
  let ask = Number.NEGATIVE_INFINITY
  for (let row = 0; row < count; row++) {
    const { isBid, price } = record.at(row)
    if (isBid ? price >= bid : price <= ask) return false
    if (isBid) bid = price
    else ask = price
  }
  return true
}

/** The smallest depth offered that holds so many levels; beyond the greatest, that many. */
const depthHolding = (levels: number): number => DEPTHS_OFFERED.find(depth => depth >= levels) ?? levels
