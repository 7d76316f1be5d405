import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ClockOffset } from './clock-offset.ts'

test('the offset is right within half of the quickest round trip, however unequal the two ways are', () => {
  const trip = fc.record({ there: fc.integer({ min: 0, max: 400_000 }), back: fc.integer({ min: 0, max: 400_000 }) })
  const property = fc.property(
    fc.integer({ min: -5_000_000, max: 5_000_000 }),
    fc.array(trip, { minLength: 1, maxLength: 20, size: 'max' }),
    (truth, trips) => {
      const clock = new ClockOffset()
      let now = 1_700_000_000_000_000
      for (const { there, back } of trips) {
        clock.sample(now, now + there + truth, now + there + back)
        now += 1_000_000
      }
      ok(Math.abs(clock.offset - truth) <= clock.uncertainty)
      const quickest = Math.min(...trips.slice(-8).map(({ there, back }) => there + back))
      equal(clock.uncertainty, Math.ceil(quickest / 2))
    },
  )
  fc.assert(property)
})

test('more than half a second apart is alarming, and old answers are forgotten', () => {
  const clock = new ClockOffset()
  equal(clock.offset, 0)
  equal(clock.uncertainty, Number.POSITIVE_INFINITY)
  clock.sample(0, 500_000, 0)
  equal(clock.isAlarming, false)
  clock.sample(10, 500_011, 10)
  equal(clock.isAlarming, true)
  const later = 16 * 60_000_000
  clock.sample(later, later + 100_000, later + 200_000)
  equal(clock.offset, 0)
  equal(clock.uncertainty, 100_000)
})
