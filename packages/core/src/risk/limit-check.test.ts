import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { micros } from '../clock/micros.ts'
import { BUY, SELL } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { OrderRequest } from '../order/order-request.ts'
import { scopeName } from './limit-scope.ts'
import { refusalSentence } from './risk-refusal.ts'
import type { LimitKind, ScopedLimit } from './scoped-limit.ts'
import { ADMIN, OPERATOR, TRIAL_TABLE, TrialDesk, wish } from './trial-account.conformance.ts'

const limit = (kind: LimitKind, value: number, scope: ScopedLimit['scope'] = {}): ScopedLimit => ({
  name: 'the limit',
  kind,
  scope,
  value: BigInt(value),
  ...(kind === 'order_rate' ? { window: 1000 } : {}),
})

interface Before {
  /** Position by instrument. */
  readonly hold?: readonly (readonly [instrument: number, lots: number, account?: string, strategy?: string])[]
  /** Orders that rest. */
  readonly rest?: readonly OrderRequest[]
  readonly equity?: bigint
  readonly marks?: readonly (readonly [instrument: number, mark: number])[]
}

const buy = (quantity: number, instrument = 0, price = 100) => wish(instrument, BUY, quantity, price)
const sell = (quantity: number, instrument = 0, price = 100) => wish(instrument, SELL, quantity, price)

const rows: [string, ScopedLimit, Before, OrderRequest, string][] = [
  ['order size at the limit', limit('order_size', 50), {}, buy(50), ''],
  ['order size above it', limit('order_size', 50), {}, buy(51), 'order_too_large'],
  ['order size of another venue', limit('order_size', 50, { venue: 'beta' }), {}, buy(51), ''],
  ['band: a buy at its edge', limit('price_band', 500), {}, buy(1, 0, 105), ''],
  ['band: a buy beyond it', limit('price_band', 500), {}, buy(1, 0, 106), 'price_out_of_band'],
  ['band: a sell beyond it', limit('price_band', 500), {}, sell(1, 0, 94), 'price_out_of_band'],
  ['band without a mark', limit('price_band', 500), { marks: [[0, NaN]] }, buy(1), 'no_reference_price'],
  ['position with what rests', limit('position', 100), { rest: [buy(60)] }, buy(41), 'position_too_large'],
  ['position to the limit', limit('position', 100), { rest: [buy(60)] }, buy(40), ''],
  [
    'position: sells do not make room for buys',
    limit('position', 100),
    { rest: [sell(60)] },
    buy(101),
    'position_too_large',
  ],
  ['position: each instrument on its own', limit('position', 100), { hold: [[0, 100]] }, buy(100, 1), ''],
  [
    'position of a strategy',
    limit('position', 100, { strategy: 'mm' }),
    { hold: [[0, 90]] },
    buy(11),
    'position_too_large',
  ],
  ['position of another strategy', limit('position', 100, { strategy: 'xx' }), { hold: [[0, 90]] }, buy(11), ''],
  [
    'positions of two accounts do not net',
    limit('position', 100),
    {
      hold: [
        [0, -60, 'other'],
        [0, 60],
      ],
    },
    buy(41),
    'position_too_large',
  ],
  ['notional at the mark', limit('notional', 10_000), { hold: [[0, 60]] }, buy(41), 'notional_too_large'],
  ['notional in another currency', limit('notional', 12_000), { marks: [[4, 120]] }, buy(101, 3), 'notional_too_large'],
  ['notional without a chain of marks', limit('notional', 12_000), { marks: [[4, NaN]] }, buy(1, 3), 'no_valuation'],
  [
    'exposure adds long and short',
    limit('exposure', 10_000),
    {
      hold: [
        [0, 50],
        [1, -40],
      ],
    },
    buy(11),
    'exposure_too_large',
  ],
  [
    'exposure to the limit',
    limit('exposure', 10_000),
    {
      hold: [
        [0, 50],
        [1, -40],
      ],
    },
    buy(10),
    '',
  ],
  [
    'exposure: what it covers at worst is free',
    limit('exposure', 10_000),
    { hold: [[0, 90]], rest: [buy(10)] },
    sell(90),
    '',
  ],
  ['leverage twice the equity', limit('leverage', 20_000), { equity: 5000n }, buy(101), 'leverage_too_high'],
  ['leverage to the limit', limit('leverage', 20_000), { equity: 5000n }, buy(100), ''],
  ['leverage without equity', limit('leverage', 20_000), { equity: 0n }, buy(1), 'leverage_too_high'],
  [
    'concentration over venues',
    limit('concentration', 5000),
    { equity: 10_000n, hold: [[2, 30]] },
    buy(21),
    'concentration_too_high',
  ],
  ['concentration of another asset', limit('concentration', 5000), { equity: 10_000n, hold: [[1, 30]] }, buy(21), ''],
  [
    'S2-OMS-28 margin for all positions and this order',
    limit('margin_use', 10_000),
    { equity: 2000n, rest: [buy(60, 1)] },
    buy(41),
    'margin_too_small',
  ],
  ['S2-OMS-28 just enough margin', limit('margin_use', 10_000), { equity: 2000n, rest: [buy(60, 1)] }, buy(40), ''],
  ['orders', limit('open_orders', 2), { rest: [buy(1), buy(1, 1)] }, buy(1), 'too_many_orders'],
  ['orders of a venue', limit('open_orders', 2, { venue: 'alpha' }), { rest: [buy(1), buy(1, 2)] }, buy(1), ''],
  ['rate', limit('order_rate', 2), { rest: [buy(1), buy(1)] }, buy(1), 'rate_exceeded'],
  ['rate of a symbol', limit('order_rate', 2, { instrument: 0 }), { rest: [buy(1), buy(1, 1)] }, buy(1), ''],
  ['day', limit('daily_loss', 1000), { equity: 999_001n }, buy(1), ''],
  ['day lost', limit('daily_loss', 1000), { equity: 999_000n }, buy(1), 'daily_loss_reached'],
  ['drawdown reached', limit('drawdown', 500), { equity: 950_000n }, buy(1), 'drawdown_reached'],
  ['nothing allowed', limit('order_rate', 0), {}, buy(1), 'rate_exceeded'],
]
for (const [name, rule, before, request, reason] of rows)
  test(`S2-RSK ${rule.kind}: ${name}: ${reason || 'approved'}`, () => {
    const desk = new TrialDesk([rule])
    for (const [instrument, net, account, strategy] of before.hold ?? []) desk.hold(instrument, net, account, strategy)
    for (const resting of before.rest ?? []) ok(desk.place(resting))
    for (const [instrument, mark] of before.marks ?? []) desk.marks[instrument] = mark
    if (before.equity !== undefined) desk.equity = before.equity
    equal(desk.ask(request), reason)
  })

