import {
  autocorrelationOf,
  deviationOf,
  dispersionOf,
  excessKurtosisOf,
  meanOf,
  quantilesOf,
} from './sample-figures.ts'

/** Shares at which distributions are told: their 10, 25, 50, 75, 90 and 99 % quantiles. */
export const SHARES: readonly number[] = [0.1, 0.25, 0.5, 0.75, 0.9, 0.99]
/** Distances from the mid, in bps, within which resting lots are added up. */
export const DEPTH_BPS: readonly number[] = [0.05, 0.2, 0.5, 1, 2, 3]
/** Distances from the touch, in bps, within which changes of levels are counted; 0 is the touch itself. */
export const UPDATE_BPS: readonly number[] = [0, 0.2, 1, 3]
/** Seconds over which returns are taken. */
export const RETURN_SECONDS: readonly number[] = [1, 10, 60]
/** Lags in seconds of the counts, and lags in orders of the signs. */
export const LAGS: readonly number[] = [1, 2, 5, 10, 20]
/** A size is round when at most two of at least this many digits are not trailing zeros. */
const ROUND_DIGITS = 4

/** What was sampled of one market: raw series, in ticks, lots and microseconds. */
export interface MarketSamples {
  /** Microseconds from the first sample to the last. */
  readonly span: number
  /** Ask less bid in ticks, ten a second. */
  readonly spreads: readonly number[]
  /** Mid in ticks, ten a second. */
  readonly mids: readonly number[]
  /** Lots at the touch, bid and ask mixed, ten a second. */
  readonly touch: readonly number[]
  /** Mean lots of a side within each of `DEPTH_BPS`, one row a second. */
  readonly depth: readonly (readonly number[])[]
  /** Lots of every execution. */
  readonly trades: readonly number[]
  /** Orders that took: instant, lots of all their executions, and 1 for a buyer, -1 for a seller. */
  readonly takes: readonly { readonly at: number; readonly lots: number; readonly sign: number }[]
  /** Levels that changed, each counted once in 100 ms, within each of `UPDATE_BPS` of the touch; then all. */
  readonly updates: readonly number[]
}

/** Figures of one market. Quantiles are those of `SHARES`; sizes in lots, or in units of the asset when scaled. */
export interface MarketFigures {
  readonly seconds: number
  readonly spread: { readonly mean: number; readonly quantiles: readonly number[]; readonly oneTick: number }
  readonly touch: readonly number[]
  /** Median over time, by `DEPTH_BPS`. */
  readonly depth: readonly number[]
  readonly trades: { readonly perSecond: number; readonly mean: number; readonly quantiles: readonly number[] }
  /** Of executions with at least four digits, the share whose size is round. */
  readonly round: number
  readonly takes: {
    readonly perSecond: number
    readonly quantiles: readonly number[]
    /** Milliseconds between two. */
    readonly gaps: readonly number[]
    /** Variance over mean of the counts of a second. */
    readonly dispersion: number
    /** Autocorrelation of the counts of a second, by `LAGS`. */
    readonly counts: readonly number[]
    /** Autocorrelation of the signs, by `LAGS`. */
    readonly signs: readonly number[]
    readonly buyers: number
  }
  /** Deviation of the mid's return in bps, by `RETURN_SECONDS`. */
  readonly volatility: readonly number[]
  /** Excess kurtosis of the returns of a second. */
  readonly kurtosis: number
  /** Shares of the seconds in which the mid did not move. */
  readonly still: number
  readonly updates: { readonly perSecond: number; readonly within: readonly number[] }
}

/**
 * Figures of what was sampled.
 * @param unit size of a lot, by which sizes are multiplied; 1 leaves them in lots
 */
export function marketFigures(samples: MarketSamples, unit = 1): MarketFigures {
  const { spreads, mids, touch, trades, takes, updates } = samples
  const seconds = samples.span / 1e6
  const sizes = (sample: readonly number[]): number[] => quantilesOf(sample, SHARES).map(size => size * unit)
  const signs = takes.map(take => take.sign)
  const counts = countsOf(takes, samples.span)
  // A grid that is finer than what is traded would make every size look round.
  const grain = trades.reduce(greatestCommonDivisor, 0)
  const long = trades.map(lots => lots / grain).filter(lots => lots >= 10 ** (ROUND_DIGITS - 1))
  const second = returnsOf(mids, 10)
  const changed = updates.at(-1)!
  return {
    seconds,
    spread: {
      mean: meanOf(spreads),
      quantiles: quantilesOf(spreads, SHARES),
      oneTick: spreads.filter(spread => spread <= 1).length / spreads.length,
    },
    touch: sizes(touch),
    depth: DEPTH_BPS.map(
      (_, at) =>
        quantilesOf(
          samples.depth.map(row => row[at]!),
          [0.5],
        )[0]! * unit,
    ),
    trades: { perSecond: trades.length / seconds, mean: meanOf(trades) * unit, quantiles: sizes(trades) },
    round: long.filter(isRound).length / long.length,
    takes: {
      perSecond: takes.length / seconds,
      quantiles: sizes(takes.map(take => take.lots)),
      gaps: quantilesOf(
        takes.slice(1).map((take, at) => (take.at - takes[at]!.at) / 1000),
        SHARES,
      ),
      dispersion: dispersionOf(counts),
      counts: LAGS.map(lag => autocorrelationOf(counts, lag)),
      signs: LAGS.map(lag => autocorrelationOf(signs, lag)),
      buyers: signs.filter(sign => sign > 0).length / signs.length,
    },
    volatility: RETURN_SECONDS.map(length => deviationOf(returnsOf(mids, 10 * length))),
    kurtosis: excessKurtosisOf(second),
    still: second.filter(each => each === 0).length / second.length,
    updates: { perSecond: changed / seconds, within: UPDATE_BPS.map((_, at) => updates[at]! / changed) },
  }
}

/** Whether a size of at least four digits has no more than two before its trailing zeros: 1200, 50000. */
export function isRound(lots: number): boolean {
  const digits = String(lots).length
  return digits >= ROUND_DIGITS && lots % 10 ** (digits - 2) === 0
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other)
}

/** Returns in bps over `steps` samples, one beginning at each sample, so they overlap beyond one step. */
export function returnsOf(mids: readonly number[], steps: number): number[] {
  return mids.slice(steps).map((mid, at) => (mid / mids[at]! - 1) * 1e4)
}

/** Takes in each whole second of the span. */
function countsOf(takes: MarketSamples['takes'], span: number): number[] {
  const counts = new Array<number>(Math.max(1, Math.floor(span / 1e6))).fill(0)
  const start = takes[0]?.at ?? 0
  for (const { at } of takes) {
    const second = Math.floor((at - start) / 1e6)
    if (second < counts.length) counts[second]!++
  }
  return counts
}
