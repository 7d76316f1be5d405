import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import fc from 'fast-check'
import { formatInstant, formatMillis, parseInstant } from './instant-text.ts'

test('instants are written and read as the platform does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0) - 1 }), fc.nat(999), (millis, rest) => {
      const text = new Date(millis).toISOString().replace('Z', `${String(rest).padStart(3, '0')}Z`)
      const micros = (millis * 1000 + rest) as Micros
      equal(formatInstant(micros), text)
      equal(formatMillis(micros), new Date(millis).toISOString())
      deepEqual(parseInstant(text), { micros, nanos: 0 })
    }),
  )
})

test('what is no instant in UTC is none', () => {
  for (const text of ['', '2026-02-29T00:00:00Z', '2026-01-01', '2026-01-01T00:00:60Z', '2026-1-01T00:00:00Z'])
    equal(parseInstant(text), undefined, text)
  deepEqual(parseInstant('2024-02-29T00:00:00.000001999Z'), { micros: 1_709_164_800_000_001, nanos: 999 })
})
