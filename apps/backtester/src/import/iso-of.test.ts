import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isoOf } from './iso-of.ts'

test('an instant as text: the clock of JavaScript with three more digits, whatever was asked for before', () => {
  const instant = fc.integer({ min: 0, max: 4_000_000_000_000_000 })
  fc.assert(
    fc.property(
      fc.array(fc.oneof(instant, fc.integer({ min: 1_723_000_000_000_000, max: 1_723_000_003_000_000 }))),
      all => {
        for (const micros of all) {
          const millis = Math.floor(micros / 1000)
          const rest = String(micros % 1000).padStart(3, '0')
          assert.equal(isoOf(micros), `${new Date(millis).toISOString().slice(0, -1)}${rest}Z`)
        }
      },
    ),
  )
  assert.throws(() => isoOf(Number.NaN), RangeError)
})
