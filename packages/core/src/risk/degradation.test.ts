import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { BUY } from '../market/side.ts'
import type { OrderRequest } from '../order/order-request.ts'
import {
  CONDITIONS,
  type Condition,
  degradation,
  isAllowed,
  type Mode,
  NORMAL,
  TRADING_ACTIONS,
} from './degradation.ts'
import { DegradedTrading } from './degraded-trading.ts'
import { HaltBoard } from './halt-board.ts'
import { ADMIN, OPERATOR, wish } from './trial-account.conformance.ts'

const rows: [string, Condition[], Partial<Mode>][] = [
  [
    'S2-DEG-1 no market data',
    ['market_data_unavailable'],
    { usesCachedMarket: true, spreadPercent: 200, sizePercent: 25 },
  ],
  ['S2-DEG-2 execution fails', ['execution_failing'], { posture: 'observe', cancelsPending: true, alert: 'critical' }],
  ['S2-DEG-3 slow', ['high_latency'], { posture: 'careful', ratePercent: 25, mayTake: false }],
  ['S2-DEG-4 a mismatch', ['reconciliation_mismatch'], { posture: 'normal', takesVenueTruth: true, alert: 'warning' }],
  ['S2-DEG-4 another one', ['reconciliation_repeated'], { posture: 'reduce_only', takesVenueTruth: true }],
  ['S2-DEG-5 no database', ['database_unavailable'], { posture: 'normal', loadsStrategies: false }],
  ['R-DSK-01 no journal', ['journal_unavailable'], { posture: 'observe', cancelsPending: true }],
  ['R-CLK-01 the clock is off', ['clock_skewed'], { posture: 'reduce_only', cancelsPending: false }],
  ['R-WS-07 no reports', ['reports_silent'], { posture: 'reduce_only', cancelsPending: true }],
  ['stopped', ['emergency_stop'], { posture: 'observe' }],
  [
    'slow and without a database',
    ['high_latency', 'database_unavailable'],
    { ratePercent: 25, loadsStrategies: false },
  ],
]
for (const [name, conditions, expected] of rows)
  test(`${name}: ${Object.entries(expected).join(' ').replaceAll(',', ' ')}`, () => {
    const mode = degradation(conditions)
    for (const [field, value] of Object.entries(expected)) equal(mode[field as keyof Mode], value, field)
  })

test('nothing wrong is normal, and every condition changes something', () => {
  deepEqual(degradation([]), NORMAL)
  equal(CONDITIONS.length, 10)
  for (const condition of CONDITIONS) ok(JSON.stringify(degradation([condition])) !== JSON.stringify(NORMAL), condition)
})

/** The published table: what is still allowed under each condition. */
const ALLOWED = `
                           enter  enter_taking  reduce  cancel  load_strategy
  market_data_unavailable  yes    -             yes     yes     yes
  execution_failing        -      -             yes     yes     yes
  high_latency             yes    -             yes     yes     yes
  reconciliation_mismatch  yes    yes           yes     yes     yes
  reconciliation_repeated  -      -             yes     yes     yes
  database_unavailable     yes    yes           yes     yes     -
  journal_unavailable      -      -             yes     yes     yes
  clock_skewed             -      -             yes     yes     yes
  reports_silent           -      -             yes     yes     yes
  emergency_stop           -      -             yes     yes     yes
`
test('S2-DEG the table of conditions and actions is total and as published', () => {
  const cell = (condition: Condition) =>
    TRADING_ACTIONS.map(each => (isAllowed(degradation([condition]), each) ? 'yes' : '-'))
  const rows = [['', ...TRADING_ACTIONS], ...CONDITIONS.map(condition => [condition, ...cell(condition)])]
  const published = ALLOWED.trim().split('\n')
  equal(
    rows.map(row => row.join(' ').trim()).join('\n'),
    published.map(row => row.trim().split(/\s+/).join(' ')).join('\n'),
  )
})

