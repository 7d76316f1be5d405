import type { Grid } from '../market/grid.ts'
import type { Instrument } from '../market/instrument.ts'
import { ok, type Result, refuse } from '../result.ts'

/** Grids that several instruments share, and what one tick and one lot of each is in steps of them. */
export interface CommonGrid {
  readonly price: Grid
  /**
   * Of what the lots are worth: units of the base for linear instruments (a contract of 0.01 BTC is 0.01), units of quote
   * money for inverse ones.
   */
  readonly quantity: Grid
  /** By position of the instrument. */
  readonly ticks: readonly number[]
  readonly lots: readonly number[]
}

/** Why instruments cannot be compared, in order of precedence. */
export type NotComparable =
  /** There are none. */
  | 'no_instruments'
  /** Their unified names differ. */
  | 'different_things'
  /** Linear beside inverse. */
  | 'different_contracts'
  /** What a lot is worth is not a decimal number: its value is no whole multiple of the price step. */
  | 'contract_off_grid'
  /** A tick or a lot of one would be more than 2^53 steps of the common grid. */
  | 'grids_too_far_apart'

/** An exact positive number: `units / 10^decimals`. */
interface Step {
  readonly units: bigint
  readonly decimals: number
}

/** The coarsest grids on which every price and quantity of the instruments is a whole number. Exact. */
export function commonGrid(instruments: readonly Instrument[]): Result<CommonGrid, NotComparable> {
  const [first] = instruments
  if (first === undefined) return refuse('no_instruments')
  if (instruments.some(each => each.unified !== first.unified)) return refuse('different_things')
  if (instruments.some(each => each.contract.kind !== first.contract.kind)) return refuse('different_contracts')
  const worths = instruments.map(worthOfLot).filter(worth => worth !== undefined)
  if (worths.length < instruments.length) return refuse('contract_off_grid')
  const price = share(instruments.map(each => ({ units: BigInt(each.price.step), decimals: each.price.decimals })))
  const quantity = share(worths)
  if (price === undefined || quantity === undefined) return refuse('grids_too_far_apart')
  return ok({ price: price.grid, quantity: quantity.grid, ticks: price.scales, lots: quantity.scales })
}

/**
 * What a lot is worth whatever the size of a contract: linear, settle money per unit of price; inverse, quote money.
 *
 *     linear:   minorPerTickLot  / 10^settle  /  (step / 10^price)
 *     inverse:  minorTicksPerLot / 10^settle  *  (step / 10^price)
 */
function worthOfLot({ contract, price, settle }: Instrument): Step | undefined {
  const step = BigInt(price.step)
  if (contract.kind === 'inverse')
    return { units: contract.minorTicksPerLot * step, decimals: settle.decimals + price.decimals }
  if (contract.minorPerTickLot % step !== 0n) return undefined
  return { units: contract.minorPerTickLot / step, decimals: settle.decimals - price.decimals }
}

function share(steps: readonly Step[]): { grid: Grid; scales: number[] } | undefined {
  const decimals = Math.max(0, ...steps.map(step => step.decimals))
  const units = steps.map(step => step.units * 10n ** BigInt(decimals - step.decimals))
  const common = units.reduce(greatestDivisor)
  const scales = units.map(unit => Number(unit / common))
  const grid = reduced(common, decimals)
  return scales.every(Number.isSafeInteger) && Number.isSafeInteger(grid.step) ? { grid, scales } : undefined
}

/** The same step with as few decimals as it needs. */
function reduced(units: bigint, decimals: number): Grid {
  return decimals > 0 && units % 10n === 0n ? reduced(units / 10n, decimals - 1) : { decimals, step: Number(units) }
}

function greatestDivisor(one: bigint, other: bigint): bigint {
  return other === 0n ? one : greatestDivisor(other, one % other)
}
