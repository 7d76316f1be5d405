import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '@velocimex/core/clock/random'
import { RateBudget } from '@velocimex/host/net/rate-budget'
import { VENUE_BUDGETS } from '@velocimex/venues/budgets'
import { AccountCare } from './account-care.ts'

const SECOND = 1_000_000

/** Care of an account at Kraken, whose limits others use up; what it sends is counted. */
function stage({ opening = true } = {}) {
  let now = 1_700_000_000 * SECOND
  const budget = new RateBudget(VENUE_BUDGETS.get('kraken')!.address, new Random(1))
  const sent: string[] = []
  const alerts: string[] = []
  const journal = {
    opening: opening ? {} : undefined,
    books: { cash: () => 0n, portfolio: { netLots: () => 0 } },
    open: () => (journal.opening = {}),
  }
  const request = (call: string, instrument = -1) => ({ call, instrument, weight: 1, orders: 0 })
  const codec = {
    balances: () => request('balances'),
    positions: () => undefined,
    readBalances: () => ({ kind: 'found', value: [] }),
    deadMan: (instrument: number) => request('dead_man', isSwitchOfAll ? -1 : instrument),
  }
  let isSwitchOfAll = true
  const gateway = {
    now: () => now,
    hasRoom: (requests: readonly unknown[], purpose: 'upkeep' | 'other') =>
      budget.ask({ counter: requests.length }, purpose, now).ok,
    async send({ call }: { call: string }) {
      if (!budget.ask({ counter: 1 }, 'other', now).ok) return 'not_sent: exhausted'
      budget.take({ counter: 1 }, now)
      sent.push(call)
      return { status: 200, headers: {}, body: '' }
    },
  }
  const instruments = { all: [] as { index: number; base: object; quote: object; settle: object }[] }
  let asks = 0
  const care = new AccountCare({
    ...({ codec, gateway, instruments, journal } as never as object),
    ...{
      deadManMs: 60_000,
      now: () => now,
      onAlert: (words: string) => alerts.push(words),
      onDifference() {},
      onDangerousKey() {},
    },
    reconcile: (ask: (question: number) => void) =>
      ({ tick: () => ask(++asks), hurry() {}, onTruth() {}, onFailed: () => alerts.push('failed') }) as never,
  } as unknown as ConstructorParameters<typeof AccountCare>[0])
  return {
    ...{ care, sent, alerts, instruments },
    use: (weight: number) => void budget.take({ counter: weight }, now),
    pass: (seconds: number) => void (now += seconds * SECOND),
    switchEach: () => (isSwitchOfAll = false),
    settle: () => new Promise(done => setImmediate(done)),
  }
}

test('S2-ACC-23 comparisons leave half of a narrow limit to commands and audits, and wait without an alert', async () => {
  const { care, sent, alerts, use, pass, settle } = stage()
  use(7)
  for (let second = 0; second < 3; second++) {
    care.tick(true)
    pass(1)
  }
  await settle()
  deepEqual([sent, alerts], [[], []])
  pass(1)
  care.tick(true)
  await settle()
  deepEqual([sent, alerts], [['balances'], []])
})

test('S2-ACC-23 a limit that never has room: after a minute a comparison is tried, so that a person is told', async () => {
  const { care, alerts, use, pass, settle } = stage()
  use(15)
  care.tick(true)
  for (let second = 0; second < 59; second++) {
    pass(1)
    use(1 / 3)
    care.tick(true)
  }
  await settle()
  deepEqual(alerts, [])
  pass(1)
  use(1 / 3)
  care.tick(true)
  await settle()
  deepEqual(alerts, ['failed'])
})

test('S2-ACC-23 a first life opens its books when there is room, without an alert before', async () => {
  const { care, sent, alerts, use, pass } = stage({ opening: false })
  use(13)
  await care.open()
  deepEqual([sent, alerts], [[], []])
  pass(5)
  await care.open()
  deepEqual([sent, alerts], [['balances'], []])
})

test('a dead-man switch of the whole account is renewed once, others for each instrument', () => {
  const { care, sent, instruments, switchEach } = stage()
  const asset = { code: 'A', decimals: 2 }
  instruments.all.push(...[0, 1, 2].map(index => ({ index, base: asset, quote: asset, settle: asset })))
  care.sayAlive()
  equal(sent.length, 1)
  switchEach()
  care.sayAlive()
  equal(sent.length, 4)
})
