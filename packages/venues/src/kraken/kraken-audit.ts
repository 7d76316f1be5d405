import type { BookAudit } from '@velocimex/core/feed/book-audit'
import { crc32 } from '@velocimex/core/feed/crc32'
import { EventRecord, Flag, Kind } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { POW10 } from '../wire/number-reader.ts'
import { BookSide } from './book-side.ts'

/** Depths that Kraken offers (both dialects), smallest first. */
export const DEPTHS_OFFERED: readonly number[] = [10, 25, 100, 500, 1000]
/** Levels a side that the checksum covers. */
const COVERED = 10
const ZERO = 48

/** The book of one instrument as the audit keeps it. */
interface AuditedBook {
  readonly bids: BookSide
  readonly asks: BookSide
  /** Levels a side beyond which the venue forgets, without a message. */
  depth: number
  /** Checksum as of the last change among the covered levels. */
  crc: number
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
  readonly #digits = new Uint8Array(4 * COVERED * 64)
  #end = 0
  readonly #record: EventRecord

  /** @param places digits behind the point of the price and the quantity of each level of the batch */
  constructor(instruments: readonly Instrument[], places: Uint8Array, batch: RecordBatch) {
    this.#instruments = instruments
    this.#places = places
    this.#books = instruments.map(() => undefined)
    this.#depths = new Uint32Array(instruments.length)
    this.#record = new EventRecord(batch)
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
  }

  forget(instrument: number): void {
    this.#books[instrument] = undefined
  }

  apply(instrument: number, batch: RecordBatch, isSnapshot: boolean, checksum: number): boolean {
    const book = this.#bookOf(instrument, isSnapshot)
    const record = this.#record.wrap(batch)
    const { count } = batch
    let isCoveredChanged = isSnapshot
    for (let row = 0; row < count; row++) {
      const { isBid, price, quantity } = record.at(row)
      const places = this.#places[row * 2]! | (this.#places[row * 2 + 1]! << 8)
      if ((isBid ? book.bids : book.asks).set(price, quantity, places) < COVERED) isCoveredChanged = true
    }
    if (isSnapshot) book.depth = this.#depths[instrument]! || depthHolding(Math.max(book.bids.count, book.asks.count))
    if (count > 0 && !(this.#cut(book.bids, book.depth, true, batch) && this.#cut(book.asks, book.depth, false, batch)))
      return false
    if (batch.count > count) {
      record.at(count - 1).withFlags(record.flags & ~Flag.last)
      record.at(batch.count - 1).withFlags(record.flags | Flag.last)
    }
    if (Number.isNaN(checksum)) {
      // What was computed before may no longer hold: the next message that brings a checksum computes it anew.
      book.crc = -1
      return true
    }
    if (isCoveredChanged || book.crc < 0) book.crc = this.#crcOf(book, this.#instruments[instrument]!)
    return book.crc === checksum
  }

  #bookOf(instrument: number, isSnapshot: boolean): AuditedBook {
    const known = this.#books[instrument]
    if (known !== undefined && !isSnapshot) return known
    const depth = this.#depths[instrument]! || DEPTHS_OFFERED.at(-1)!
    const book: AuditedBook = { bids: new BookSide(true), asks: new BookSide(false), depth, crc: -1 }
    this.#books[instrument] = book
    return book
  }

  /** Cuts a side to the depth and appends a removal for each level that fell out. False when there is no room for one. */
  #cut(side: BookSide, depth: number, isBid: boolean, batch: RecordBatch): boolean {
    const record = this.#record
    while (side.count > depth) {
      if (batch.count >= batch.capacity) return false
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

  #crcOf({ asks, bids }: AuditedBook, instrument: Instrument): number {
    this.#end = 0
    this.#writeSide(asks, instrument)
    this.#writeSide(bids, instrument)
    return crc32(this.#digits, 0, this.#end)
  }

  /** Digits of price and quantity of the covered levels, best first. */
  #writeSide({ count, prices, lots, places }: BookSide, { price, quantity }: Instrument): void {
    for (let at = count - 1; at >= 0 && at >= count - COVERED; at--) {
      this.#write(prices[at]! * price.step, (places[at]! & 255) - price.decimals)
      this.#write(lots[at]! * quantity.step, (places[at]! >>> 8) - quantity.decimals)
    }
  }

  /** A whole number without leading zeros, with zeros behind it, or so many fewer of those that it has. */
  #write(value: number, zeros: number): void {
    const digits = this.#digits
    const whole = zeros < 0 ? Math.round(value / POW10[-zeros]!) : value
    const high = Math.floor(whole / 1e8)
    this.#end = writeDigits(digits, this.#end, high, 0)
    let end = writeDigits(digits, this.#end, whole - high * 1e8, high > 0 ? 8 : 0)
    for (let zero = 0; zero < zeros; zero++) digits[end++] = ZERO
    this.#end = end
  }
}

/** The smallest depth offered that holds so many levels; beyond the greatest, that many. */
const depthHolding = (levels: number): number => DEPTHS_OFFERED.find(depth => depth >= levels) ?? levels

/** Digits of a whole number below 10^9, with zeros before it up to a width. Returns the position behind them. */
function writeDigits(digits: Uint8Array, start: number, value: number, width: number): number {
  let length = width
  while (length < 9 && value >= POW10[length]!) length++
  let rest = value | 0
  for (let at = start + length - 1; at >= start; at--) {
    const tens = (rest / 10) | 0
    digits[at] = ZERO + rest - tens * 10
    rest = tens
  }
  return start + length
}
