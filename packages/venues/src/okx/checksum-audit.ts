import { crc32 } from '@velocimex/core/bus/crc32'
import type { BookAudit } from '@velocimex/core/feed/book-audit'
import { F64_LANES, Flag, RECORD_F64, RECORD_I32 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { ChecksumSide, TEXT_BYTES } from './checksum-side.ts'

/** Levels of each side that the checksum covers. */
const DEPTH = 25
const COLON = 58

interface Sides {
  readonly bids: ChecksumSide
  readonly asks: ChecksumSide
}

/**
 * Copies of the books whose snapshot came with a checksum, with the venue's own digits: `8476.90` is not `8476.9`. The
 * checksum is a CRC-32 over up to 25 levels of each side by turns, `bidPx:bidSz:askPx:askSz:...`, a missing side left out.
 * The venue sends it as 0 since 2026-06-23; nothing is kept then.
 *
 * Source: okx v5, order book channel, "Checksum".
 */
export class ChecksumAudit implements BookAudit {
  readonly #frame: Uint8Array
  readonly #digitsAt: Int32Array
  readonly #books: (Sides | undefined)[]
  readonly #kept: Uint8Array
  /** What the checksum of a book is made of. */
  readonly #text = new Uint8Array(2 * DEPTH * (TEXT_BYTES + 1))

  /** @param frame the codec's buffer @param digitsAt where the digits of its records stand; see `OrderRows` */
  constructor(frame: Uint8Array, digitsAt: Int32Array, instruments: number) {
    this.#frame = frame
    this.#digitsAt = digitsAt
    this.#books = new Array(instruments)
    this.#kept = new Uint8Array(instruments)
  }

  /** Whether the book of an instrument is kept. */
  keeps(instrument: number): boolean {
    return this.#kept[instrument] === 1
  }

  forget(instrument: number): void {
    this.#kept[instrument] = 0
  }

  /** Forgets every book. */
  forgetAll(): void {
    this.#kept.fill(0)
  }

  apply(instrument: number, batch: RecordBatch, isSnapshot: boolean, checksum: number): boolean {
    if (isSnapshot) this.#kept[instrument] = Number.isNaN(checksum) ? 0 : 1
    if (this.#kept[instrument] === 0) return true
    const book = (this.#books[instrument] ??= { bids: new ChecksumSide(true), asks: new ChecksumSide(false) })
    if (isSnapshot) {
      book.bids.clear()
      book.asks.clear()
    }
    return this.#take(book, batch) && (Number.isNaN(checksum) || this.#sum(book) === checksum)
  }

  #take({ bids, asks }: Sides, { f64, i32, count }: RecordBatch): boolean {
    for (let row = 0; row < count; row++) {
      const side = (i32[row * RECORD_I32]! & (Flag.bid << 8)) === 0 ? asks : bids
      const lane = row * RECORD_F64 + F64_LANES
      const at = row * 2
      if (!side.set(f64[lane]!, f64[lane + 1]!, this.#frame, this.#digitsAt[at]!, this.#digitsAt[at + 1]!)) return false
    }
    return true
  }

  /** The checksum of a book; NaN when digits of it were too long to be kept. */
  #sum({ bids, asks }: Sides): number {
    const text = this.#text
    let to = 0
    for (let rank = 0; rank < DEPTH; rank++)
      for (let turn = 0; turn < 2; turn++) {
        const side = turn === 0 ? bids : asks
        if (rank >= side.count) continue
        const place = side.placeOf(rank)
        const length = side.lengths[place]!
        if (length === 0) return Number.NaN
        if (to > 0) text[to++] = COLON
        const { texts } = side
        const end = side.startOf(place) + length
        for (let at = end - length; at < end; at++) text[to++] = texts[at]!
      }
    return crc32(text, 0, to) | 0
  }
}
