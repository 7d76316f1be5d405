import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '@velocimex/core/clock/micros'
import type { LiveAccount } from './live-account.ts'
import { ServiceViews } from './service-views.ts'

/** An account without instruments, with what it is worth and what came from outside in cents. */
class Stub {
  worth = 100_000n
  flowed = 0n
  readonly isReady = true
  readonly strategies = { events: 0, perMessage: { figures: () => ({ count: 0, p50: 0, p99: 0, max: 0 }) } }
  readonly instruments = { all: [], at: () => ({ settle: { code: 'USD', decimals: 2 } }) }
  readonly care = { differences: {} }
  readonly alerts = { since: () => [] }
  readonly guards = { safeguards: { halts: { halts: [] as { cause: string; reason: string }[] } } }
  readonly placed = 0
  readonly journal = {
    fills: { count: 0, makers: 0 },
    flows: { external: (): bigint => this.flowed },
    books: { trialBalance: () => ({}), ledger: { transferCount: 0 } },
  }
  equity(): bigint {
    return this.worth
  }
}

test('what keeps accounts from trading stands on the screen, once for all that it keeps', () => {
  const [one, other] = [new Stub(), new Stub()]
  const accounts = [one, other].map((stub, at) => ({ name: `a${at}`, account: stub as unknown as LiveAccount }))
  const views = new ServiceViews(accounts, { seed: 1, recent: [], real: [], now: () => micros(0) })
  const halt = (stub: Stub, cause: string, reason: string): unknown =>
    stub.guards.safeguards.halts.halts.push({ cause, reason })
  deepEqual(views.view(0).standing, [])
  halt(one, 'emergency stop', 'lunch')
  halt(other, 'emergency stop', 'lunch')
  halt(other, 'audit log', 'entry 3')
  deepEqual(views.view(1).standing, ['STOPPED: lunch', 'HALTED, audit log: entry 3 (a1)'])
})

test('S2-ACC money from outside is worth something on the screen, and no profit', () => {
  const stub = new Stub()
  const accounts = [{ name: 'a', account: stub as unknown as LiveAccount }]
  const views = new ServiceViews(accounts, { seed: 1, recent: [], real: [], now: () => micros(0) })
  views.view(0)
  stub.worth += 2_500n
  equal(views.view(1).profit, '+25.0000 USD')
  stub.worth += 50_000n
  stub.flowed += 50_000n
  const { equity, profit } = views.view(2)
  equal(equity, '1525.0000 USD')
  equal(profit, '+25.0000 USD')
})
