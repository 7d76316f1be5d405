import type { Instrument } from '../market/instrument.ts'
import { BUY, type Side } from '../market/side.ts'
import type { OrderBook } from './order-book.ts'

/** One venue's book in a consolidated one. */
export interface ConsolidatedLeg {
  readonly instrument: Instrument
  readonly book: OrderBook
  /** Steps of the common price grid in one tick, and of the common quantity grid in one lot. */
  readonly tick: number
  readonly lot: number
  /** Whether the book is to be trusted. */
  live: boolean
}

/** A leg is looked at when it is live and its own book is not crossed: a crossed one is damaged or half applied. */
export const isSeen = (leg: ConsolidatedLeg): boolean => leg.live && !leg.book.isCrossed

/**
 * The price of a level in common steps, exactly; NaN when there is no level, or when its price or quantity passes 2^53
 * common steps, where whole numbers end: what cannot be compared exactly is not compared.
 */
export function commonPrice(leg: ConsolidatedLeg, side: Side, ticks: number): number {
  const price = ticks * leg.tick
  const lots = leg.book.side(side).lotsAt(ticks) * leg.lot
  return Number.isSafeInteger(price) && Number.isSafeInteger(lots) ? price : Number.NaN
}

/**
 * Walks the levels of one side over all legs that are seen, best first; equal prices in the order of the legs, each leg a
 * level of its own. Reusable: `start` and then `next` until it is false; nothing is allocated. The books must not change
 * on the way. A leg ends where a price or quantity passes 2^53 common steps.
 */
export class ConsolidatedWalk {
  readonly #legs: readonly ConsolidatedLeg[]
  /** Next price of each leg in common steps, and in ticks of its own; NaN when it has ended. */
  readonly #price: Float64Array
  readonly #ticks: Float64Array
  #side: Side = BUY
  #at = -1
  #lots = 0
  #common = Number.NaN

  constructor(legs: readonly ConsolidatedLeg[]) {
    this.#legs = legs
    this.#price = new Float64Array(legs.length)
    this.#ticks = new Float64Array(legs.length)
  }

  /** Price of the present level in common steps. */
  get price(): number {
    return this.#common
  }
  /** Quantity of the present level in common steps. */
  get lots(): number {
    return this.#lots
  }
  /** Whose level it is. Only asked after a `next` that was true. */
  get instrument(): Instrument {
    return this.#legs[this.#at]!.instrument
  }

  /** Begins in front of the best level of a side. */
  start(side: Side): this {
    this.#side = side
    this.#at = -1
    this.#lots = 0
    this.#common = Number.NaN
    for (let leg = 0; leg < this.#legs.length; leg++) {
      const each = this.#legs[leg]!
      this.#reach(leg, isSeen(each) ? each.book.side(side).best : Number.NaN)
    }
    return this
  }

  /** Goes to the next level. False when there is none. */
  next(): boolean {
    let best = -1
    for (let leg = 0; leg < this.#legs.length; leg++) {
      const price = this.#price[leg]!
      if (Number.isNaN(price)) continue
      if (best < 0 || this.#side * price > this.#side * this.#price[best]!) best = leg
    }
    this.#at = best
    if (best < 0) return false
    const { book, lot } = this.#legs[best]!
    const ladder = book.side(this.#side)
    const ticks = this.#ticks[best]!
    this.#common = this.#price[best]!
    this.#lots = ladder.lotsAt(ticks) * lot
    this.#reach(best, ladder.worse(ticks))
    return true
  }

  #reach(leg: number, ticks: number): void {
    this.#ticks[leg] = ticks
    this.#price[leg] = commonPrice(this.#legs[leg]!, this.#side, ticks)
  }
}
