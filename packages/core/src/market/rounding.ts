import { assert } from '../assert.ts'
import { BUY, type Side } from './side.ts'

/**
 * A wished price in fractional ticks as a whole one that is never worse for us than wished: a buy is rounded down, a
 * sell up. So rounding cannot make a passive order cross, nor pass a limit that the wish obeyed.
 */
export function roundPassive(side: Side, price: number): number {
  return side === BUY ? Math.floor(price) : Math.ceil(price)
}

/**
 * Splits lots over weights into whole parts whose sum is the whole, each within one lot of its exact share (largest
 * remainder, Hamilton 1792; ties to the earlier part).
 * @param weights non-negative, at least one positive
 */
export function splitLots(whole: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  assert(Number.isSafeInteger(whole) && whole >= 0 && total > 0, 'lots are split over positive weights', whole)
  const shares = weights.map(weight => (whole * weight) / total)
  const parts = shares.map(Math.floor)
  const byRemainder = shares
    .map((share, at) => [share - parts[at]!, at] as const)
    .sort(([one, a], [other, b]) => other - one || a - b)
  let missing = whole - parts.reduce((sum, part) => sum + part, 0)
  for (const [, at] of byRemainder) {
    if (missing === 0) break
    parts[at]!++
    missing--
  }
  return parts
}
