import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros, SECOND } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { BUY } from '../market/side.ts'
import { BreakerPanel } from './breaker-panel.ts'
import { DEFAULT_BREAKER } from './circuit-breaker.ts'
import type { Scope } from './limit-scope.ts'
import { PriceMove } from './price-move.ts'
import type { BreakerTrigger } from './trading-breaker.ts'
import { ADMIN, OPERATOR, TRIAL_TABLE, wish } from './trial-account.conformance.ts'

function panelWith(trigger: BreakerTrigger, scope: Scope = {}) {
  const clock = new SimClock(micros(0))
  const told: string[] = []
  const equity = { now: 1000n }
  const panel = BreakerPanel.of(
    {
      account: 'main',
      instruments: TRIAL_TABLE,
      clock,
      standing: { equity: () => equity.now },
      listener: {
        onBreaker: (_, from, to, now, cause) => told.push(`${now / SECOND}s ${from} ${to}: ${cause}`),
        onOpenLong: (_, since) => told.push(`long since ${since / SECOND}s`),
      },
    },
    [{ name: 'b', scope, trigger, rule: DEFAULT_BREAKER }],
  )
  if (typeof panel === 'string') throw new Error(panel)
  const at = (second: number): void => clock.advanceTo(micros(second * SECOND))
  const asked = (instrument: number, strategy: string, isReplace = false) => {
    const order = wish(instrument, BUY, 1, 100, strategy)
    return { order, price: 100, quantity: 1, added: 1, isReducing: false, isReplace }
  }
  const passes = (instrument = 0, strategy = 'mm', isReplace = false): boolean =>
    panel.refusal(asked(instrument, strategy, isReplace)) === undefined
  let placed = 0
  const place = (instrument = 0) => {
    const one = asked(instrument, 'mm')
    equal(panel.refusal(one), undefined)
    panel.onApproved(one, one.order)
    const clientOrderId = `o${placed++}`
    panel.onSettled(one.order, clientOrderId)
    // The journal gives back an equal request, not the same object.
    return { clientOrderId, request: { ...one.order } }
  }
  const rejected = (instrument: number, strategy: string) => {
    const order = { clientOrderId: 'x', request: wish(instrument, BUY, 1, 100, strategy) }
    panel.onRejected(order, 'insufficient margin')
  }
  return { panel, at, told, equity, passes, place, asked, rejected }
}

test('volatility of one symbol stops that symbol, and three good probes bring it back', () => {
  const { panel, at, told, passes, place, asked } = panelWith(
    { cause: 'volatility', moveBps: 100, within: 60 * SECOND },
    { instrument: 0 },
  )
  panel.onMark(0, 10_000, 0)
  at(10)
  panel.onMark(1, 12_000, 10 * SECOND)
  panel.onMark(0, 10_099, 10 * SECOND)
  ok(passes())
  at(20)
  panel.onMark(0, 9_999, 20 * SECOND)
  deepEqual([passes(0), passes(1)], [false, true])
  at(50)
  deepEqual([passes(0), passes(0, 'mm', true)], [true, false], 'an amendment is no probe')
  const probes = [place(), place(), place()]
  equal(passes(), false)
  panel.onUnsent(probes[0]!)
  ok(passes(), 'a probe that was not sent is free again')
  const unsent = asked(0, 'mm')
  panel.onApproved(unsent, unsent.order)
  equal(passes(), false)
  panel.onSettled(unsent.order, undefined)
  probes[0] = place()
  for (const probe of [...probes, ...probes]) panel.onAccepted(probe)
  ok(passes(0, 'mm', true))
  deepEqual(told, [
    '20s closed open: price moved',
    '50s open half_open: time to try again',
    '50s half_open closed: probes succeeded',
  ])
})

