import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from './micros.ts'
import { Random } from './random.ts'
import { VenueClock } from './venue-clock.ts'

const START = Date.UTC(2026, 4, 1) * 1000

/** An answer of a venue that is ahead by so much, asked at an instant of ours. */
function hear(clock: VenueClock, ahead: number, sentAt: number, wayMax: number, random: Random): void {
  const there = sentAt + random.uniform() * wayMax
  const answeredAt = there + random.uniform() * wayMax
  clock.hear(new Date((there + ahead) / 1000).toUTCString(), sentAt, answeredAt)
}

test('R-CLK-01 no clock is held to be wrong that need not be', () => {
  const clock = new VenueClock()
  equal(clock.offset, 0)
  const random = new Random(1)
  for (let asked = 0; asked < 1000; asked++) hear(clock, 0, START + asked * 4_700_000, 300_000, random)
  equal(clock.offset, 0)
  equal(clock.at((START + 5) as Micros), START + 5)
})

test('R-CLK-01 five seconds or an hour, ahead or behind: found from the first answer, to a third of a second within minutes', () => {
  for (const ahead of [5_000_000, -5_000_000, 3_600_000_000, -3_600_000_000]) {
    const clock = new VenueClock()
    const random = new Random(2)
    hear(clock, ahead, START, 200_000, random)
    ok(Math.abs(clock.offset - ahead) <= 850_000, `${ahead} at first: ${clock.offset}`)
    ok(Math.abs(clock.skew) > 2_500_000 && Math.abs(clock.skew) <= Math.abs(ahead), 'never more than is certain')
    for (let asked = 1; asked < 100; asked++) hear(clock, ahead, START + asked * 4_973_000, 200_000, random)
    ok(Math.abs(clock.offset - ahead) <= 350_000, `${ahead} later: ${clock.offset}`)
  }
})

test('R-CLK-01 a clock that jumps is believed anew, one that drifts is followed', () => {
  const clock = new VenueClock()
  const random = new Random(3)
  for (let asked = 0; asked < 50; asked++) hear(clock, 0, START + asked * 5_000_000, 100_000, random)
  hear(clock, -10_000_000, START + 300_000_000, 100_000, random)
  ok(Math.abs(clock.offset + 10_000_000) <= 1_500_000, `after the jump: ${clock.offset}`)

  const drifting = new VenueClock()
  for (let asked = 0; asked < 20_000; asked++) hear(drifting, asked * 500, START + asked * 5_000_000, 100_000, random) // 100 parts in a million.
  ok(Math.abs(drifting.offset - 10_000_000) <= 500_000, `after a day: ${drifting.offset}`)
})

test('what is no date proves nothing', () => {
  const clock = new VenueClock()
  for (const date of [undefined, '', 'yesterday', 'NaN']) clock.hear(date, START, START + 1)
  equal(clock.offset, 0)
})
