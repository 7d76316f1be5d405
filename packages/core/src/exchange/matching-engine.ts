import { assert } from '../assert.ts'
import { Level3Book, type Level3Options } from '../book/level3-book.ts'
import { opposite, type Side } from '../market/side.ts'
import type { TimeInForce } from '../order/order-request.ts'

/** Told what the matching does, in the order in which it does it. Prices in ticks, quantities in lots. */
export interface MatchingListener {
  onTrade(takerId: number, makerId: number, takerSide: Side, price: number, lots: number): void
  /** An order came to rest with what it has left. */
  onRested(id: number, side: Side, price: number, lots: number): void
  /** The total at a price changed. */
  onLevel(side: Side, price: number): void
}

/** What became of an order on arrival. */
export type Arrival = 'rested' | 'filled' | 'expired' | 'would_take' | 'not_fillable' | 'book_full' | 'duplicate'

/**
 * Price-time priority matching of one instrument: the better price first, at one price the older order. Commands in,
 * events out; nothing is allocated on the way.
 */
export class MatchingEngine {
  readonly book: Level3Book
  readonly #listener: MatchingListener

  constructor(options: Level3Options, listener: MatchingListener) {
    this.book = new Level3Book(options)
    this.#listener = listener
  }

  /**
   * A limit order arrives: it takes what its price allows; what is left rests (gtc) or expires.
   * @param postOnly refuse it rather than let it take
   */
  limit(
    id: number,
    side: Side,
    price: number,
    lots: number,
    timeInForce: TimeInForce = 'gtc',
    postOnly = false,
  ): Arrival {
    if (!(lots > 0 && id > 0 && Number.isFinite(price))) assert(false, 'an order has an id, lots and a price', id)
    const crosses = side * (price - this.book.best(opposite(side))) >= 0
    if (!crosses && timeInForce === 'gtc') return this.#rest(id, side, price, lots)
    if (this.book.has(id)) return 'duplicate'
    if (postOnly && crosses) return 'would_take'
    if (timeInForce === 'fok' && !this.#reaches(side, price, lots)) return 'not_fillable'
    const left = crosses ? this.#take(id, side, price, lots) : lots
    if (left === 0) return 'filled'
    return timeInForce === 'gtc' ? this.#rest(id, side, price, left) : 'expired'
  }

  /** A market order arrives: it takes what there is, the rest expires. */
  market(id: number, side: Side, lots: number): Arrival {
    assert(lots > 0, 'an order has lots', lots)
    return this.#take(id, side, side * Number.POSITIVE_INFINITY, lots) === 0 ? 'filled' : 'expired'
  }

  /** Removes an order. False when it does not rest. */
  cancel(id: number): boolean {
    const { book } = this
    if (!book.cancel(id)) return false
    this.#listener.onLevel(book.removedSide, book.removedPrice)
    return true
  }

  /** Amends an order: a smaller quantity at the same price keeps its place, everything else is a new arrival. */
  amend(id: number, price: number, lots: number): Arrival {
    const side = this.book.sideOf(id)
    if (side === 0) return 'expired'
    assert(lots > 0, 'an amended order has lots', lots)
    const held = this.book.lotsOf(id)
    if (price === this.book.priceOf(id) && lots <= held) {
      if (lots < held) this.book.reduce(id, held - lots)
      this.#listener.onLevel(side, price)
      return 'rested'
    }
    this.cancel(id)
    return this.limit(id, side, price, lots)
  }

  /** What an order has left comes to rest, unless the book refuses it. */
  #rest(id: number, side: Side, price: number, lots: number): Arrival {
    const { book } = this
    if (!book.add(id, side, price, lots)) return book.refusal === 'duplicate_id' ? 'duplicate' : 'book_full'
    this.#listener.onRested(id, side, price, lots)
    this.#listener.onLevel(side, price)
    return 'rested'
  }

  #reaches(side: Side, price: number, lots: number): boolean {
    const resting = opposite(side)
    let found = 0
    for (
      let at = this.book.best(resting);
      Number.isFinite(at) && side * (price - at) >= 0;
      at = this.book.worse(resting, at)
    ) {
      found += this.book.lotsAt(resting, at)
      if (found >= lots) return true
    }
    return false
  }

  #take(id: number, side: Side, limit: number, lots: number): number {
    const resting = opposite(side)
    let left = lots
    while (left > 0) {
      const price = this.book.best(resting)
      if (!Number.isFinite(price) || side * (limit - price) < 0) break
      const maker = this.book.first(resting)
      const traded = Math.min(left, this.book.firstLots(resting))
      this.book.execute(maker, traded)
      left -= traded
      this.#listener.onTrade(id, maker, side, price, traded)
      this.#listener.onLevel(resting, price)
    }
    return left
  }
}
