import { type Grid, gridOfStep } from '@velocimex/core/market/grid'

/** Most digits behind the point of a step that is believed. */
const DECIMALS_MAX = 12

/**
 * The finest grid on which all of some steps lie, which came as JSON numbers; undefined when one is no positive decimal of
 * sane length. A float64 prints its shortest digits, which for such steps are those that the venue wrote.
 */
export function gridOfNumbers(values: readonly unknown[]): Grid | undefined {
  const grids = values.map(value => (typeof value === 'number' ? gridOfStep(plainText(value)) : undefined))
  let common: Grid | undefined
  for (const grid of grids) {
    if (grid === undefined || grid.decimals > DECIMALS_MAX) return undefined
    common = common === undefined ? grid : finest(common, grid)
  }
  return common
}

/** The digits of a number without exponent. */
export function plainText(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return value.toFixed(20).replace(/0+$/, '')
}

function finest(one: Grid, other: Grid): Grid {
  const decimals = Math.max(one.decimals, other.decimals)
  const scaled = (grid: Grid): number => grid.step * 10 ** (decimals - grid.decimals)
  let [a, b] = [scaled(one), scaled(other)]
  while (b !== 0) [a, b] = [b, a % b]
  return { decimals, step: a }
}
