import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { toMinor } from '../market/money.ts'
import { BUY, SELL } from '../market/side.ts'
import { lots, ticks } from '../market/units.ts'
import type { ExecutionReport, ReportKind } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import { ClientOrderIds } from './client-order-id.ts'
import { OrderManager } from './order-manager.ts'

/** What risk would allow: these tests are about execution, so the brand is put on by hand. */
const approved = (request: Partial<OrderRequest> = {}): ApprovedOrder =>
  ({
    instrument: 0,
    side: BUY,
    type: 'limit',
    quantity: lots(10),
    price: ticks(100),
    timeInForce: 'gtc',
    postOnly: false,
    reduceOnly: false,
    strategy: 's',
    ...request,
  }) as ApprovedOrder

function desk() {
  const log: string[] = []
  const clock = new SimClock(micros(1000))
  const gateway = {
    place: ({ clientOrderId }: { clientOrderId: string }) => void log.push(`send place ${clientOrderId.slice(-1)}`),
    cancel: ({ clientOrderId }: { clientOrderId: string }) => void log.push(`send cancel ${clientOrderId.slice(-1)}`),
    replace: (command: { clientOrderId: string; price: number; quantity: number }) =>
      void log.push(`send replace ${command.clientOrderId.slice(-1)} ${command.quantity}@${command.price}`),
  }
  const manager = new OrderManager(
    gateway,
    new ClientOrderIds(0, 0),
    {
      onFill: (fill, order) => log.push(`fill ${fill.tradeId} ${fill.quantity} of ${order.clientOrderId.slice(-1)}`),
      onOrderUpdate: order =>
        log.push(`${order.clientOrderId.slice(-1)} ${order.state} ${order.cumulative}/${order.quantity}`),
      onAlert: (alert, report) => log.push(`alert ${alert} ${report.kind}`),
    },
    clock,
    1,
  )
  return { manager, log, clock }
}

const fillOf = (clientOrderId: string, tradeId: string, quantity: number): Fill => ({
  tradeId,
  clientOrderId,
  venueOrderId: 'v',
  instrument: 0,
  side: BUY,
  price: ticks(100),
  quantity: lots(quantity),
  fee: toMinor(0n),
  feeAsset: 'USDT',
  liquidity: 'maker',
  at: micros(0),
})
function report(clientOrderId: string, kind: ReportKind, more: Partial<ExecutionReport> = {}): ExecutionReport {
  return {
    kind,
    clientOrderId,
    venueOrderId: 'v',
    instrument: 0,
    at: micros(0),
    cumulative: lots(0),
    leaves: lots(0),
    ...more,
  }
}
const filled = (id: string, tradeId: string, quantity: number): ExecutionReport =>
  report(id, 'filled', { fill: fillOf(id, tradeId, quantity) })

test('an order is placed, filled in two parts and closed; a repeated fill counts once', () => {
  const { manager, log } = desk()
  const { clientOrderId: id } = manager.place(approved())
  manager.onReport(report(id, 'accepted'))
  manager.onReport(filled(id, 't1', 4))
  manager.onReport(filled(id, 't1', 4))
  manager.onReport(filled(id, 't2', 6))
  deepEqual(log, [
    '0 pending_submit 0/10',
    'send place 0',
    '0 submitted 0/10',
    'fill t1 4 of 0',
    '0 partially_filled 4/10',
    '0 partially_filled 4/10',
    'fill t2 6 of 0',
    '0 filled 10/10',
  ])
  equal(manager.openOrders(0).length, 0)
  equal(manager.cancel(id), false)
})

test('the id that the venue gives an order goes out with every later command, and stays', () => {
  const sent: (readonly [string, string])[] = []
  const gateway = {
    place: () => {},
    cancel: ({ venueOrderId }: { venueOrderId: string }) => void sent.push(['cancel', venueOrderId]),
    replace: ({ venueOrderId }: { venueOrderId: string }) => void sent.push(['replace', venueOrderId]),
  }
  const listener = { onFill: () => {}, onOrderUpdate: () => {}, onAlert: () => {} }
  const manager = new OrderManager(gateway, new ClientOrderIds(0, 0), listener, new SimClock(micros(1000)), 1)
  const { clientOrderId: id } = manager.place(approved())
  manager.onReport(report(id, 'accepted', { venueOrderId: 'v1' }))
  ok(manager.replace(id, approved({ price: ticks(101) })))
  manager.onReport(report(id, 'replaced', { venueOrderId: 'v1' }))
  manager.onReport({ ...filled(id, 't1', 4), venueOrderId: 'other' })
  ok(manager.cancel(id))
  deepEqual(sent, [
    ['replace', 'v1'],
    ['cancel', 'v1'],
  ])
})

test('why a command came to nothing is kept with its order', () => {
  const { manager } = desk()
  const orders = [manager.place(approved()), manager.place(approved())]
  manager.onOutcome(orders[0]!.clientOrderId, 'unsent', 'no socket')
  manager.onOutcome(orders[1]!.clientOrderId, 'in_doubt')
  deepEqual(
    orders.map(({ state, reason }) => [state, reason]),
    [
      ['rejected', 'no socket'],
      ['unknown', ''],
    ],
  )
})

