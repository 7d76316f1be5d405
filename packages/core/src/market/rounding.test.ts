import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { roundPassive, splitLots } from './rounding.ts'
import { BUY, SELL } from './side.ts'

test('P-19 a rounded price is on the grid, within a tick, and never worse than wished', () => {
  fc.assert(
    fc.property(fc.constantFrom(BUY, SELL), fc.double({ min: 0, max: 1e12, noNaN: true }), (side, wished) => {
      const rounded = roundPassive(side, wished)
      ok(Number.isSafeInteger(rounded))
      ok(side * (wished - rounded) >= 0 && Math.abs(wished - rounded) <= 1)
    }),
  )
})

test('P-19 the parts of an order are the order, each within one lot of its share', () => {
  fc.assert(
    fc.property(
      fc.nat(1_000_000_000),
      fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 20, size: 'max' }),
      (whole, weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        if (total === 0) return
        const parts = splitLots(whole, weights)
        equal(
          parts.reduce((sum, part) => sum + part, 0),
          whole,
        )
        for (const [at, part] of parts.entries())
          ok(Math.abs(part - (whole * weights[at]!) / total) < 1 + 1e-6 && part >= 0)
      },
    ),
  )
  deepEqual(splitLots(10, [1, 1, 1]), [4, 3, 3])
  deepEqual(splitLots(11, [1, 1, 1]), [4, 4, 3])
  deepEqual(splitLots(10, [1, 2, 4]), [1, 3, 6], '1.43, 2.86, 5.71: the greatest remainders first')
  deepEqual(splitLots(1, [1, 3]), [0, 1])
})
