import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import { type Purpose, RateBudget } from './rate-budget.ts'
import { SimTimers } from './sim-timers.ts'
import { type LimitSigns, type RestAlert, readStatus, VenueRest } from './venue-rest.ts'

type Said = { readonly signs: LimitSigns | undefined; readonly words: string }

/** A socket beside HTTP whose answers are told in advance; nothing is written where there is none. */
function beside(limit = 20) {
  const timers = new SimTimers()
  const budget = new RateBudget([{ name: 'weight', limit, lengthMs: 60_000 }], new Random(1))
  const alerts: RestAlert[] = []
  // No request of HTTP is sent here.
  const rest = new VenueRest(undefined as never, timers, readStatus, alert => alerts.push(alert))
  let written = 0
  const say = async (said: Said | undefined, purpose: Purpose = 'other'): Promise<string> => {
    const draws = [{ budget, weights: { weight: 1 } }]
    const sending = rest.through({ draws, purpose }, () => {
      if (said === undefined) return undefined
      written++
      return Promise.resolve(said)
    })
    const outcome = await sending
    if (outcome === undefined) return 'the other way'
    return 'reason' in outcome ? outcome.reason : outcome.words
  }
  return {
    timers,
    budget,
    alerts,
    rest,
    say,
    written: () => written,
    used: () => budget.usage('weight', timers.now()).used,
  }
}

const well: Said = { signs: { verdict: 'well' }, words: 'well' }
const silent: Said = { signs: undefined, words: 'no answer' }

test('what goes over a socket is paid out of the budgets of HTTP, and a tenth is left to cancels', async () => {
  const { say, used, written } = beside(10)
  for (let count = 1; count <= 9; count++) equal(await say(well), 'well')
  deepEqual([used(), written()], [9, 9])
  equal(await say(well), 'exhausted')
  equal(await say(well, 'cancel'), 'well')
  equal(await say(well, 'cancel'), 'exhausted')
  equal(written(), 10)
})

test('where nothing could be written nothing is paid, and HTTP is the way', async () => {
  const { say, used, rest, timers } = beside()
  for (let count = 0; count < 10; count++) equal(await say(undefined), 'the other way')
  deepEqual([used(), rest.otherBreaker.state(timers.now())], [0, 'closed'])
})

test('R-CB-01: five answers that do not come close the socket for half a minute, and not HTTP', async () => {
  const { say, rest, timers, written } = beside()
  for (let count = 0; count < 5; count++) equal(await say(silent), 'no answer')
  equal(await say(well), 'the other way')
  equal(await say(well, 'cancel'), 'the other way')
  deepEqual([rest.otherBreaker.state(timers.now()), rest.breaker.state(timers.now())], ['open', 'closed'])
  timers.advance(30_000)
  for (let probe = 0; probe < 3; probe++) equal(await say(well), 'well')
  deepEqual([rest.otherBreaker.state(timers.now()), written()], ['closed', 8])
})

test('R-REST-01 R-REST-02 R-REST-08: a wish to wait, a ban and a refused key hold for both ways', async () => {
  const slow = beside()
  await slow.say({ signs: { verdict: 'slow', retryAfterMs: 5_000 }, words: '429' })
  equal(await slow.say(well, 'cancel'), 'paused')
  slow.timers.advance(5_000)
  equal(await slow.say(well), 'well')
  const banned = beside()
  await banned.say({ signs: { verdict: 'ban' }, words: '418' })
  equal(await banned.say(well, 'cancel'), 'banned')
  const denied = beside()
  await denied.say({ signs: { verdict: 'denied' }, words: '401' })
  equal(denied.rest.breaker.state(denied.timers.now()), 'open')
  equal(await denied.say(well), 'the other way', 'where the open breaker refuses it')
  deepEqual([slow.alerts, banned.alerts, denied.alerts], [['slow'], ['ban'], ['breaker_open']])
})

test('what an answer over the socket counts is counted', async () => {
  const { say, used } = beside()
  const count = { window: 'weight', count: 12 }
  await say({ signs: { verdict: 'well', used: [count, { window: 'unknown', count: 99 }] }, words: 'well' })
  equal(used(), 12)
})
