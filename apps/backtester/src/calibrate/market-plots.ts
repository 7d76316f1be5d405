import {
  DEPTH_BPS,
  LAGS,
  type MarketFigures,
  type MarketSamples,
  returnsOf,
} from '@velocimex/core/report/market-figures'
import { quantilesOf } from '@velocimex/core/report/sample-figures'
import { drawPlot, type LinePlot, type PlotLine } from './line-plot.ts'

/** A market to draw: its samples in lots and its figures in units of the asset. */
export interface DrawnMarket {
  readonly samples: MarketSamples
  readonly figures: MarketFigures
  /** Size of a lot in units of the asset. */
  readonly lotSize: number
}

const STEPS = 120
const NAMES = ['recorded', 'model']

/** Share of a sample that does not pass each value. */
function distribution(sample: readonly number[]): [number, number][] {
  const shares = Array.from({ length: STEPS + 1 }, (_, at) => at / STEPS)
  return quantilesOf(sample, shares).map((value, at) => [value, shares[at]!])
}

const byLag = (figures: readonly number[]): [number, number][] => figures.map((each, at) => [LAGS[at]!, each])

/** The plots by file name, without extension: the recorded market and the model in each. */
export function marketPlots(recorded: DrawnMarket, model: DrawnMarket): Map<string, string> {
  const both = (points: (of: DrawnMarket) => readonly (readonly [number, number])[]): PlotLine[] =>
    [recorded, model].map((of, at) => ({ name: NAMES[at]!, points: points(of) }))
  const share = 'share at or below'
  const plots: Record<string, LinePlot> = {
    gaps: {
      ...{ title: 'Time between two orders that take', x: 'milliseconds', y: share, isLog: true },
      lines: both(({ samples: { takes } }) =>
        distribution(takes.slice(1).map((take, at) => (take.at - takes[at]!.at) / 1000)),
      ),
    },
    takes: {
      ...{ title: 'Size of orders that take', x: 'coins', y: share, isLog: true },
      lines: both(({ samples, lotSize }) => distribution(samples.takes.map(({ lots }) => lots * lotSize))),
    },
    touch: {
      ...{ title: 'Size shown at the touch', x: 'coins', y: share, isLog: true },
      lines: both(({ samples, lotSize }) => distribution(samples.touch.map(lots => lots * lotSize))),
    },
    depth: {
      ...{ title: 'Median size of a side by distance from the mid', x: 'basis points', y: 'coins', isLog: false },
      lines: both(({ figures }) => figures.depth.map((size, at): [number, number] => [DEPTH_BPS[at]!, size])),
    },
    signs: {
      ...{ title: 'Memory of sides', x: 'orders later', y: 'autocorrelation', isLog: true },
      lines: both(({ figures }) => byLag(figures.takes.signs)),
    },
    counts: {
      ...{ title: 'Memory of the rate of orders that take', x: 'seconds later', y: 'autocorrelation', isLog: true },
      lines: both(({ figures }) => byLag(figures.takes.counts)),
    },
    returns: {
      ...{ title: 'Moves of the mid within a second', x: 'basis points', y: share, isLog: true },
      lines: both(({ samples }) => distribution(returnsOf(samples.mids, 10).map(Math.abs))),
    },
  }
  return new Map(Object.entries(plots).map(([name, plot]) => [`market-${name}`, drawPlot(plot)]))
}
