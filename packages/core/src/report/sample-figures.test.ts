import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Random } from '../clock/random.ts'
import {
  autocorrelationOf,
  deviationOf,
  dispersionOf,
  excessKurtosisOf,
  meanOf,
  momentOf,
  quantilesOf,
} from './sample-figures.ts'

const near = (one: number, other: number, words: string, within = 1e-9): void =>
  ok(one === other || Math.abs(one - other) <= within * Math.max(1, Math.abs(other)), `${words}: ${one} for ${other}`)
const sample = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60, size: 'max' })
const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0)

test('quantiles: the ends are the least and the greatest, the middle is the median, and they rise', () => {
  fc.assert(
    fc.property(sample, values => {
      const sorted = [...values].sort((one, other) => one - other)
      const before = [...values]
      const [least, low, median, high, greatest] = quantilesOf(values, [0, 0.3, 0.5, 0.7, 1]) as [
        number,
        number,
        number,
        number,
        number,
      ]
      equal(least, sorted[0])
      equal(greatest, sorted.at(-1))
      const half = Math.floor(sorted.length / 2)
      equal(median, sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1]! + sorted[half]!) / 2)
      ok(least <= low && low <= median && median <= high && high <= greatest)
      ok(
        values.every((value, at) => value === before[at]),
        'the sample is left as it was',
      )
    }),
  )
  ok(Number.isNaN(quantilesOf([], [0.5])[0]))
})

test('moments equal their definitions: pairs of values for the variance, powers for the rest', () => {
  fc.assert(
    fc.property(sample, values => {
      const count = values.length
      // Half the mean squared distance of all pairs is the variance.
      const pairs = sum(values.flatMap(one => values.map(other => (one - other) ** 2))) / (2 * count * count)
      near(momentOf(values, 2), pairs, 'variance', 1e-6)
      near(meanOf(values), sum(values) / count, 'mean')
      near(deviationOf(values) ** 2 * count, sum(values.map(value => value * value)), 'squares')
      if (pairs === 0) return
      const mean = sum(values) / count
      const fourth = sum(values.map(value => (value - mean) * (value - mean) * (value - mean) * (value - mean))) / count
      near(excessKurtosisOf(values), fourth / pairs / pairs - 3, 'kurtosis', 1e-6)
    }),
  )
})

test('autocorrelation equals the slow one, stays within -1..1, and knows a series that alternates or repeats', () => {
  fc.assert(
    fc.property(sample, fc.integer({ min: 1, max: 12 }), (values, lag) => {
      const found = autocorrelationOf(values, lag)
      const mean = sum(values) / values.length
      const off = values.map(value => value - mean)
      const square = sum(off.map(value => value * value))
      if (values.length <= lag || square < 1e-9) return
      near(found, sum(off.slice(lag).map((value, at) => value * off[at]!)) / square, 'autocorrelation', 1e-6)
      ok(Math.abs(found) <= 1 + 1e-9)
    }),
  )
  const alternating = Array.from({ length: 1000 }, (_, at) => (at % 2 === 0 ? 1 : -1))
  near(autocorrelationOf(alternating, 1), -0.999, 'alternating')
  near(autocorrelationOf(alternating, 2), 0.998, 'repeating')
  ok(Number.isNaN(autocorrelationOf([1, 2], 2)))
})

test('counts of a Poisson process have a dispersion of one, those of pairs of two; normal samples have no excess kurtosis', () => {
  const random = new Random(1)
  const counts = new Array<number>(4000).fill(0)
  for (let at = random.exponential(0.2); at < counts.length; at += random.exponential(0.2)) counts[Math.floor(at)]!++
  near(dispersionOf(counts), 1, 'Poisson', 0.1)
  near(dispersionOf(counts.map(count => 2 * count)), 2 * dispersionOf(counts), 'pairs')
  near(excessKurtosisOf(Array.from({ length: 20_000 }, () => random.normal())), 0, 'normal', 0.1)
})
