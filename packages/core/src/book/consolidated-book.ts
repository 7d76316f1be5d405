import { ClearReason, Kind, MarketStatus } from '../market/event-kind.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { Instrument } from '../market/instrument.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import { ok, type Result } from '../result.ts'
import { type CommonGrid, commonGrid, type NotComparable } from './common-grid.ts'
import { type ConsolidatedLeg, ConsolidatedWalk, commonPrice, isSeen } from './consolidated-walk.ts'
import type { OrderBook } from './order-book.ts'

/** A level of the merged book, in steps of the common grids, and whose it is. */
export interface ConsolidatedLevel {
  readonly price: number
  readonly lots: number
  readonly instrument: Instrument
}

/** Two venues of which one bids more than the other asks. Steps of the common grids, before fees. */
export interface VenueCrossing {
  /** Where to buy: the best ask. */
  readonly buy: Instrument
  /** Where to sell: the best bid. */
  readonly sell: Instrument
  /** Best bid less best ask; positive. */
  readonly edge: number
  /** What rests at both prices on these two venues: the smaller of the two quantities. */
  readonly lots: number
}

/**
 * One thing traded on several venues, seen as one book. Prices and quantities of all legs are compared as whole numbers
 * on common grids, exactly. A leg is not seen at all while it is not live (desynced, stale), while its own book is
 * crossed, or, on a side, while its best price or the quantity there is beyond 2^53 common steps.
 */
export class ConsolidatedBook {
  /** What the numbers here mean: `formatOnGrid(price, grid.price)`. */
  readonly grid: CommonGrid
  readonly #legs: readonly ConsolidatedLeg[]
  readonly #walk: ConsolidatedWalk

  private constructor(grid: CommonGrid, legs: readonly ConsolidatedLeg[]) {
    this.grid = grid
    this.#legs = legs
    this.#walk = new ConsolidatedWalk(legs)
  }

  /** Instruments of one unified name with their books. All legs start live: an empty book shows nothing anyway. */
  static of(
    legs: readonly { readonly instrument: Instrument; readonly book: OrderBook }[],
  ): Result<ConsolidatedBook, NotComparable> {
    const grid = commonGrid(legs.map(({ instrument }) => instrument))
    if (!grid.ok) return grid
    const { ticks, lots } = grid.value
    return ok(
      new ConsolidatedBook(
        grid.value,
        legs.map(({ instrument, book }, at) => ({ instrument, book, tick: ticks[at]!, lot: lots[at]!, live: true })),
      ),
    )
  }

  /** Says whether a leg may be seen. A venue drops out the moment its book is not to be trusted. */
  setLive(instrument: number, live: boolean): void {
    for (const leg of this.#legs) if (leg.instrument.index === instrument) leg.live = live
  }

  /** Whether a leg is live; false for an instrument that is not a leg. */
  isLive(instrument: number): boolean {
    for (const leg of this.#legs) if (leg.instrument.index === instrument) return leg.live
    return false
  }

  /**
   * Keeps the legs' liveness by the records of the feeds: a book cleared for a snapshot and a `synced` are live, a book
   * cleared for any other reason and a `desynced` are not. Other kinds, and other instruments, change nothing.
   */
  observe(event: EventRecord): void {
    const { kind } = event
    if (kind === Kind.clear) this.setLive(event.instrument, event.lane1 === ClearReason.snapshot)
    else if (kind === Kind.status && event.lane0 === MarketStatus.desynced) this.setLive(event.instrument, false)
    else if (kind === Kind.status && event.lane0 === MarketStatus.synced) this.setLive(event.instrument, true)
  }

  /** Best price of a side over all legs seen, in common steps; -Infinity or Infinity when there is none. */
  best(side: Side): number {
    const leg = this.#bestLeg(side)
    return leg === undefined ? -side * Number.POSITIVE_INFINITY : commonPrice(leg, side, leg.book.side(side).best)
  }

  /** The instrument whose book has the best price of a side; the first leg of several; undefined when there is none. */
  bestLeg(side: Side): Instrument | undefined {
    return this.#bestLeg(side)?.instrument
  }

  /** Best bid of one venue above the best ask of another: what an arbitrageur would take. */
  get isCrossed(): boolean {
    return this.best(BUY) > this.best(SELL)
  }

  /** Best bid of one venue at the best ask of another. */
  get isLocked(): boolean {
    return this.best(BUY) === this.best(SELL)
  }

  /** The widest crossing of two venues; undefined, and nothing allocated, while there is none. */
  crossing(): VenueCrossing | undefined {
    const seller = this.#bestLeg(BUY)
    const buyer = this.#bestLeg(SELL)
    if (seller === undefined || buyer === undefined) return undefined
    const edge = this.best(BUY) - this.best(SELL)
    if (!(edge > 0)) return undefined
    const lots = Math.min(seller.book.bidLots * seller.lot, buyer.book.askLots * buyer.lot)
    return { buy: buyer.instrument, sell: seller.instrument, edge, lots }
  }

  /** A walk over the levels of a side, in front of the best. There is one per book: the next call starts it anew. */
  walk(side: Side): ConsolidatedWalk {
    return this.#walk.start(side)
  }

  /** The best `count` levels of a side as records, for routers and screens; see `walk`. */
  levels(side: Side, count: number): ConsolidatedLevel[] {
    const levels: ConsolidatedLevel[] = []
    const walk = this.walk(side)
    while (levels.length < count && walk.next())
      levels.push({ price: walk.price, lots: walk.lots, instrument: walk.instrument })
    return levels
  }

  #bestLeg(side: Side): ConsolidatedLeg | undefined {
    let best: ConsolidatedLeg | undefined
    let bestPrice = -side * Number.POSITIVE_INFINITY
    for (let at = 0; at < this.#legs.length; at++) {
      const leg = this.#legs[at]!
      if (!isSeen(leg)) continue
      const price = commonPrice(leg, side, leg.book.side(side).best)
      if (side * price > side * bestPrice) {
        best = leg
        bestPrice = price
      }
    }
    return best
  }
}
