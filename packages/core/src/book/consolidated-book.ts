import type { Instrument } from '../market/instrument.ts'
import { BUY, SELL, type Side } from '../market/side.ts'
import type { OrderBook } from './order-book.ts'

/** One venue's book of the instrument. */
interface Leg {
  readonly instrument: Instrument
  readonly book: OrderBook
  /** One tick of this leg in units of the common grid, and one lot in units of the common lot. */
  readonly tick: number
  readonly lot: number
  live: boolean
}

/** A level of the merged book: units of the common grids, and whose it is. */
export interface ConsolidatedLevel {
  readonly price: number
  readonly lots: number
  readonly instrument: Instrument
}

/**
 * One thing traded on several venues, seen as one book. Prices and quantities of all legs are compared as whole numbers
 * on a common grid (`decimals` below), exactly. A leg that is not live (desynced, stale) is not seen at all.
 */
export class ConsolidatedBook {
  /** Digits of the common grids: a price of 1 here is 10^-priceDecimals. */
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly #legs: readonly Leg[]

  /** @param legs instruments of equal contract value with their books */
  constructor(legs: readonly { readonly instrument: Instrument; readonly book: OrderBook }[]) {
    const priceDecimals = Math.max(...legs.map(({ instrument }) => instrument.price.decimals))
    const quantityDecimals = Math.max(...legs.map(({ instrument }) => instrument.quantity.decimals))
    this.priceDecimals = priceDecimals
    this.quantityDecimals = quantityDecimals
    this.#legs = legs.map(({ instrument, book }) => ({
      instrument,
      book,
      tick: instrument.price.step * 10 ** (priceDecimals - instrument.price.decimals),
      lot: instrument.quantity.step * 10 ** (quantityDecimals - instrument.quantity.decimals),
      live: true,
    }))
  }

  /** Says whether a leg may be seen. A venue drops out the moment its book is not to be trusted. */
  setLive(instrument: number, live: boolean): void {
    for (const leg of this.#legs) if (leg.instrument.index === instrument) leg.live = live
  }

  /** Best price of a side over all live legs, common units; -Infinity or Infinity when there is none. */
  best(side: Side): number {
    let best = -side * Number.POSITIVE_INFINITY
    for (const leg of this.#legs) {
      if (!leg.live) continue
      const price = leg.book.side(side).best * leg.tick
      if (side * price > side * best) best = price
    }
    return best
  }

  /** The instrument whose book has the best price of a side; the first of several; undefined when there is none. */
  bestLeg(side: Side): Instrument | undefined {
    const best = this.best(side)
    if (!Number.isFinite(best)) return undefined
    return this.#legs.find(leg => leg.live && leg.book.side(side).best * leg.tick === best)?.instrument
  }

  /** Best bid of one venue above the best ask of another: what an arbitrageur would take. */
  get isCrossed(): boolean {
    return this.best(BUY) > this.best(SELL)
  }

  /** Best bid of one venue at the best ask of another. */
  get isLocked(): boolean {
    return this.best(BUY) === this.best(SELL)
  }

  /** The best `count` levels of a side over all live legs, best first; equal prices in the order of the legs. */
  levels(side: Side, count: number): ConsolidatedLevel[] {
    const merged: ConsolidatedLevel[] = []
    for (const { instrument, book, tick, lot, live } of this.#legs) {
      const ladder = book.side(side)
      let price = live ? ladder.best : Number.NaN
      for (let level = 0; level < count && Number.isFinite(price); level++) {
        merged.push({ price: price * tick, lots: ladder.lotsAt(price) * lot, instrument })
        price = ladder.worse(price)
      }
    }
    return merged.sort((one, other) => side * (other.price - one.price)).slice(0, count)
  }
}
