import type { Grid } from '@velocimex/core/market/grid'
import type { OrderBounds } from '@velocimex/core/market/instrument'
import { toUnits } from './amounts.ts'
import { bookedDecimals } from './draft-instrument.ts'

/**
 * Bounds of orders as a venue's list writes them, in decimal text. A bound between two steps is drawn inward. One that is
 * zero, no decimal of at most 40 digits a side, or too great to count is none: a venue switches a bound off by 0.
 */
export function listedBounds(
  texts: Readonly<Partial<Record<keyof OrderBounds, unknown>>>,
  price: Grid,
  quantity: Grid,
): OrderBounds {
  const bounds: { -readonly [Key in keyof OrderBounds]: OrderBounds[Key] } = {}
  const put = (key: Exclude<keyof OrderBounds, 'notionalMin'>, grid: Grid): void => {
    const steps = stepsOf(texts[key], grid)
    const inward = key.endsWith('Min') ? Math.ceil(steps) : Math.floor(steps)
    if (inward > 0 && inward <= Number.MAX_SAFE_INTEGER) bounds[key] = inward
  }
  put('priceMin', price)
  put('priceMax', price)
  put('quantityMin', quantity)
  put('quantityMax', quantity)
  put('marketQuantityMax', quantity)
  const [whole, fraction] = partsOf(texts.notionalMin) ?? ['0', '']
  const amount = { units: BigInt(whole + fraction), decimals: fraction.length }
  const least = toUnits(amount, bookedDecimals(price, quantity))
  if (least > 0n) bounds.notionalMin = least
  return bounds
}

/** Decimal text in steps of a grid, not necessarily whole; 0 when it is no decimal. */
function stepsOf(text: unknown, { decimals, step }: Grid): number {
  const [whole, fraction] = partsOf(text) ?? ['0', '']
  return Number(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}.${fraction.slice(decimals)}0`) / step
}

/** The digits before and behind the point. */
function partsOf(text: unknown): readonly [whole: string, fraction: string] | undefined {
  const match = typeof text === 'string' ? /^(\d{1,40})(?:\.(\d{1,40}))?$/.exec(text) : null
  return match === null ? undefined : [match[1]!, match[2] ?? '']
}
