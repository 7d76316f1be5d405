import { equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import fc from 'fast-check'
import { FallingCounter } from './falling-counter.ts'
import { type Purpose, RateBudget } from './rate-budget.ts'

const SECOND = 1_000_000
const START = 1_700_000_000_123_456

test('P-13: whatever is asked, a counter that falls by the venue’s rule never stands above its limit there', () => {
  const request = fc.record({
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20_000_000 })),
    weight: fc.integer({ min: 1, max: 5 }),
    purpose: fc.constantFrom<Purpose[]>('cancel', 'other', 'upkeep'),
  })
  const property = fc.property(fc.array(request, { maxLength: 300, size: 'max' }), requests => {
    const budget = new RateBudget([{ name: 'weight', limit: 15, lengthMs: 45_000, falls: true }], new Random(1))
    const ceilings = { cancel: 15, other: 13, upkeep: 7 }
    let [venue, counted, now] = [0, START, START]
    const at = (instant: number): number => Math.max(0, venue - (instant - counted) / (3 * SECOND))
    for (const { wait, weight, purpose } of requests) {
      now += wait
      const answer = budget.ask({ weight }, purpose, now)
      if (!answer.ok) {
        ok(at(now) + weight > ceilings[purpose] - 1e-6, 'nothing is refused that fits')
        now = answer.retryAt
        ok(budget.ask({ weight }, purpose, now).ok, 'what is told to wait may go then')
      }
      budget.take({ weight }, now)
      venue = at(now) + weight
      counted = now
      ok(venue <= ceilings[purpose] + 1e-6, `${venue} for ${purpose}`)
    }
  })
  fc.assert(property, { numRuns: 300 })
})

test('R-REST-01: upkeep leaves half of a limit to the rest, and goes on at the pace at which the counter falls', () => {
  const budget = new RateBudget([{ name: 'weight', limit: 15, lengthMs: 45_000, falls: true }], new Random(1))
  const sent = (purpose: Purpose, now: number): number => {
    let count = 0
    while (budget.ask({ weight: 1 }, purpose, now).ok) {
      budget.take({ weight: 1 }, now)
      count++
    }
    return count
  }
  equal(sent('upkeep', START), 7)
  equal(sent('other', START), 6)
  equal(sent('cancel', START), 2)
  equal(sent('upkeep', START + 24 * SECOND), 0)
  equal(sent('upkeep', START + 27 * SECOND + 3), 1)
  equal(sent('upkeep', START + 28 * SECOND), 0)
  equal(sent('upkeep', START + 30 * SECOND + 3), 1)
})

test('a counter: what never fits, a limit that changes, a clock that goes back', () => {
  const counter = new FallingCounter(10, 10_000)
  equal(counter.fitsAt(11, 20, START), Number.POSITIVE_INFINITY)
  counter.take(10, START)
  equal(counter.used(START - SECOND), 10, 'time that goes back changes nothing')
  equal(counter.used(START + SECOND), 9)
  counter.limit = 20
  equal(counter.limit, 20)
  equal(counter.used(START + 2 * SECOND), 7)
  throws(() => (counter.limit = 0), /positive/)
  throws(() => new FallingCounter(1, 0), /falls/)
})
