import { assert } from '../assert.ts'

/**
 * Trade-flow imbalance: the share of recent aggressive volume that bought, as (bought - sold) / (bought + sold).
 * Volume fades with a half-life, so nothing is kept but two sums.
 */
export class TradeFlow {
  readonly #rate: number
  #bought = 0
  #sold = 0
  #at = 0

  /** @param halfLife microseconds, positive */
  constructor(halfLife: number) {
    assert(halfLife > 0, 'half-life is positive', halfLife)
    this.#rate = Math.LN2 / halfLife
  }

  /** Takes a print: quantity in lots, the aggressor's side, the instant in microseconds. */
  update(quantity: number, aggressorBuy: boolean, at: number): void {
    if (at > this.#at) {
      const kept = Math.exp(-(at - this.#at) * this.#rate)
      this.#bought *= kept
      this.#sold *= kept
      this.#at = at
    }
    if (aggressorBuy) this.#bought += quantity
    else this.#sold += quantity
  }

  /** From -1 (all sold) to 1 (all bought); 0 before the first print. */
  get imbalance(): number {
    const volume = this.#bought + this.#sold
    return volume === 0 ? 0 : (this.#bought - this.#sold) / volume
  }
}
