import { assert } from '../assert.ts'

declare const unit: unique symbol
/** Instant as whole microseconds since 1970-01-01 UTC: exact until 2255. Nanoseconds would overflow 2^53. */
export type Micros = number & { readonly [unit]: 'micros' }

/** Brands an instant, or a duration, in whole microseconds. */
export function micros(value: number): Micros {
  assert(Number.isSafeInteger(value), 'micros is a safe integer', value)
  return value as Micros
}

/** One second, in microseconds. */
export const SECOND = 1_000_000