test('a refusal names limit, scope, value, limit and what would be, and says so in one sentence', () => {
  const desk = new TrialDesk([{ ...limit('position', 100, { instrument: 0, strategy: 'mm' }), name: 'mm-btc' }])
  desk.hold(0, 60)
  desk.place(buy(20))
  equal(desk.ask(buy(30)), 'position_too_large')
  const told = desk.gate().lastRefusal
  const scope = { instrument: 0, strategy: 'mm' }
  deepEqual(told, {
    reason: 'position_too_large',
    name: 'mm-btc',
    scope,
    value: 80,
    would: 110,
    limit: 100n,
    unit: 'lots',
  })
  equal(
    refusalSentence(told, scopeName(told.scope, TRIAL_TABLE)),
    'position too large: mm-btc of S0 on alpha, strategy mm is 80 lots and would be 110; the limit is 100',
  )
})

test('X-20 a hundred orders at once, each within the limit, together over: what is accepted is within it', () => {
  const desk = new TrialDesk([limit('position', 1000), { ...limit('exposure', 150_000), name: 'two' }])
  const approved = Array.from({ length: 100 }, () => desk.gate().review(buy(70)))
  const sum = approved.reduce((total, each) => total + (each.ok ? each.value.quantity : 0), 0)
  equal(sum, 980, 'fourteen of seventy, although none of them was placed when the next was reviewed')
})

test('an order known by what was approved ends its reservation before it is settled', () => {
  const desk = new TrialDesk([])
  const reviewed = desk.gate().review(buy(10))
  ok(reviewed.ok)
  desk.book.onOrder('main', { clientOrderId: 'o', request: reviewed.value, exposure: 10 })
  deepEqual([desk.book.totals({}).slot('main', 0).buys, desk.book.totals({}).orders, desk.book.held], [10, 1, 1])
  desk.gate().settle(reviewed.value, 'o')
  equal(desk.book.held, 1)
})

test('P-12 two reducing orders reviewed at once do not turn the position over', () => {
  const desk = new TrialDesk([limit('daily_loss', 0)])
  desk.hold(0, 60)
  desk.gate().halted = true
  equal(desk.ask(sell(40)), '')
  equal(desk.ask(sell(40)), 'halted')
  equal(desk.ask(sell(20)), '')
})

