import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatOnGrid, gridOfStep, parseOnGrid, shortDecimal } from './grid.ts'
import { divideHalfEven } from './money.ts'

const grid = fc.record({ decimals: fc.integer({ min: 0, max: 12 }), step: fc.constantFrom(1, 5, 10, 25, 125) })

test('P-19 what is written is read back, on every grid', () => {
  fc.assert(
    fc.property(grid, fc.maxSafeInteger(), (on, steps) => {
      const text = formatOnGrid(steps, on)
      const back = parseOnGrid(text, on)
      if (back.ok) equal(back.value, steps === 0 ? 0 : steps)
      else equal(Math.abs(steps) * on.step > Number.MAX_SAFE_INTEGER, true, `${text} ${back.reason}`)
    }),
    { numRuns: 2000 },
  )
})

test('what is written has exactly the digits of its grid, and one zero before the point', () => {
  const written = [0, 5, -5, 123, -123, 100_000].map(steps => formatOnGrid(steps, { decimals: 2, step: 1 }))
  deepEqual(written, ['0.00', '0.05', '-0.05', '1.23', '-1.23', '1000.00'])
  deepEqual([formatOnGrid(0, { decimals: 0, step: 25 }), formatOnGrid(-4, { decimals: 0, step: 25 })], ['0', '-100'])
  equal(formatOnGrid(Number.MAX_SAFE_INTEGER, { decimals: 8, step: 5 }), '450359962.73704955')
})

const rows: [string, number, number, string | number][] = [
  ['61837.63000000', 2, 1, 6183763],
  ['0.50', 1, 5, 1],
  ['100', 0, 25, 4],
  ['-1.5', 1, 1, -15],
  ['0', 8, 1, 0],
  ['007.1', 1, 1, 71],
  ['1.001', 2, 1, 'off_grid'],
  ['0.3', 1, 5, 'off_grid'],
  ['90071992547409.92', 2, 1, 'too_large'],
  ['90071992547409.91', 2, 1, 9007199254740991],
  ['1e5', 2, 1, 'malformed'],
  ['+1', 2, 1, 'malformed'],
  ['1.', 2, 1, 'malformed'],
  ['.5', 2, 1, 'malformed'],
  ['', 2, 1, 'malformed'],
  [' 1', 2, 1, 'malformed'],
  ['NaN', 2, 1, 'malformed'],
  ['1,5', 2, 1, 'malformed'],
  ['--1', 2, 1, 'malformed'],
]
for (const [text, decimals, step, expected] of rows)
  test(`${JSON.stringify(text)} on ${step}e-${decimals} is ${expected}`, () => {
    const parsed = parseOnGrid(text, { decimals, step })
    equal(parsed.ok ? parsed.value : parsed.reason, expected)
  })

test('the grid of a published step', () => {
  deepEqual(['0.01000000', '0.5', '25', '1', '0', '-1', 'x', '1e-8'].map(gridOfStep), [
    { decimals: 2, step: 1 },
    { decimals: 1, step: 5 },
    { decimals: 0, step: 25 },
    { decimals: 0, step: 1 },
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('division rounds to the nearest, ties to even, on both sides of zero', () => {
  const rounded: [bigint, bigint, bigint][] = [
    [5n, 2n, 2n],
    [7n, 2n, 4n],
    [-5n, 2n, -2n],
    [-7n, 2n, -4n],
    [8n, 3n, 3n],
    [-8n, 3n, -3n],
    [6n, 3n, 2n],
  ]
  for (const [dividend, divisor, quotient] of rounded) equal(divideHalfEven(dividend, divisor), quotient)
})

test('zeros that say nothing are left out, those of a whole number are not', () => {
  const shown = ['20000.00', '0.050', '-1.10', '0.00', '100', '0'].map(shortDecimal)
  deepEqual(shown, ['20000', '0.05', '-1.1', '0', '100', '0'])
})
