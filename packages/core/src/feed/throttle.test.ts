import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle } from './throttle.ts'

test('four passes a second for each instrument, however often one asks', () => {
  const throttle = new Throttle(2, 4)
  const passed: string[] = []
  for (let now = 0; now < 1_000_000; now += 50_000)
    for (const instrument of [0, 1]) if (throttle.passes(instrument, now)) passed.push(`${instrument}@${now / 1000}`)
  deepEqual(passed, '0@0 1@0 0@250 1@250 0@500 1@500 0@750 1@750'.split(' '))
})
