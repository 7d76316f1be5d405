import { assert } from '../assert.ts'
import type { Grid } from './grid.ts'
import { formatScaled } from './grid.ts'
import type { Lots, Ticks } from './units.ts'

declare const minor: unique symbol
/** Amount of one asset in its smallest booked unit (see `Asset.decimals`). Exact at any size. */
export type Minor = bigint & { readonly [minor]: true }

/** Brands an amount in the smallest booked unit. */
export const toMinor = (value: bigint): Minor => value as Minor

/** Something that can be owned and owed: a coin, a currency. */
export interface Asset {
  /** Upper-case code, `BTC`. */
  readonly code: string
  /** Digits behind the point of one booked unit: 8 means a `Minor` is 1e-8. */
  readonly decimals: number
}

/** Writes an amount as decimal text with the asset's decimals. */
export const formatMinor = (amount: bigint, asset: Asset): string => formatScaled(amount, asset.decimals)

/**
 * What one contract is worth, in booked units of the asset that settles it.
 *
 * linear:  value = price * quantity * minorPerTickLot          (spot, USDT-margined perpetuals)
 * inverse: value = quantity * minorTicksPerLot / price         (coin-margined: a contract is a fixed sum of quote money)
 */
export type ContractValue =
  | { readonly kind: 'linear'; readonly minorPerTickLot: bigint }
  | { readonly kind: 'inverse'; readonly minorTicksPerLot: bigint }

/**
 * Value of a quantity at a price, in booked units of the settling asset. Exact for linear contracts; for inverse ones
 * the quotient is rounded half to even, so that rounding favours nobody.
 *
 * @param price positive for inverse contracts
 */
export function notional(price: Ticks, quantity: Lots, contract: ContractValue): Minor {
  if (contract.kind === 'linear') return (BigInt(price) * BigInt(quantity) * contract.minorPerTickLot) as Minor
  assert(price > 0, 'price of an inverse contract is positive', price)
  return divideHalfEven(BigInt(quantity) * contract.minorTicksPerLot, BigInt(price)) as Minor
}

/** `dividend / divisor`, rounded to nearest, ties to even. `divisor` is positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, 'divisor is positive', divisor)
  let quotient = dividend / divisor
  let rest = dividend % divisor
  if (rest < 0n) {
    quotient -= 1n
    rest += divisor
  }
  const twice = 2n * rest
  if (twice > divisor || (twice === divisor && (quotient & 1n) === 1n)) quotient += 1n
  return quotient
}

/**
 * Contract value of a linear instrument on its grids.
 * @param multiplier base units in one contract, as an exact fraction of ten: `[1, 0]` is 1, `[1, 3]` is 0.001
 * @param decimals booked decimals of the settling asset; at least the decimals of price, quantity and multiplier together
 */
export function linearContract(
  price: Grid,
  quantity: Grid,
  decimals: number,
  multiplier: readonly [number, number] = [1, 0],
): ContractValue {
  const spare = decimals - price.decimals - quantity.decimals - multiplier[1]
  assert(spare >= 0, 'booked decimals hold one tick of one lot exactly', spare)
  const steps = BigInt(price.step) * BigInt(quantity.step) * BigInt(multiplier[0])
  return { kind: 'linear', minorPerTickLot: steps * 10n ** BigInt(spare) }
}

/**
 * Contract value of an inverse instrument: a contract is a fixed sum of quote money, booked in the base asset.
 * @param face quote money in one contract, as an exact fraction of ten: `[100, 0]` is 100
 * @param decimals booked decimals of the settling asset
 */
export function inverseContract(
  price: Grid,
  quantity: Grid,
  decimals: number,
  face: readonly [number, number],
): ContractValue {
  const spare = decimals + price.decimals - quantity.decimals - face[1]
  assert(spare >= 0, 'booked decimals hold one lot exactly', spare)
  const scaled = BigInt(face[0]) * BigInt(quantity.step) * 10n ** BigInt(spare)
  assert(scaled % BigInt(price.step) === 0n, 'the price step divides a power of ten', price.step)
  return { kind: 'inverse', minorTicksPerLot: scaled / BigInt(price.step) }
}
