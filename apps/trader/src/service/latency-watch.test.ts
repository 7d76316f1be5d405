import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { LatencyWatch } from './latency-watch.ts'

test('S2-DEG-3 three slow answers within five seconds are too many; five seconds without end it', () => {
  const clock = new SimClock()
  clock.advanceTo(micros(1_000_000))
  const watch = new LatencyWatch(clock)
  for (let second = 1; second <= 20; second++) {
    clock.advanceTo(micros(second * 1_000_000))
    watch.took(100_000)
    if (second % 3 === 0) watch.took(100_001)
    equal(watch.isSlow, false, 'once in three seconds is an accident')
  }
  for (const [second, isSlow] of [
    [21, false],
    [22, true],
    [26, true],
    [27, false],
  ] as const) {
    clock.advanceTo(micros(second * 1_000_000))
    if (second <= 22) watch.took(2_000_000)
    equal(watch.isSlow, isSlow, `at ${second} s`)
  }
})

test('who is in no hurry is never too slow', () => {
  const watch = new LatencyWatch(new SimClock(), Number.POSITIVE_INFINITY)
  for (let at = 0; at < 10; at++) watch.took(1e9)
  equal(watch.isSlow, false)
})
