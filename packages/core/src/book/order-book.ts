import { Kind } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Ladder } from './ladder.ts'

/** An L2 book: two ladders that take level and clear records. Prices in ticks, quantities in lots. */
export class OrderBook {
  readonly bids: Ladder
  readonly asks: Ladder
  #updateId = 0

  /** @param windowBits see `Ladder` */
  constructor(windowBits?: number) {
    this.bids = new Ladder(BUY, windowBits)
    this.asks = new Ladder(SELL, windowBits)
  }

  /** Takes a record of this instrument; kinds other than level and clear change nothing. */
  apply(event: EventRecord): void {
    const { kind } = event
    if (kind === Kind.level) {
      if (event.isBid) this.bids.set(event.lane0, event.lane1)
      else this.asks.set(event.lane0, event.lane1)
      this.#updateId = event.lane2
    } else if (kind === Kind.clear) {
      this.clear()
      this.#updateId = event.lane0
    }
  }

  /** The resting side: BUY gives the bids. */
  side(side: Side): Ladder {
    return side === BUY ? this.bids : this.asks
  }

  /** Venue's number of the last change applied; 0 before the first. */
  get updateId(): number {
    return this.#updateId
  }
  /** Ticks; -Infinity when there are no bids. */
  get bestBid(): number {
    return this.bids.best
  }
  /** Ticks; Infinity when there are no asks. */
  get bestAsk(): number {
    return this.asks.best
  }
  /** Lots at the best bid; 0 when there are no bids. */
  get bidLots(): number {
    return this.bids.bestLots
  }
  /** Lots at the best ask; 0 when there are no asks. */
  get askLots(): number {
    return this.asks.bestLots
  }

  /** True when either side is empty: nothing can be priced from this book. */
  get isEmpty(): boolean {
    return this.bids.count === 0 || this.asks.count === 0
  }

  /**
   * True when there are both sides and the best bid is at or above the best ask: never in a consistent feed, except in
   * the middle of a message.
   */
  get isCrossed(): boolean {
    return this.bids.best >= this.asks.best
  }

  /** False once a side gave up far levels, until the next clear: see `Ladder.horizon`. */
  get isComplete(): boolean {
    return this.bids.dropped === 0 && this.asks.dropped === 0
  }

  /** Removes every level of both sides; the update id stays. */
  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }
}
