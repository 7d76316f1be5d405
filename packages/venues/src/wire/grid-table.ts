import { assert } from '@velocimex/core/assert'
import type { Grid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { DecimalShape } from './decimal-shape.ts'

/** Most decimals that a grid may have for its numbers to be read as integers below 2^53. */
const DECIMALS_MAX = 15

/** Grids of all instruments by index, as plain small integers that a decoder reads without walking objects. */
export class GridTable {
  readonly priceDecimals: readonly number[]
  readonly priceStep: readonly number[]
  readonly lotDecimals: readonly number[]
  readonly lotStep: readonly number[]
  /** What the last price and the last quantity of each instrument looked like. */
  readonly priceShape: readonly DecimalShape[]
  readonly lotShape: readonly DecimalShape[]

  constructor(instruments: readonly Instrument[]) {
    const decimals = ({ decimals }: Grid): number => {
      assert(decimals <= DECIMALS_MAX, 'a grid has at most 15 decimals', decimals)
      return decimals
    }
    this.priceDecimals = instruments.map(({ price }) => decimals(price))
    this.priceStep = instruments.map(({ price }) => price.step)
    this.lotDecimals = instruments.map(({ quantity }) => decimals(quantity))
    this.lotStep = instruments.map(({ quantity }) => quantity.step)
    this.priceShape = this.priceDecimals.map((decimals, at) => new DecimalShape(decimals, this.priceStep[at]!))
    this.lotShape = this.lotDecimals.map((decimals, at) => new DecimalShape(decimals, this.lotStep[at]!))
  }
}
