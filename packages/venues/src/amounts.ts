import type { Amount } from './amount.ts'

/** An amount as whole units of `1e-decimals`, rounded half to even where it is finer. */
export function toUnits(amount: Amount, decimals: number): bigint {
  if (amount.decimals <= decimals) return amount.units * 10n ** BigInt(decimals - amount.decimals)
  const divisor = 10n ** BigInt(amount.decimals - decimals)
  const magnitude = amount.units < 0n ? -amount.units : amount.units
  const rest = magnitude % divisor
  let units = magnitude / divisor
  if (2n * rest > divisor || (2n * rest === divisor && (units & 1n) === 1n)) units++
  return amount.units < 0n ? -units : units
}

/** The sum of two amounts, exactly. */
export function addAmounts(one: Amount, other: Amount): Amount {
  const decimals = Math.max(one.decimals, other.decimals)
  return { units: toUnits(one, decimals) + toUnits(other, decimals), decimals }
}

/** What is left of an amount without another, exactly; it may be less than nothing. */
export const subtractAmounts = (one: Amount, other: Amount): Amount =>
  addAmounts(one, { units: -other.units, decimals: other.decimals })
