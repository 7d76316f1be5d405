import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Ema } from './ema.ts'
import { TradeFlow } from './trade-flow.ts'

test('an average moves half way in one half-life', () => {
  const ema = new Ema(1000)
  ok(Number.isNaN(ema.value))
  equal(ema.update(10, 0), 10)
  equal(ema.update(20, 1000), 15)
  ok(Math.abs(ema.update(20, 3000) - 18.75) < 1e-12)
  equal(ema.update(99, 2000), ema.value, 'time that goes back changes nothing')
})

test('an average split into steps equals one step, and stays within its samples', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 10_000, max: 20_000 }), (mid, end) => {
      const one = new Ema(5000)
      const two = new Ema(5000)
      one.update(0, 0)
      two.update(0, 0)
      one.update(1, end)
      two.update(1, mid)
      two.update(1, end)
      ok(Math.abs(one.value - two.value) < 1e-9 && one.value > 0 && one.value < 1)
    }),
  )
})

test('trade flow: all bought is 1, balanced is 0, and old volume fades', () => {
  const flow = new TradeFlow(1000)
  equal(flow.imbalance, 0)
  flow.update(5, true, 0)
  equal(flow.imbalance, 1)
  flow.update(5, false, 0)
  equal(flow.imbalance, 0)
  flow.update(5, false, 1000)
  ok(Math.abs(flow.imbalance - (2.5 - 7.5) / 10) < 1e-12)
})
