import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BreakerState, CircuitBreaker } from './circuit-breaker.ts'

const SECOND = 1_000_000

/** The obvious automaton: the whole history of the present state, asked anew every time. */
class Twin {
  state: BreakerState = 'closed'
  since = 0
  failures: number[] = []
  probes = 0
  good = 0
  visit = 1

  at(now: number): void {
    if (this.state === 'open' && now >= this.since + 30 * SECOND) this.go('half_open', now)
  }

  go(state: BreakerState, now: number): void {
    Object.assign(this, { state, since: now, failures: [], probes: 0, good: 0, visit: this.visit + 1 })
  }

  enter(now: number): number {
    this.at(now)
    if (this.state === 'open' || (this.state === 'half_open' && this.probes === 3)) return 0
    this.probes++
    return this.visit
  }

  exit(visit: number, isGood: boolean, now: number): void {
    this.at(now)
    if (visit !== this.visit) return
    if (this.state === 'half_open') {
      if (isGood) this.good++
      if (!isGood) this.go('open', now)
      else if (this.good === 3) this.go('closed', now)
    } else if (!isGood) {
      this.failures.push(now)
      if (this.failures.filter(at => at > now - 30 * SECOND).length >= 5) this.go('open', now)
    }
  }
}

test('R-CB-01: five failures in 30 s open it, after 30 s three probes are let in, three good ones close it', () => {
  const breaker = new CircuitBreaker()
  let now = 0
  const fail = (): void => breaker.exit(breaker.enter(now), false, now)
  for (let turn = 0; turn < 4; turn++) fail()
  now = 29 * SECOND
  equal(breaker.state(now), 'closed')
  fail()
  equal(breaker.state(now), 'open')
  equal(breaker.enter(now), 0)
  equal(breaker.retryAt(now), 59 * SECOND)
  now = 59 * SECOND - 1
  equal(breaker.enter(now), 0)
  now++
  equal(breaker.state(now), 'half_open')
  const probes = [0, 1, 2, 3].map(() => breaker.enter(now))
  ok(probes[0]! > 0)
  deepEqual(probes.slice(1), [probes[0], probes[0], 0])
  breaker.exit(probes[0]!, true, now)
  breaker.exit(probes[1]!, true, now)
  equal(breaker.state(now), 'half_open')
  breaker.exit(probes[2]!, true, now)
  equal(breaker.state(now), 'closed')
})

test('R-CB-01: a failed probe opens it again, and trouble of more than a minute is told', () => {
  const breaker = new CircuitBreaker()
  breaker.trip(0)
  equal(breaker.troubledMs(20 * SECOND), 20_000)
  const probe = breaker.enter(30 * SECOND)
  const other = breaker.enter(30 * SECOND)
  breaker.exit(probe, false, 31 * SECOND)
  equal(breaker.state(31 * SECOND), 'open')
  breaker.exit(other, true, 31 * SECOND)
  equal(breaker.state(60 * SECOND), 'open')
  equal(breaker.state(61 * SECOND), 'half_open')
  ok(breaker.troubledMs(61 * SECOND) > 60_000)
  for (let turn = 0; turn < 3; turn++) breaker.exit(breaker.enter(61 * SECOND), true, 61 * SECOND)
  equal(breaker.troubledMs(61 * SECOND), 0)
})

test('a probe that was not made gives its place back', () => {
  const breaker = new CircuitBreaker()
  breaker.trip(0)
  const now = 30 * SECOND
  const probes = [0, 1, 2].map(() => breaker.enter(now))
  equal(breaker.enter(now), 0)
  breaker.withdraw(probes[0]!, now)
  ok(breaker.enter(now) > 0)
  equal(breaker.enter(now), 0)
})

test('P-14: equals the reference automaton', () => {
  const step = fc.oneof(
    fc.record({ pass: fc.integer({ min: 0, max: 12 }) }),
    fc.constant('enter' as const),
    fc.record({ exit: fc.nat(6), isGood: fc.boolean() }),
  )
  const property = fc.property(fc.array(step, { maxLength: 200, size: 'max' }), steps => {
    const breaker = new CircuitBreaker()
    const twin = new Twin()
    const open: [number, number][] = []
    let now = 0
    for (const one of steps) {
      if (one === 'enter') {
        const pair: [number, number] = [breaker.enter(now), twin.enter(now)]
        equal(pair[0] > 0, pair[1] > 0)
        if (pair[0] > 0) open.push(pair)
      } else if ('pass' in one) now += one.pass * SECOND
      else if (open.length > 0) {
        const [[mine, its]] = open.splice(one.exit % open.length, 1) as [[number, number]]
        breaker.exit(mine, one.isGood, now)
        twin.exit(its, one.isGood, now)
      }
      twin.at(now)
      equal(breaker.state(now), twin.state)
    }
  })
  fc.assert(property, { numRuns: 1000 })
})
