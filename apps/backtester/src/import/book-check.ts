import { OrderBook } from '@velocimex/core/book/order-book'
import { Kind } from '@velocimex/core/market/event-kind'
import type { EventRecord } from '@velocimex/core/market/event-record'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'

/** Best quotes that wait for the book to reach their update id. */
const WAITING_MAX = 4096

/** Ten best levels a side as decimal texts: `[price, quantity]`. */
export interface BookView {
  readonly bids: readonly (readonly [string, string])[]
  readonly asks: readonly (readonly [string, string])[]
  readonly lastUpdateId: number
  /** False when the book is not the venue's: no snapshot bridged, or changes are missing. */
  readonly synced: boolean
}

/**
 * The book of one instrument while a capture is imported, and two checks that cost nothing: it must never be crossed
 * after a message, and it must equal the venue's own best quote wherever both carry one update id.
 */
export class BookCheck {
  readonly book = new OrderBook()
  crossed = 0
  agreed = 0
  differed = 0
  synced = false
  readonly #instrument: Instrument
  readonly #waiting = new Map<number, readonly [number, number, number, number]>()

  constructor(instrument: Instrument) {
    this.#instrument = instrument
  }

  /** Takes a record of the book. */
  apply(record: EventRecord): void {
    this.book.apply(record)
    if (record.kind === Kind.clear) this.synced = record.isSnapshot
    if (!record.isLast || record.kind === Kind.status || !this.synced) return
    if (this.book.isCrossed) this.crossed++
    const quote = this.#waiting.get(this.book.updateId)
    if (quote === undefined) return
    this.#waiting.delete(this.book.updateId)
    this.#compare(quote)
  }

  /** Takes a best quote of the venue with its update id. */
  quote(record: EventRecord, updateId: number): void {
    const quote = [record.lane0, record.lane1, record.lane2, record.lane3] as const
    if (updateId === this.book.updateId && this.synced) this.#compare(quote)
    else if (updateId > this.book.updateId || !this.synced) {
      this.#waiting.set(updateId, quote)
      if (this.#waiting.size > WAITING_MAX) this.#waiting.delete(this.#waiting.keys().next().value!)
    }
  }

  /** The ten best levels a side. */
  view(): BookView {
    const { price, quantity } = this.#instrument
    const side = (ladder: OrderBook['bids']): [string, string][] => {
      const levels: [string, string][] = []
      for (let at = ladder.best; Number.isFinite(at) && levels.length < 10; at = ladder.worse(at))
        levels.push([formatOnGrid(at, price), formatOnGrid(ladder.lotsAt(at), quantity)])
      return levels
    }
    return {
      bids: side(this.book.bids),
      asks: side(this.book.asks),
      lastUpdateId: this.book.updateId,
      synced: this.synced,
    }
  }

  #compare([bid, bidLots, ask, askLots]: readonly [number, number, number, number]): void {
    const { book } = this
    const same = bid === book.bestBid && bidLots === book.bidLots && ask === book.bestAsk && askLots === book.askLots
    if (same) this.agreed++
    else this.differed++
  }
}