test('S2-CB-13 rejects of one strategy stop that strategy; a rejected probe opens it again', () => {
  const { panel, at, told, passes, place, rejected } = panelWith({ cause: 'rejects' }, { strategy: 'mm' })
  for (let second = 1; second <= 5; second++) {
    at(second)
    rejected(0, second === 3 ? 'xx' : 'mm')
  }
  ok(passes(), 'four of them were ours')
  rejected(1, 'mm')
  deepEqual([passes(0), passes(2), passes(0, 'xx')], [false, false, true])
  at(35)
  panel.tick()
  panel.onRejected(place(), 'insufficient margin')
  equal(passes(), false)
  deepEqual(told, [
    '5s closed open: rejected: insufficient margin',
    '35s open half_open: time to try again',
    '35s half_open open: rejected: insufficient margin',
  ])
})

test('a silent venue is stopped; another is not', () => {
  const { panel, at, passes } = panelWith({ cause: 'stale_market', silentFor: 5 * SECOND }, { venue: 'alpha' })
  panel.onMark(1, 100, 3 * SECOND)
  at(7)
  panel.tick()
  ok(passes(0))
  at(8)
  panel.tick()
  deepEqual([passes(0), passes(2)], [false, true])
})

test('S2-ALR-4 a breaker that has not been closed for a minute is told once', () => {
  const { panel, at, told } = panelWith({ cause: 'stale_market', silentFor: 5 * SECOND })
  for (let second = 1; second < 200; second++) {
    at(second)
    panel.tick()
  }
  deepEqual(told, ['5s closed open: stale_market', 'long since 5s'])
})

test('five slow decisions open it', () => {
  const { panel, passes } = panelWith({ cause: 'latency', latencyMax: 100_000 }, { strategy: 'mm' })
  for (let turn = 0; turn < 5; turn++) {
    ok(passes())
    panel.onLatency('xx', 0, 200_000)
    panel.onLatency('mm', 0, 100_000)
    panel.onLatency('mm', 0, 100_001)
  }
  equal(passes(), false)
})

test('a loss within the window opens it, a slow one does not', () => {
  const { panel, at, equity, passes } = panelWith({ cause: 'loss', lossMax: 100n, within: 60 * SECOND })
  for (let second = 0; second < 600; second++) {
    at(second)
    equity.now = 1000n - BigInt(second)
    panel.tick()
    ok(passes())
  }
  at(601)
  equity.now -= 43n
  panel.tick()
  equal(passes(), false)
})

test('by hand: operators open, admins close with a reason', () => {
  const { panel, told, passes } = panelWith({ cause: 'rejects' })
  ok(panel.trip('b', OPERATOR).ok)
  equal(passes(), false)
  deepEqual(panel.reset('b', OPERATOR, 'calm again'), { ok: false, reason: 'not_permitted' })
  deepEqual(panel.reset('b', ADMIN, ' '), { ok: false, reason: 'no_reason' })
  ok(panel.reset('b', ADMIN, 'calm again').ok)
  deepEqual(told, ['0s closed open: opened by otto', '0s open closed: closed by ada: calm again'])
})

test('P-14 the move of a price is that of all prices of the window, give or take its thirty-second part', () => {
  const step = fc.record({ wait: fc.nat(40), price: fc.integer({ min: 90, max: 110 }) })
  const property = fc.property(fc.array(step, { maxLength: 200, size: 'max' }), steps => {
    const move = new PriceMove(320)
    const seen: { at: number; price: number }[] = []
    let now = 0
    const over = (window: number): number => {
      const prices = seen.filter(({ at }) => now - at < window).map(({ price }) => price)
      return ((Math.max(...prices) - Math.min(...prices)) * 10_000) / Math.min(...prices)
    }
    for (const { wait, price } of steps) {
      now += wait
      seen.push({ at: now, price })
      const bps = move.take(price, now)
      ok(bps >= over(310) && bps <= over(331), `${over(310)} ${bps} ${over(331)}`)
    }
  })
  fc.assert(property, { numRuns: 500 })
})
