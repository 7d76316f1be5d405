import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SECOND } from '../clock/micros.ts'
import { type BreakerRule, CircuitBreaker } from './circuit-breaker.ts'

test('R-CB-01 S2-CB-4 five failures in thirty seconds open it, after thirty more three probes close it', () => {
  const breaker = new CircuitBreaker()
  for (const second of [0, 7, 14, 21]) breaker.fail(second * SECOND)
  equal(breaker.state(29 * SECOND), 'closed')
  breaker.fail(29 * SECOND)
  equal(breaker.state(29 * SECOND), 'open')
  equal(breaker.allows(58 * SECOND), false)
  equal(breaker.state(59 * SECOND), 'half_open')
  for (let probe = 0; probe < 3; probe++) {
    equal(breaker.allows(60 * SECOND), true)
    breaker.attempt(60 * SECOND)
  }
  equal(breaker.allows(60 * SECOND), false, 'no fourth while three are on their way')
  breaker.succeed(61 * SECOND)
  breaker.succeed(61 * SECOND)
  equal(breaker.state(61 * SECOND), 'half_open')
  breaker.succeed(61 * SECOND)
  deepEqual([breaker.state(61 * SECOND), breaker.opened], ['closed', 1])
})

test('failures that are spread out do not open it', () => {
  const breaker = new CircuitBreaker()
  for (let second = 0; second < 600; second += 7.5) breaker.fail(second * SECOND)
  equal(breaker.opened, 0)
})

test('one failed probe opens it for the whole time again', () => {
  const breaker = new CircuitBreaker({ failures: 1, window: 10, openFor: 100, probes: 2 })
  breaker.fail(0)
  breaker.attempt(100)
  breaker.succeed(110)
  breaker.attempt(110)
  breaker.fail(150)
  deepEqual([breaker.state(249), breaker.state(250), breaker.opened], ['open', 'half_open', 2])
})

/** The automaton as the requirement says it, with lists instead of counters. */
function reference(rule: BreakerRule) {
  let state: 'closed' | 'open' | 'half_open' = 'closed'
  let failures: number[] = []
  let openedAt = 0
  let probes: ('pending' | 'good')[] = []
  const age = (now: number): void => {
    if (state === 'open' && now - openedAt >= rule.openFor) {
      state = 'half_open'
      probes = []
    }
  }
  const open = (now: number): void => {
    state = 'open'
    openedAt = now
    failures = []
  }
  return {
    state: (now: number) => {
      age(now)
      return state
    },
    allows: (now: number) => {
      age(now)
      return state === 'closed' || (state === 'half_open' && probes.length < rule.probes)
    },
    attempt: (now: number) => {
      age(now)
      if (state === 'half_open') probes.push('pending')
    },
    succeed: (now: number) => {
      age(now)
      if (state !== 'half_open') return
      const pending = probes.indexOf('pending')
      if (pending < 0) probes.push('good')
      else probes[pending] = 'good'
      if (probes.filter(probe => probe === 'good').length < rule.probes) return
      state = 'closed'
      failures = []
    },
    fail: (now: number) => {
      age(now)
      if (state === 'half_open') open(now)
      if (state !== 'closed') return
      failures = [...failures, now].filter(at => now - at < rule.window)
      if (failures.length >= rule.failures) open(now)
    },
    abandon: (now: number) => {
      age(now)
      if (state === 'half_open' && probes.includes('pending')) probes.splice(probes.indexOf('pending'), 1)
    },
  }
}

test('P-14 the breaker is the reference automaton, whatever happens when', () => {
  const rule = fc.record({
    failures: fc.integer({ min: 1, max: 6 }),
    window: fc.integer({ min: 1, max: 60 }),
    openFor: fc.integer({ min: 1, max: 60 }),
    probes: fc.integer({ min: 1, max: 4 }),
  })
  const step = fc.record({
    what: fc.constantFrom('fail', 'fail', 'fail', 'attempt', 'succeed', 'abandon' as const),
    wait: fc.nat(30),
  })
  const property = fc.property(rule, fc.array(step, { maxLength: 100, size: 'max' }), (rules, steps) => {
    const breaker = new CircuitBreaker(rules)
    const twin = reference(rules)
    let now = 0
    for (const { what, wait } of steps) {
      now += wait
      const allowed = twin.allows(now)
      equal(breaker.allows(now), allowed)
      equal(breaker.state(now), twin.state(now))
      if (what === 'attempt' && !allowed) continue
      breaker[what as 'fail'](now)
      twin[what as 'fail'](now)
      equal(breaker.state(now), twin.state(now))
    }
  })
  fc.assert(property, { numRuns: 1000 })
})
