import { Kind } from '../market/event-kind.ts'
import { type EventRecord, Flag } from '../market/event-record.ts'
import { imbalance, mid, spread, weightedMid } from './book-metrics.ts'
import type { OrderBook } from './order-book.ts'

/** Levels of each side that the published imbalance looks at. */
export const IMBALANCE_LEVELS = 5

/**
 * Writes what a book says beyond its levels: spread, mid and microprice in ticks (the last two in fractions), and the
 * imbalance of its best five levels. NaN where a side is empty: also the word that the book is gone.
 * @param at receive time, microseconds
 */
export function writeMetrics(record: EventRecord, book: OrderBook, instrument: number, at: number): void {
  record.write(Kind.metrics, Flag.synthetic | Flag.last, 0, instrument, 0, at)
  record.lanes(spread(book), mid(book), weightedMid(book), imbalance(book, IMBALANCE_LEVELS))
  record.withExtra(IMBALANCE_LEVELS)
}
