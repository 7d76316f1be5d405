import {
  DEPTH_BPS,
  LAGS,
  type MarketFigures,
  RETURN_SECONDS,
  SHARES,
  UPDATE_BPS,
} from '@velocimex/core/report/market-figures'

/** One figure of a recording beside the model's. */
export interface ComparedFigure {
  /** `spread.mean`, `touch.p50` */
  readonly name: string
  readonly unit: string
  readonly recorded: number
  readonly model: number
}

const quantiles = (name: string, unit: string, of: (figures: MarketFigures) => readonly number[]): Row[] =>
  SHARES.map((share, at): Row => [`${name}.p${Math.round(share * 100)}`, unit, figures => of(figures)[at]!])

type Row = readonly [name: string, unit: string, of: (figures: MarketFigures) => number]

const ROWS: readonly Row[] = [
  ['spread.mean', 'ticks', ({ spread }) => spread.mean],
  ['spread.one-tick', 'share', ({ spread }) => spread.oneTick],
  ...quantiles('spread', 'ticks', ({ spread }) => spread.quantiles),
  ...quantiles('touch', 'size', ({ touch }) => touch),
  ...DEPTH_BPS.map((bps, at): Row => [`depth.${bps}bps`, 'size', ({ depth }) => depth[at]!]),
  ['trades.rate', 'a second', ({ trades }) => trades.perSecond],
  ['trades.mean', 'size', ({ trades }) => trades.mean],
  ...quantiles('trades', 'size', ({ trades }) => trades.quantiles),
  ['trades.round', 'share', ({ round }) => round],
  ['takes.rate', 'a second', ({ takes }) => takes.perSecond],
  ...quantiles('takes', 'size', ({ takes }) => takes.quantiles),
  ...quantiles('gaps', 'ms', ({ takes }) => takes.gaps),
  ['takes.dispersion', 'ratio', ({ takes }) => takes.dispersion],
  ...LAGS.map((lag, at): Row => [`counts.lag${lag}s`, 'correlation', ({ takes }) => takes.counts[at]!]),
  ...LAGS.map((lag, at): Row => [`signs.lag${lag}`, 'correlation', ({ takes }) => takes.signs[at]!]),
  ...RETURN_SECONDS.map((length, at): Row => [`volatility.${length}s`, 'bps', ({ volatility }) => volatility[at]!]),
  ['returns.kurtosis', 'excess', ({ kurtosis }) => kurtosis],
  ['returns.still', 'share', ({ still }) => still],
  ['updates.rate', 'a second', ({ updates }) => updates.perSecond],
  ...UPDATE_BPS.map((bps, at): Row => [`updates.within.${bps}bps`, 'share', ({ updates }) => updates.within[at]!]),
]

/** Every figure of two markets side by side, in the order in which they are read. */
export function compareFigures(recorded: MarketFigures, model: MarketFigures): ComparedFigure[] {
  return ROWS.map(([name, unit, of]) => ({ name, unit, recorded: of(recorded), model: of(model) }))
}
