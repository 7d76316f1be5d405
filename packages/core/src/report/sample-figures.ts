import { assert } from '../assert.ts'

/**
 * Value that a share of a sample does not pass, by linear interpolation between order statistics (Hyndman and Fan 1996,
 * type 7). NaN for an empty sample.
 * @param sorted ascending @param share 0..1
 */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  assert(share >= 0 && share <= 1, 'a share is 0..1', share)
  if (sorted.length === 0) return Number.NaN
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (high - low) * (place - below)
}

/** Quantiles of a sample in any order, which is left as it was. See `quantileOf`. */
export function quantilesOf(sample: ArrayLike<number>, shares: readonly number[]): number[] {
  const sorted = Float64Array.from(sample).sort()
  return shares.map(share => quantileOf(sorted, share))
}

/** Mean; NaN for an empty sample. */
export function meanOf(sample: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < sample.length; at++) sum += sample[at]!
  return sum / sample.length
}

/** Mean of a power of the distances from the mean: 2 gives the variance (of the population, not its estimate). */
export function momentOf(sample: ArrayLike<number>, power: number): number {
  const mean = meanOf(sample)
  let sum = 0
  for (let at = 0; at < sample.length; at++) sum += (sample[at]! - mean) ** power
  return sum / sample.length
}

/** Root of the mean square of what is expected to have no drift: returns. NaN for an empty sample. */
export function deviationOf(sample: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < sample.length; at++) sum += sample[at]! ** 2
  return Math.sqrt(sum / sample.length)
}

/** Fourth moment over the squared variance, less 3: 0 for a normal sample. NaN when all values are equal. */
export function excessKurtosisOf(sample: ArrayLike<number>): number {
  return momentOf(sample, 4) / momentOf(sample, 2) ** 2 - 3
}

/**
 * Correlation of a series with itself `lag` steps later, -1..1, with the mean and the variance of the whole series.
 * NaN when all values are equal or the series is not longer than the lag.
 * @param lag at least 1
 */
export function autocorrelationOf(series: ArrayLike<number>, lag: number): number {
  assert(Number.isSafeInteger(lag) && lag >= 1, 'a lag is at least 1', lag)
  if (series.length <= lag) return Number.NaN
  const mean = meanOf(series)
  let product = 0
  let square = 0
  for (let at = 0; at < series.length; at++) {
    square += (series[at]! - mean) ** 2
    if (at + lag < series.length) product += (series[at]! - mean) * (series[at + lag]! - mean)
  }
  return product / square
}

/** Variance over mean of counts: 1 for a Poisson process, more when events come in clusters. */
export function dispersionOf(counts: ArrayLike<number>): number {
  return momentOf(counts, 2) / meanOf(counts)
}
