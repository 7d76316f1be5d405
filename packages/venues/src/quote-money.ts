import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'

/** Decimals that a sum of money is read with at most: more would leave the range of whole numbers. */
const DECIMALS_MAX = 8

/** A sum of the quote in booked units; undefined when the text is none, too fine, or not above zero. */
export function moneyUnits(text: string, { settle }: Instrument): bigint | undefined {
  const decimals = Math.min(DECIMALS_MAX, settle.decimals)
  const sum = parseOnGrid(text, { decimals, step: 1 })
  return sum.ok && sum.value > 0 ? BigInt(sum.value) * 10n ** BigInt(settle.decimals - decimals) : undefined
}