test('more conditions never allow more; order and repetition do not matter', () => {
  const some = fc.array(fc.constantFrom(...CONDITIONS), { maxLength: 8 })
  const property = fc.property(some, some, (one, other) => {
    const mode = degradation(one)
    const both = degradation([...one, ...other])
    deepEqual(both, degradation([...other, ...one, ...one]))
    ok(both.sizePercent <= mode.sizePercent && both.ratePercent <= mode.ratePercent)
    ok(both.spreadPercent >= mode.spreadPercent)
    for (const action of TRADING_ACTIONS) ok(!isAllowed(both, action) || isAllowed(mode, action))
    ok(Number(both.mayTake) <= Number(mode.mayTake) && Number(both.cancelsPending) >= Number(mode.cancelsPending))
    const order = ['normal', 'careful', 'reduce_only', 'observe']
    ok(order.indexOf(both.posture) >= order.indexOf(mode.posture))
  })
  fc.assert(property, { numRuns: 1000 })
})

const asked = (quantity: number, more: Partial<OrderRequest> = {}) => {
  const order = { ...wish(0, BUY, quantity), ...more }
  return { order, price: 100, quantity, added: quantity, isReducing: false, isReplace: false }
}

test('a mode lets through what it allows, and tells why not', () => {
  const clock = new SimClock(micros(0))
  const told: string[] = []
  const listener = { onMode: (mode: Mode, before: Mode) => told.push(`${before.posture} ${mode.posture}`) }
  const trading = new DegradedTrading({ orderLots: () => 100, ordersPerSecond: 8 }, clock, listener)
  const reason = (quantity: number, more: Partial<OrderRequest> = {}): string => {
    const one = asked(quantity, more)
    const refusal = trading.refusal(one)
    if (refusal === undefined) trading.onApproved(one, one.order)
    return refusal === undefined ? '' : `${refusal.reason} ${refusal.name} ${refusal.limit}`
  }
  equal(reason(100), '')
  trading.set('market_data_unavailable', true)
  trading.set('market_data_unavailable', true)
  equal(reason(10), 'degraded market_data_unavailable: post only 0')
  equal(reason(26, { postOnly: true }), 'order_too_large market_data_unavailable 25')
  equal(reason(25, { postOnly: true }), '')
  trading.set('high_latency', true)
  equal(reason(1, { postOnly: true }), 'rate_exceeded market_data_unavailable, high_latency 2')
  clock.advanceTo(micros(1_000_000))
  equal(reason(1, { postOnly: true }), '')
  trading.set('market_data_unavailable', false)
  trading.set('high_latency', false)
  trading.set('execution_failing', true)
  equal(reason(1, { postOnly: true }), 'degraded execution_failing 0')
  trading.set('execution_failing', false)
  equal(reason(100), '')
  deepEqual(told, [
    'normal careful',
    'careful careful',
    'careful careful',
    'careful normal',
    'normal observe',
    'observe normal',
  ])
})

test('two causes that halt do not lift each other, and a halt reaches only its scope', () => {
  const board = new HaltBoard('main', () => 'alpha')
  const held = (): string => board.refusal(asked(1))?.name ?? ''
  ok(board.halt({}, 'emergency stop', 'daily loss', 0))
  equal(board.halt({}, 'emergency stop', 'again', 0), false)
  board.halt({ instrument: 0 }, 'overfill', 'o17', 1)
  board.halt({ strategy: 'xx' }, 'unknown order', 'o18', 1)
  equal(held(), 'emergency stop: daily loss')
  deepEqual(board.liftBy(ADMIN, {}, 'emergency stop', 'fine'), { ok: false, reason: 'not_permitted' })
  board.lift({}, 'emergency stop')
  equal(held(), 'overfill: o17')
  equal(board.lift({}, 'overfill'), false)
  const lift = (actor = ADMIN, reason = 'looked at it') => board.liftBy(actor, { instrument: 0 }, 'overfill', reason)
  deepEqual(lift(OPERATOR), { ok: false, reason: 'not_permitted' })
  deepEqual(lift(ADMIN, ''), { ok: false, reason: 'no_reason' })
  ok(lift().ok)
  deepEqual(lift(), { ok: false, reason: 'not_halted' })
  equal(held(), '')
})
