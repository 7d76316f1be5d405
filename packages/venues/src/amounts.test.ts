import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addAmounts, subtractAmounts, toUnits } from './amounts.ts'

test('amounts are told in other decimals: exactly where they are coarser, half to even where they are finer', () => {
  deepEqual(
    [5n, 15n, 25n, 26n, -15n, 7n].map(units => toUnits({ units, decimals: 1 }, 0)),
    [0n, 2n, 2n, 3n, -2n, 1n],
  )
  equal(toUnits({ units: 5n, decimals: 1 }, 3), 500n)
})

test('sums and differences are exact, whatever the decimals', () => {
  const amount = fc.record({ units: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), decimals: fc.nat(20) })
  fc.assert(
    fc.property(amount, amount, (one, other) => {
      const sum = addAmounts(one, other)
      equal(toUnits(sum, 20), toUnits(one, 20) + toUnits(other, 20))
      equal(toUnits(subtractAmounts(sum, other), 20), toUnits(one, 20))
    }),
  )
})
