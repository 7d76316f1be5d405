import { ClearReason, Kind } from '../market/event-kind.ts'
import { EventRecord, Flag, Records } from '../market/event-record.ts'
import { BUY, SELL } from '../market/side.ts'
import type { OrderBook } from './order-book.ts'

/**
 * Tells a whole book as the records of a snapshot message: for whoever comes late to a market.
 * @param at receive time of the records, microseconds @param take is lent each record for the call
 */
export function tellBook(book: OrderBook, instrument: number, at: number, take: (record: EventRecord) => void): void {
  const record = new EventRecord(new Records(1)).at(0)
  let left = book.bids.count + book.asks.count
  const isLast = (): number => (left === 0 ? Flag.last : 0)
  record.write(Kind.clear, Flag.snapshot | Flag.synthetic | isLast(), 0, instrument, 0, at)
  take(record.lanes(book.updateId, ClearReason.snapshot, 0, 0))
  for (const side of [BUY, SELL] as const) {
    const ladder = book.side(side)
    for (let price = ladder.best; Number.isFinite(price); price = ladder.worse(price)) {
      left--
      const flags = Flag.snapshot | Flag.synthetic | (side === BUY ? Flag.bid : 0) | isLast()
      record.write(Kind.level, flags, 0, instrument, 0, at)
      take(record.lanes(price, ladder.lotsAt(price), book.updateId, 0))
    }
  }
}
