import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import fc from 'fast-check'
import { isoMillis, millisOfIso } from './iso-time.ts'

test('instants are written as Date writes them, and read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1900), max: Date.UTC(2250) }), milliseconds => {
      const text = isoMillis((milliseconds * 1000 + 999) as Micros)
      equal(text, new Date(milliseconds).toISOString())
      equal(millisOfIso(text), milliseconds)
    }),
    { numRuns: 5000 },
  )
})

for (const text of [
  '2023-02-29T00:00:00.000Z',
  '2024-13-01T00:00:00.000Z',
  '2024-01-01T24:00:00.000Z',
  '2024-01-01',
  '',
])
  test(`${text || 'nothing'} is no instant`, () => equal(millisOfIso(text), undefined))