test('a fill and a cancel cross on the way: the fill is booked, late and told', () => {
  const { manager, log } = desk()
  const { clientOrderId: id } = manager.place(approved())
  manager.onReport(report(id, 'accepted'))
  ok(manager.cancel(id))
  equal(manager.cancel(id), false, 'one cancel at a time')
  manager.onReport(report(id, 'canceled'))
  manager.onReport(filled(id, 't1', 4))
  deepEqual(log.slice(-3), ['fill t1 4 of 0', 'alert late_fill filled', '0 canceled 4/10'])
})

test('an amendment below what is filled closes the order; one that is refused leaves it', () => {
  const { manager, log } = desk()
  const { clientOrderId: id } = manager.place(approved())
  equal(manager.replace(id, approved({ price: ticks(101) })), false, 'not before the venue has it')
  manager.onReport(report(id, 'accepted'))
  ok(manager.replace(id, approved({ price: ticks(101), quantity: lots(20) })))
  equal(manager.openBuyLots(0), 20, 'the growth counts while it is under way')
  manager.onReport(report(id, 'replace_rejected'))
  equal(manager.openBuyLots(0), 10)
  ok(manager.replace(id, approved({ price: ticks(99), quantity: lots(5) })))
  manager.onReport(filled(id, 't1', 5))
  manager.onReport(report(id, 'replaced', { price: ticks(99), quantity: lots(5) }))
  equal(log.at(-1), '0 filled 5/5')
})

test('more than was asked for is booked and alerted; an order that is not ours is alerted', () => {
  const { manager, log } = desk()
  const { clientOrderId: id } = manager.place(approved())
  manager.onReport(filled(id, 't1', 12))
  manager.onReport(report('web_1', 'canceled'))
  deepEqual(log.slice(2), ['fill t1 12 of 0', 'alert overfill filled', '0 filled 12/10', 'alert external canceled'])
})

test('an order whose outcome is not known keeps its exposure until the venue speaks or absence is proven', () => {
  const { manager } = desk()
  const one = manager.place(approved())
  const two = manager.place(approved({ side: SELL, quantity: lots(3) }))
  for (const order of [one, two]) manager.onOutcome(order.clientOrderId, 'in_doubt')
  deepEqual([one.state, manager.openBuyLots(0), manager.openLots(0, SELL)], ['unknown', 10, 3])
  manager.onOutcome(two.clientOrderId, 'absent')
  manager.onReport(filled(one.clientOrderId, 't', 4))
  deepEqual(
    [one.state, two.state, manager.openBuyLots(0), manager.openLots(0, SELL)],
    ['partially_filled', 'rejected', 6, 0],
  )
})

/** Everything that one order can hear of, as whole lives. Fills sum up to at most the quantity. */
const lives: fc.Arbitrary<(id: string) => ExecutionReport[]> = fc
  .record({
    parts: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    end: fc.constantFrom('open', 'canceled', 'expired', 'complete', 'rejected'),
    noise: fc.array(fc.constantFrom('accepted', 'cancel_rejected'), { maxLength: 2 }),
  })
  .map(({ parts, end, noise }) => (id: string): ExecutionReport[] => {
    if (end === 'rejected') return [report(id, 'rejected')]
    const fills = parts.filter((_, at) => parts.slice(0, at + 1).reduce((sum, part) => sum + part, 0) < 10)
    const sum = fills.reduce((total, part) => total + part, 0)
    const reports = [
      report(id, 'accepted'),
      ...noise.map(kind => report(id, kind as ReportKind)),
      ...fills.map((part, at) => filled(id, `t${at}`, part)),
    ]
    if (end === 'complete') reports.push(filled(id, 'last', 10 - sum))
    else if (end !== 'open') reports.push(report(id, end as ReportKind))
    return reports
  })

test('P-04 P-06 any order and any repetition of the same evidence ends in the same state with the same fills', () => {
  fc.assert(
    fc.property(
      lives,
      fc.boolean(),
      fc.array(fc.nat(1000), { minLength: 12, maxLength: 12, size: 'max' }),
      fc.array(fc.nat(10), { maxLength: 6 }),
      (life, canceling, shuffle, twice) => {
        const play = (arrange: (reports: ExecutionReport[]) => ExecutionReport[]) => {
          const { manager, log } = desk()
          const order = manager.place(approved())
          if (canceling) manager.cancel(order.clientOrderId)
          for (const each of arrange(life(order.clientOrderId))) {
            manager.onReport(each)
            ok(order.cumulative <= order.quantity)
            equal(
              order.leaves,
              ['filled', 'canceled', 'expired', 'rejected'].includes(order.state)
                ? 0
                : order.quantity - order.cumulative,
            )
          }
          return [
            order.state,
            order.cumulative,
            order.leaves,
            log.filter(line => line.startsWith('fill')).sort(),
            manager.openBuyLots(0),
          ]
        }
        const straight = play(reports => reports)
        const mixed = play(reports => {
          const more = [...reports, ...twice.map(at => reports[at % reports.length]!)]
          return more
            .map((each, at) => [shuffle[at % 12]! * 16 + at, each] as const)
            .sort(([a], [b]) => a - b)
            .map(([, each]) => each)
        })
        // A cancel that was refused may have been answered before or after the rest: only then the open state may differ.
        if (canceling && ['submitted', 'partially_filled', 'pending_cancel'].includes(String(straight[0])))
          deepEqual(mixed.slice(1), straight.slice(1))
        else deepEqual(mixed, straight)
      },
    ),
    { numRuns: 2000 },
  )
})
