import { ok, type Result, refuse } from '../result.ts'

/** Step of a price or quantity: `step / 10^decimals` (5 and 1 mean 0.5). `step` is positive. */
export interface Grid {
  readonly decimals: number
  readonly step: number
}

/** Why a decimal text is not a number of steps, in order of precedence. */
export type OffGrid = 'malformed' | 'too_large' | 'off_grid'

/**
 * Reads decimal text as a whole number of steps, exactly: it never becomes a float.
 * Zeros behind the grid's decimals are allowed (`1.50000000` on a grid of 0.01); exponents, signs of plus, blanks and
 * empty parts are `malformed`; a count beyond 2^53 is `too_large`.
 */
export function parseOnGrid(text: string, grid: Grid): Result<number, OffGrid> {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return refuse('malformed')
  const [, sign, whole, fraction = ''] = match
  const kept = fraction.slice(0, grid.decimals).padEnd(grid.decimals, '0')
  const scaled = Number(whole! + kept)
  if (!Number.isSafeInteger(scaled)) return refuse('too_large')
  if (/[1-9]/.test(fraction.slice(grid.decimals))) return refuse('off_grid')
  if (scaled % grid.step !== 0) return refuse('off_grid')
  return ok((sign === '-' ? 0 - scaled : scaled) / grid.step)
}

/**
 * Writes a number of steps as decimal text with exactly the grid's decimals: the inverse of `parseOnGrid`.
 * @param steps a safe integer whose product with `grid.step` may pass 2^53 (it is computed exactly)
 */
export function formatOnGrid(steps: number, grid: Grid): string {
  return formatScaled(BigInt(steps) * BigInt(grid.step), grid.decimals)
}

/** Writes `scaled / 10^decimals` as decimal text with exactly `decimals` digits behind the point. */
export function formatScaled(scaled: bigint, decimals: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const text = decimals === 0 ? whole : `${whole}.${digits.slice(digits.length - decimals)}`
  return scaled < 0n ? `-${text}` : text
}

/** Decimal text without the zeros that say nothing: `20000` for `20000.00`, `0.05` for `0.050`. Whole numbers keep theirs. */
export const shortDecimal = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)

/**
 * The grid of a published step such as `0.01000000`, `0.5` or `25`.
 * @returns undefined when the text is not a positive decimal of at most 15 significant digits
 */
export function gridOfStep(text: string): Grid | undefined {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  const step = Number(match[1]! + fraction)
  if (!Number.isSafeInteger(step) || step <= 0 || step > 1e15) return undefined
  return { decimals: fraction.length, step }
}

/** Size of one step as a float, for analytics and screens only. */
export const stepSize = (grid: Grid): number => grid.step / 10 ** grid.decimals
