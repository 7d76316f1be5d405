import type { Instrument } from '../market/instrument.ts'
import { notional } from '../market/money.ts'
import type { Fill } from '../order/fill.ts'

/** How much of what was traded was made resting. Constant memory. */
export class MakerShare {
  /** Fills, and those of them that rested. */
  fills = 0
  madeFills = 0
  /** Value of what was traded, in units of the settling asset (not booked units), as a float. */
  turnover = 0
  #made = 0

  take(fill: Fill, { settle, contract }: Instrument): void {
    const value = Number(notional(fill.price, fill.quantity, contract)) / 10 ** settle.decimals
    this.fills++
    this.turnover += value
    if (fill.liquidity !== 'maker') return
    this.madeFills++
    this.#made += value
  }

  /** Share of the turnover that was made resting, 0..1; undefined before the first fill. */
  get ratio(): number | undefined {
    return this.turnover > 0 ? this.#made / this.turnover : undefined
  }
}
