import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Instrument } from '../market/instrument.ts'
import type { Fill } from '../order/fill.ts'
import { EquityCurve } from './equity-curve.ts'
import { LatencyHistogram } from './latency-histogram.ts'
import { TradeTally } from './trade-figures.ts'
import { warningsOf } from './warnings.ts'

test('percentiles are right to 1.6 %, at every size, and exact where numbers are small', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(200), fc.nat(1_000_000), fc.nat(2 ** 45)), {
        minLength: 1,
        maxLength: 200,
        size: 'max',
      }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const histogram = new LatencyHistogram()
        for (const value of values) histogram.record(value)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(share * sorted.length) - 1]!
        const told = histogram.percentile(share)
        ok(told >= exact && told <= exact * (1 + 1 / 64) + 1, `${told} for ${exact}`)
        if (exact < 128) equal(told, exact)
        equal(histogram.figures().max, Math.max(...values))
      },
    ),
  )
})

test('histograms merge, and nothing recorded is nothing', () => {
  const [one, two] = [new LatencyHistogram(), new LatencyHistogram()]
  deepEqual(one.figures(), { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
  for (let value = 1; value <= 100; value++) (value % 2 === 0 ? one : two).record(value)
  one.merge(two)
  two.record(-5)
  deepEqual([one.figures().p50, one.figures().p99, one.figures().count, two.percentile(0.01)], [50, 99, 100, 0])
})

test('drawdown, its share and its length, by hand', () => {
  const curve = new EquityCurve(10)
  for (const equity of [100, 120, 90, 110, 121, 120]) curve.sample(equity)
  const figures = curve.figures()
  deepEqual(
    [figures.first, figures.last, figures.maxDrawdown, figures.maxDrawdownShare, figures.longestDrawdownSeconds],
    [100, 120, 30, 0.25, 20],
  )
  equal(figures.sharpe, undefined, 'five returns say nothing')
})

test('Sharpe and Sortino equal the textbook over an array', () => {
  const curve = new EquityCurve(1)
  const equities = Array.from({ length: 200 }, (_, at) => 1000 + 10 * Math.sin(at * 1.7) + at * 0.05)
  for (const equity of equities) curve.sample(equity)
  const returns = equities.slice(1).map((equity, at) => equity / equities[at]! - 1)
  const mean = returns.reduce((sum, each) => sum + each, 0) / returns.length
  const deviation = Math.sqrt(returns.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (returns.length - 1))
  const downside = Math.sqrt(returns.reduce((sum, each) => sum + Math.min(0, each) ** 2, 0) / returns.length)
  const year = Math.sqrt(365 * 86_400)
  const { sharpe, sortino } = curve.figures()
  ok(Math.abs(sharpe! / ((mean / deviation) * year) - 1) < 1e-6)
  ok(Math.abs(sortino! / ((mean / downside) * year) - 1) < 1e-6)
})

test('a run that once had no money has no ratios: a loss from nothing is no gain', () => {
  const curve = new EquityCurve(1)
  for (let at = 0; at < 100; at++) curve.sample(-at - (at % 3))
  const { sharpe, sortino, maxDrawdown } = curve.figures()
  deepEqual([sharpe, sortino, maxDrawdown], [undefined, undefined, 100])
})

test('fills: maker share, fees and rebates, wins, slippage', () => {
  const instrument = {
    settle: { code: 'USDT', decimals: 2 },
    contract: { kind: 'linear', minorPerTickLot: 100n },
  } as Instrument
  const tally = new TradeTally()
  const fill = (side: number, price: number, quantity: number, fee: bigint, liquidity: string): Fill =>
    ({ side, price, quantity, fee, liquidity }) as Fill
  tally.take(fill(1, 1000, 1, 50n, 'taker'), instrument, 0n, false, 999)
  tally.take(fill(-1, 1010, 1, -20n, 'maker'), instrument, 1000n, true, 1009)
  tally.take(fill(-1, 1000, 2, 0n, 'maker'), instrument, -500n, true, Number.NaN)
  const figures = tally.figures()
  deepEqual(
    [
      figures.fills,
      figures.buys,
      figures.closing,
      figures.winRate,
      figures.profitFactor,
      figures.fees,
      figures.rebates,
    ],
    [3, 1, 2, 0.5, 2, 0.5, 0.2],
  )
  equal(figures.turnover, 4010)
  equal(figures.makerRatio, 3010 / 4010)
  ok(Math.abs(figures.slippageBps! - ((1 / 999) * 1e4 - (1 / 1009) * 1e4) / 2) < 1e-9)
  const curve = new EquityCurve(1)
  deepEqual(warningsOf(figures, curve.figures()), [
    'only 3 fills: too few to tell skill from luck',
    '100 % of all gains come from one fill',
    'no Sharpe ratio: too short, or once without money',
  ])
})
