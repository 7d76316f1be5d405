import { assert } from '../assert.ts'

declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** Price as a whole number of the instrument's price steps. Negative for spreads. */
export type Ticks = Unit<'ticks'>
/** Quantity as a whole number of the instrument's quantity steps. Never negative. */
export type Lots = Unit<'lots'>

/** Brands a whole number of price steps. */
export function ticks(value: number): Ticks {
  assert(Number.isSafeInteger(value), 'ticks is a safe integer', value)
  return value as Ticks
}

/** Brands a whole, non-negative number of quantity steps. */
export function lots(value: number): Lots {
  assert(Number.isSafeInteger(value) && value >= 0, 'lots is a non-negative safe integer', value)
  return value as Lots
}
