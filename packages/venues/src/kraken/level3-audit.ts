import { Level3Book } from '@velocimex/core/book/level3-book'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { DigitsWriter } from './digits-writer.ts'

/** Depths in price levels that Kraken offers of this channel, smallest first. */
const DEPTHS_OFFERED = [10, 100, 1000]
/** Most orders of one book; with more it is not believed. */
const ORDERS_MAX = 1 << 15
/** Price levels a side that the checksum covers. */
const COVERED = 10

/** The book of one instrument, order by order, as the audit keeps it. */
interface AuditedOrders {
  readonly book: Level3Book
  depth: number
  /** Digits behind the point of prices and of quantities: the wire has the same in all. */
  pricePlaces: number
  lotPlaces: number
}

/**
 * The audit of books of orders. A change that keeps an order's place becomes a reduction; orders of prices beyond the
 * depth are deleted, for the venue sends nothing of them; and the checksum is over all orders of the ten best prices a
 * side, oldest first.
 */
export class Level3Audit {
  readonly #places: Uint8Array
  readonly #books: (AuditedOrders | undefined)[]
  readonly #digits = new DigitsWriter()
  readonly #record: EventRecord

  constructor(instruments: number, places: Uint8Array, batch: RecordBatch) {
    this.#places = places
    this.#books = new Array<AuditedOrders | undefined>(instruments).fill(undefined)
    this.#record = new EventRecord(batch)
  }

  reset(): void {
    this.#books.fill(undefined)
  }

  forget(instrument: number): void {
    this.#books[instrument] = undefined
  }

  /** As `BookAudit.apply`. @param depth that was subscribed; 0 when no reply has told it */
  apply(instrument: Instrument, batch: RecordBatch, isSnapshot: boolean, checksum: number, depth: number): boolean {
    const audited = this.#bookOf(instrument.index, isSnapshot)
    const { book } = audited
    const { count } = batch
    for (let row = 0; row < count; row++) if (!this.#take(audited, row)) return false
    if (isSnapshot) audited.depth = depth || depthHolding(Math.max(levels(book, BUY), levels(book, SELL)))
    if (count > 0 && !(this.#cut(audited, BUY, batch) && this.#cut(audited, SELL, batch))) return false
    const record = this.#record
    if (batch.count > count) {
      record.at(count - 1).withFlags(record.flags & ~Flag.last)
      record.at(batch.count - 1).withFlags(record.flags | Flag.last)
    }
    return Number.isNaN(checksum) || this.#crcOf(audited, instrument) === checksum
  }

  #bookOf(index: number, isSnapshot: boolean): AuditedOrders {
    const known = this.#books[index]
    if (known !== undefined && isSnapshot) known.book.clear()
    const book = known?.book ?? new Level3Book({ orders: ORDERS_MAX, windowBits: 14 })
    const audited = known ?? { book, depth: DEPTHS_OFFERED.at(-1)!, pricePlaces: 0, lotPlaces: 0 }
    this.#books[index] = audited
    return audited
  }

  /** Applies a record of the batch. False when it does not fit the book. */
  #take(audited: AuditedOrders, row: number): boolean {
    const { book } = audited
    const record = this.#record.at(row)
    const { kind, lane0: id, lane1: price, lane2: lots } = record
    audited.pricePlaces = Math.max(audited.pricePlaces, this.#places[row * 2]!)
    audited.lotPlaces = Math.max(audited.lotPlaces, this.#places[row * 2 + 1]!)
    const before = book.lotsOf(id)
    if (kind !== Kind.orderReplace || book.priceOf(id) !== price || lots >= before) return book.apply(record)
    // Fewer lots at the same price: the order keeps its place.
    record
      .write(Kind.orderReduce, record.flags, record.source, record.instrument, record.venueTime, record.receiveTime)
      .lanes(id, 0, before - lots, 0)
    return book.reduce(id, before - lots)
  }

  /** Deletes what rests beyond the depth. False when the batch has no room to tell it. */
  #cut({ book, depth }: AuditedOrders, side: Side, batch: RecordBatch): boolean {
    let price = book.best(side)
    for (let level = 0; level < depth && Number.isFinite(price); level++) price = book.worse(side, price)
    const record = this.#record
    while (Number.isFinite(price)) {
      const worse = book.worse(side, price)
      for (let id = book.firstAt(side, price); id !== 0; id = book.firstAt(side, price)) {
        if (batch.count >= batch.capacity) return false
        const { source, instrument, venueTime, receiveTime, receiveNanos } = record.at(0)
        record
          .at(batch.count++)
          .write(
            Kind.orderDelete,
            Flag.truncatedId | (side === BUY ? Flag.bid : 0),
            source,
            instrument,
            venueTime,
            receiveTime,
          )
          .nanos(0, receiveNanos)
          .withExtra(0)
          .lanes(id, 0, 0, 0)
        book.cancel(id)
      }
      price = worse
    }
    return true
  }

  #crcOf(audited: AuditedOrders, instrument: Instrument): number {
    this.#digits.clear()
    this.#writeSide(audited, SELL, instrument)
    this.#writeSide(audited, BUY, instrument)
    return this.#digits.crc()
  }

  #writeSide({ book, pricePlaces, lotPlaces }: AuditedOrders, side: Side, { price, quantity }: Instrument): void {
    const digits = this.#digits
    let at = book.best(side)
    for (let level = 0; level < COVERED && Number.isFinite(at); level++) {
      for (let id = book.firstAt(side, at); id !== 0; id = book.next(id)) {
        digits.write(at * price.step, pricePlaces - price.decimals)
        digits.write(book.lotsOf(id) * quantity.step, lotPlaces - quantity.decimals)
      }
      at = book.worse(side, at)
    }
  }
}

function levels(book: Level3Book, side: Side): number {
  let count = 0
  for (let price = book.best(side); Number.isFinite(price); price = book.worse(side, price)) count++
  return count
}

const depthHolding = (count: number): number => DEPTHS_OFFERED.find(depth => depth >= count) ?? count
