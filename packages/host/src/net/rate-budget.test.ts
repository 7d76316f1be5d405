import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import fc from 'fast-check'
import { askAll, type Purpose, RateBudget } from './rate-budget.ts'

const SECOND = 1_000_000
const make = (limit = 100, lengthMs = 10_000): RateBudget =>
  new RateBudget([{ name: 'weight', limit, lengthMs }], new Random(1))

/** Sends when allowed; answers whether it was. */
function tryOne(budget: RateBudget, weight: number, purpose: Purpose, now: number): boolean {
  const answer = budget.ask({ weight }, purpose, now)
  if (answer.ok) budget.take({ weight }, now)
  else ok(answer.retryAt > now)
  return answer.ok
}

test('P-13: whatever is asked, no window of the length holds more than the limit, and what is told to wait may go then', () => {
  const request = fc.record({
    wait: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000_000 })),
    weight: fc.integer({ min: 1, max: 40 }),
    isCancel: fc.boolean(),
  })
  const property = fc.property(fc.array(request, { maxLength: 300, size: 'max' }), requests => {
    const budget = make()
    const sent: { at: number; weight: number }[] = []
    let now = 1_700_000_000_123_456
    const inWindow = (seconds: number): number =>
      sent.filter(each => each.at > now - seconds * SECOND).reduce((sum, { weight }) => sum + weight, 0)
    for (const { wait, weight, isCancel } of requests) {
      now += wait
      const answer = budget.ask({ weight }, isCancel ? 'cancel' : 'other', now)
      if (answer.ok) {
        budget.take({ weight }, now)
        sent.push({ at: now, weight })
        ok(inWindow(10) <= (isCancel ? 100 : 90))
      } else {
        ok(inWindow(10.1) + weight > (isCancel ? 100 : 90), 'nothing is refused that fits')
        ok(answer.retryAt <= now + 10.2 * SECOND)
        now = answer.retryAt
        ok(budget.ask({ weight }, isCancel ? 'cancel' : 'other', now).ok)
      }
    }
  })
  fc.assert(property, { numRuns: 300 })
})

test('R-REST-01: a flood of orders leaves a tenth of the budget to cancels', () => {
  const budget = make()
  let orders = 0
  while (tryOne(budget, 1, 'other', 0)) orders++
  equal(orders, 90)
  let cancels = 0
  while (tryOne(budget, 1, 'cancel', 0)) cancels++
  equal(cancels, 10)
  equal(tryOne(budget, 1, 'other', 10 * SECOND - 1), false)
  equal(tryOne(budget, 1, 'other', 10.1 * SECOND), true)
  throws(() => new RateBudget([], new Random(1), 0.05), /a tenth of a budget/)
})

test('a weight that never fits says so', () => {
  const answer = make().ask({ weight: 101 }, 'cancel', 0)
  equal(!answer.ok && answer.retryAt, Number.POSITIVE_INFINITY)
  throws(() => make().ask({ other: 1 }, 'cancel', 0), /knows its windows/)
})

test('R-REST-01: 429 with Retry-After stops everything for as long, cancels included', () => {
  const budget = make()
  budget.slow(7_000, 0)
  deepEqual(budget.ask({}, 'cancel', 7 * SECOND - 1), { ok: false, reason: 'paused', retryAt: 7 * SECOND })
  equal(budget.ask({}, 'cancel', 7 * SECOND).ok, true)
})

test('R-REST-01: 429 without Retry-After waits 1, 2, 4 ... 60 s, until an answer is good', () => {
  const budget = make()
  let now = 0
  const wait = (): number => {
    budget.slow(undefined, now)
    const answer = budget.ask({}, 'other', now)
    const from = now
    now = answer.ok ? now : answer.retryAt
    return (now - from) / SECOND
  }
  for (const base of [1, 2, 4, 8, 16, 32]) {
    const waited = wait()
    ok(waited >= base && waited <= base * 1.1, `${waited}`)
  }
  ok(wait() <= 60)
  budget.passed(budget.take({}, now))
  ok(wait() <= 1.1)
})

test('R-REST-02: after 418 nothing until it ends, then one probe a minute until one is answered well', () => {
  const budget = make()
  const early = budget.take({}, 0)
  budget.ban(120_000, 0)
  budget.passed(early)
  ok(budget.isBanned, 'an answer to what was sent before says nothing')
  let sent = 0
  for (let now = 0; now < 600 * SECOND; now += SECOND / 2)
    if (budget.ask({}, 'cancel', now).ok) {
      ok(now >= 120 * SECOND)
      budget.take({}, now)
      sent++
    }
  equal(sent, 8)
  budget.passed(budget.take({}, 600 * SECOND))
  equal(budget.isBanned, false)
  ok(budget.ask({}, 'other', 600 * SECOND).ok)
})

test('R-REST-02: a ban without an end, or with a short one, is probed after a minute', () => {
  for (const retryAfter of [undefined, 5_000]) {
    const budget = make()
    budget.ban(retryAfter, 0)
    const answer = budget.ask({}, 'other', 1)
    deepEqual(answer, { ok: false, reason: 'banned', retryAt: 60 * SECOND })
  }
})

test('what a venue has counted beyond ours is counted too; less changes nothing', () => {
  const budget = make()
  budget.take({ weight: 10 }, 0)
  budget.observe('weight', 60, 0)
  deepEqual(budget.usage('weight', 0), { used: 60, limit: 100 })
  budget.observe('weight', 5, 0)
  budget.observe('weight', Number.NaN, 0)
  equal(budget.usage('weight', 0).used, 60)
  equal(tryOne(budget, 31, 'other', 0), false)
  equal(tryOne(budget, 30, 'other', 0), true)
  budget.setLimit('weight', 200)
  equal(tryOne(budget, 30, 'other', 0), true)
})

test('a request draws on all of its budgets or on none', () => {
  const address = make()
  const account = make(1, 1_000)
  const draws = [
    { budget: address, weights: { weight: 5 } },
    { budget: account, weights: { weight: 1 } },
  ]
  ok(askAll(draws, 'other', 0).ok)
  for (const { budget, weights } of draws) budget.take(weights, 0)
  const answer = askAll(draws, 'other', 0)
  equal(!answer.ok && answer.reason, 'exhausted')
  equal(address.usage('weight', 0).used, 5)
  account.ban(undefined, 0)
  const worst = askAll(draws, 'other', 0)
  equal(!worst.ok && worst.reason, 'banned')
})
