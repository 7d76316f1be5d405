import {
  DEPTH_BPS,
  LAGS,
  type MarketFigures,
  RETURN_SECONDS,
  SHARES,
  UPDATE_BPS,
} from '@velocimex/core/report/market-figures'

/** How far the model may be from a recording: by a factor either way, or by an amount either way. */
export type Tolerance = { readonly factor: number } | { readonly amount: number }

/** One figure of a recording beside the model's. */
export interface ComparedFigure {
  /** `spread.mean`, `touch.p50` */
  readonly name: string
  readonly unit: string
  readonly recorded: number
  readonly model: number
  readonly tolerance: Tolerance
  readonly holds: boolean
}

type Row = readonly [name: string, unit: string, tolerance: Tolerance, of: (figures: MarketFigures) => number]

/** One row for each of `SHARES`, with its own factor. */
const quantiles = (
  name: string,
  unit: string,
  factors: readonly number[],
  of: (figures: MarketFigures) => readonly number[],
): Row[] =>
  SHARES.map(
    (share, at): Row => [
      `${name}.p${Math.round(share * 100)}`,
      unit,
      { factor: factors[at]! },
      figures => of(figures)[at]!,
    ],
  )

// Recordings are eleven and six minutes: what is rare in them (far quantiles, moves of a minute, the fourth moment) is known
// to a factor of two at best, and two seeds of the model differ by as much.
const ROWS: readonly Row[] = [
  ['spread.mean', 'ticks', { factor: 2 }, ({ spread }) => spread.mean],
  ['spread.one-tick', 'share', { amount: 0.01 }, ({ spread }) => spread.oneTick],
  ...quantiles('spread', 'ticks', [1, 1, 1, 1, 1, 2], ({ spread }) => spread.quantiles),
  ...quantiles('touch', 'size', [3.2, 2.2, 1.3, 1.4, 1.3, 1.5], ({ touch }) => touch),
  ...DEPTH_BPS.map(
    (bps, at): Row => [`depth.${bps}bps`, 'size', { factor: bps < 3 ? 1.35 : 1.8 }, ({ depth }) => depth[at]!],
  ),
  ['trades.rate', 'a second', { factor: 1.9 }, ({ trades }) => trades.perSecond],
  ['trades.mean', 'size', { factor: 1.5 }, ({ trades }) => trades.mean],
  ...quantiles('trades', 'size', [1.2, 1.7, 1.7, 3, 2, 2.6], ({ trades }) => trades.quantiles),
  ['trades.round', 'share', { factor: 1.5 }, ({ round }) => round],
  ['takes.rate', 'a second', { factor: 1.2 }, ({ takes }) => takes.perSecond],
  ...quantiles('takes', 'size', [2, 2, 1.2, 1.2, 1.4, 1.2], ({ takes }) => takes.quantiles),
  ...quantiles('gaps', 'ms', [1.7, 1.5, 2, 1.4, 1.3, 1.7], ({ takes }) => takes.gaps),
  ['takes.dispersion', 'ratio', { factor: 1.6 }, ({ takes }) => takes.dispersion],
  ...LAGS.map(
    (lag, at): Row => [`counts.lag${lag}s`, 'correlation', { amount: 0.16 }, ({ takes }) => takes.counts[at]!],
  ),
  ...LAGS.map((lag, at): Row => [`signs.lag${lag}`, 'correlation', { amount: 0.1 }, ({ takes }) => takes.signs[at]!]),
  ...RETURN_SECONDS.map(
    (length, at): Row => [
      `volatility.${length}s`,
      'bps',
      { factor: length === 60 ? 1.7 : 1.35 },
      ({ volatility }) => volatility[at]!,
    ],
  ),
  ['returns.kurtosis', 'excess', { factor: 3.5 }, ({ kurtosis }) => kurtosis],
  ['returns.still', 'share', { amount: 0.1 }, ({ still }) => still],
  ['updates.rate', 'a second', { factor: 1.2 }, ({ updates }) => updates.perSecond],
  ...UPDATE_BPS.map(
    (bps, at): Row => [`updates.within.${bps}bps`, 'share', { factor: 1.25 }, ({ updates }) => updates.within[at]!],
  ),
]

/** Every figure of two markets side by side, in the order in which they are read. */
export function compareFigures(recorded: MarketFigures, model: MarketFigures): ComparedFigure[] {
  return ROWS.map(([name, unit, tolerance, of]) => ({
    ...{ name, unit, tolerance, recorded: of(recorded), model: of(model) },
    holds: isWithin(of(recorded), of(model), tolerance),
  }))
}

/** Whether a figure of the model is as near as asked. What is not known is never near. */
export function isWithin(recorded: number, model: number, tolerance: Tolerance): boolean {
  if ('amount' in tolerance) return Math.abs(model - recorded) <= tolerance.amount
  return recorded > 0
    ? model >= recorded / tolerance.factor && model <= recorded * tolerance.factor
    : model === recorded
}

/** A tolerance in words: `x/ 1.5`, `+- 0.1`. */
export const toleranceText = (tolerance: Tolerance): string =>
  'amount' in tolerance ? `± ${tolerance.amount}` : `×/÷ ${tolerance.factor}`
