import { type EventRecord, Kind } from '../market/event-record.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { Ladder } from './ladder.ts'

/** An L2 book: two ladders that take level and clear records. Prices in ticks, quantities in lots. */
export class OrderBook {
  readonly bids: Ladder
  readonly asks: Ladder
  /** Venue's number of the last change applied; 0 before the first. */
  updateId = 0

  /** @param windowBits see `Ladder` */
  constructor(windowBits?: number) {
    this.bids = new Ladder(BUY, windowBits)
    this.asks = new Ladder(SELL, windowBits)
  }

  /** Takes a record of this instrument; kinds other than level and clear change nothing. */
  apply(event: EventRecord): void {
    if (event.kind === Kind.level) {
      if (event.isBid) this.bids.set(event.lane0, event.lane1)
      else this.asks.set(event.lane0, event.lane1)
      this.updateId = event.lane2
    } else if (event.kind === Kind.clear) {
      this.clear()
      this.updateId = event.lane0
    }
  }

  /** The resting side: BUY gives the bids. */
  side(side: Side): Ladder {
    return side === BUY ? this.bids : this.asks
  }

  /** -Infinity when there are no bids. */
  get bestBid(): number {
    return this.bids.best
  }
  /** Infinity when there are no asks. */
  get bestAsk(): number {
    return this.asks.best
  }
  get bidLots(): number {
    return this.bids.bestLots
  }
  get askLots(): number {
    return this.asks.bestLots
  }

  /** True when either side is empty: nothing can be priced from this book. */
  get isEmpty(): boolean {
    return this.bids.count === 0 || this.asks.count === 0
  }

  /** True when the best bid is at or above the best ask: never in a consistent feed, except in the middle of a message. */
  get isCrossed(): boolean {
    return this.bids.best >= this.asks.best
  }

  clear(): void {
    this.bids.clear()
    this.asks.clear()
  }
}