test('reducing passes every limit', () => {
  const desk = new TrialDesk([
    ...(['order_size', 'exposure', 'leverage', 'open_orders', 'order_rate', 'daily_loss', 'drawdown'] as const).map(
      kind => ({ ...limit(kind, 0), name: kind }),
    ),
  ])
  desk.equity = undefined
  desk.hold(0, 60)
  equal(desk.ask(sell(60)), '')
})

test('an amendment reserves its growth until the venue has it, and gives it back when it was not sent', () => {
  const desk = new TrialDesk([limit('position', 100)])
  const order = desk.place(buy(50))!
  const gate = desk.gate()
  const amend = (quantity: number) => {
    const reviewed = gate.reviewReplace(order.request, ticks(100), lots(quantity), 50, 0)
    return reviewed.ok ? reviewed.value : undefined
  }
  equal(amend(101), undefined)
  const unsent = amend(90)!
  equal(desk.ask(buy(11)), 'position_too_large')
  gate.settle(unsent, undefined)
  equal(desk.ask(buy(11)), '')
  equal(amend(90), undefined)
  const sent = amend(89)!
  order.exposure = 89
  desk.book.onOrder('main', order)
  gate.settle(sent, order.clientOrderId)
  gate.settle(sent, order.clientOrderId)
  equal(desk.book.totals({}).slot('main', 0).buys, 100)
  desk.close(order)
  equal(desk.book.totals({}).slot('main', 0).buys, 11)
})

test('R-CFG-01 a limit lowered below the position blocks adding and lets reducing through, at once', () => {
  const desk = new TrialDesk([limit('position', 100)])
  desk.hold(0, 80)
  equal(desk.ask(buy(10)), '')
  ok(desk.limits.set(OPERATOR, 'the limit', 50n, 'calmer').ok)
  equal(desk.ask(buy(1)), 'position_too_large')
  equal(desk.ask(sell(30)), '')
})

test('limits: lowered by operators, raised by admins with a second factor, never without a reason or a record', () => {
  const desk = new TrialDesk([limit('position', 100)])
  const set = (who: Parameters<typeof desk.limits.set>[0], value: bigint, reason = 'because') => {
    const done = desk.limits.set(who, 'the limit', value, reason)
    return done.ok ? 'ok' : done.reason
  }
  equal(set({ name: 'vi', role: 'viewer', hasSteppedUp: true }, 50n), 'not_permitted')
  equal(set({ name: 'mm', role: 'strategy', hasSteppedUp: true }, 50n), 'not_permitted')
  equal(set(OPERATOR, 90n, '  '), 'no_reason')
  equal(set(OPERATOR, 90n), 'ok')
  equal(set(OPERATOR, 95n), 'not_permitted')
  equal(set({ ...ADMIN, hasSteppedUp: false }, 95n), 'not_permitted')
  equal(set(ADMIN, 95n), 'ok')
  equal(set(ADMIN, -1n), 'malformed')
  equal(desk.limits.fault, 'the limit: value: -1 is not a whole number of at least 0')
  desk.isJournalOpen = false
  equal(set(ADMIN, 10n), 'not_recorded')
  equal(desk.limits.find('the limit')?.value, 95n)
  desk.isJournalOpen = true
  equal(desk.limits.remove(OPERATOR, 'the limit', 'gone').ok, false)
  equal(desk.limits.add(OPERATOR, { ...limit('order_size', 5), name: 'size' }, 'small').ok, true)
  equal(desk.limits.remove(ADMIN, 'the limit', 'gone').ok, true)
  const story = desk.changes.map(({ actor, direction, before, after }) => [
    actor,
    direction,
    before?.value,
    after?.value,
  ])
  deepEqual(story, [
    ['otto', 'lower', 100n, 90n],
    ['ada', 'raise', 90n, 95n],
    ['otto', 'lower', undefined, 5n],
    ['ada', 'raise', 95n, undefined],
  ])
})

test('a rate that is lowered counts what the window has seen', () => {
  const desk = new TrialDesk([limit('order_rate', 5)])
  for (let turn = 0; turn < 3; turn++) equal(desk.ask(buy(1)), '')
  ok(desk.limits.set(OPERATOR, 'the limit', 3n, 'slower').ok)
  equal(desk.ask(buy(1)), 'rate_exceeded')
  desk.clock.advanceTo(micros(1000))
  equal(desk.ask(buy(1)), '')
})
