import type { ExposureBook } from './exposure-book.ts'
import type { Marks } from './mark-valuation.ts'
import type { Exposure } from './risk-gate.ts'
import type { ScopeTotals } from './scope-totals.ts'

/**
 * One account's side of the book of exposures, as the gate asks for it. What was approved and not yet placed is in it, so
 * that two reducing orders reviewed at once cannot together turn the position over.
 */
export class AccountExposure implements Exposure {
  readonly #account: string
  readonly #totals: ScopeTotals
  readonly #marks: Marks

  constructor(book: ExposureBook, account: string, marks: Marks) {
    this.#account = account
    this.#totals = book.totals({ account })
    this.#marks = marks
  }

  /** Position in lots, signed. */
  netLots(instrument: number): number {
    return this.#totals.slot(this.#account, instrument).net
  }

  /** Lots that may still be bought at worst. */
  openBuyLots(instrument: number): number {
    return this.#totals.slot(this.#account, instrument).buys
  }

  /** Lots that may still be sold at worst. */
  openSellLots(instrument: number): number {
    return this.#totals.slot(this.#account, instrument).sells
  }

  /** Orders that are not closed, reservations included. */
  openOrders(instrument: number): number {
    return this.#totals.slot(this.#account, instrument).orders
  }

  /** Price for judging prices; ticks, NaN while there is none. */
  reference(instrument: number): number {
    return this.#marks.mark(instrument)
  }
}
