import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Lots, Ticks } from '../market/units.ts'
import { formatClientOrderId } from './client-order-id.ts'
import { approved, DeskStage, fillOf, orderAtVenue } from './desk-stage.conformance.ts'
import type { OrderAtVenue } from './live-gateway.ts'

/** A desk that has asked everything. */
function ready(): DeskStage {
  const stage = new DeskStage()
  stage.pass(1)
  ok(stage.desk.isReady)
  return stage
}

function placed(stage: DeskStage, request: Parameters<typeof approved>[0] = {}): string {
  const order = stage.desk.place(approved(request))
  ok(order.ok)
  return order.value.clientOrderId
}

/** What became of a command, with nothing but a reason. */
function outcome(
  stage: DeskStage,
  verb: 'place' | 'cancel' | 'replace',
  id: string,
  kind: 'unknown' | 'not_sent',
): void {
  const command = [...stage.commands].findLast(([key]) => key === `${verb} ${id}`)![1]
  stage.desk.onOutcome({ clientOrderId: id, verb, command }, { kind, reason: 'x' })
}

test('start-up is recovery: no order before the venue has been asked about everything', () => {
  const stage = new DeskStage()
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'not_ready' })
  stage.truth = undefined
  stage.pass(60)
  equal(stage.desk.isReady, false, 'a question that fails is no answer')
  stage.truth = new Map()
  stage.pass(2)
  ok(stage.desk.place(approved()).ok)
})

test('A.3 an intent is on the disk before its first byte leaves, durable if so wished', () => {
  for (const durability of ['group', 'strict'] as const) {
    const stage = new DeskStage(undefined, durability)
    stage.pass(1)
    const before = stage.journal.writtenThrough
    placed(stage)
    equal(stage.journal.writtenThrough, before + 1)
    equal(stage.journal.syncedThrough === stage.journal.writtenThrough, durability === 'strict')
  }
})

test('R-REST-03 an unknown outcome is asked for and never sent again; found, it goes on', () => {
  const stage = ready()
  const id = placed(stage)
  outcome(stage, 'place', id, 'unknown')
  equal(stage.state(id), 'unknown 0/10')
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'in_doubt' })
  ok(stage.desk.place(approved({ instrument: 1 })).ok, 'the other instrument goes on')
  stage.truth!.set(id, orderAtVenue(id, { cumulative: 4 as Lots }))
  stage.trades.push(fillOf(id, 't1', 4, stage.clock.now()))
  stage.pass(3)
  equal(stage.state(id), 'partially_filled 4/10')
  deepEqual(stage.sent, ['place', 'place'])
  equal(stage.fills.length, 1)
})

test('R-REST-04 "not found" for three seconds and then found is not absent', () => {
  const stage = ready()
  const id = placed(stage)
  outcome(stage, 'place', id, 'unknown')
  stage.pass(3)
  equal(stage.state(id), 'unknown 0/10')
  stage.truth!.set(id, orderAtVenue(id))
  stage.pass(2)
  equal(stage.state(id), 'submitted 0/10')
})

test('A.3 absence is proven by three answers after the propagation delay and by the fills, not before', () => {
  const stage = ready()
  const id = placed(stage)
  outcome(stage, 'place', id, 'unknown')
  stage.pass(11)
  equal(stage.state(id), 'unknown 0/10')
  equal(stage.desk.orders.manager.openBuyLots(0), 10, 'its exposure stays reserved')
  stage.pass(3)
  equal(stage.state(id), 'rejected 0/10')
  ok(stage.desk.place(approved()).ok)
})

test('R-REST-05 ten minutes of failing questions drop nothing (hummingbot#8457)', () => {
  const stage = ready()
  const [open, doubtful] = [placed(stage), placed(stage)]
  stage.say('accepted', open)
  outcome(stage, 'place', doubtful, 'unknown')
  stage.truth = undefined
  stage.pass(600)
  deepEqual([stage.state(open), stage.state(doubtful)], ['submitted 0/10', 'unknown 0/10'])
  equal(stage.desk.orders.manager.openBuyLots(0), 20)
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'in_doubt' })
})

test('R-REST-06 a cancel that finds no order because it was just filled ends in filled, without an alert', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  ok(stage.desk.cancel(id).ok)
  stage.truth!.set(id, orderAtVenue(id, { status: 'filled', cumulative: 10 as Lots }))
  stage.trades.push(fillOf(id, 't1', 10, stage.clock.now()))
  stage.say('cancel_rejected', id, { reason: 'unknown order' })
  stage.pass(3)
  deepEqual([stage.state(id), stage.alerts], ['filled 10/10', []])
})

test('R-REST-07 a batch that fails as a whole leaves each of its orders in doubt, and each finds its own end', () => {
  const stage = ready()
  const ids = stage.desk.placeBatch([approved(), approved(), approved()]).map(result => {
    ok(result.ok)
    return result.value.clientOrderId
  })
  for (const id of ids) outcome(stage, 'place', id, 'unknown')
  stage.truth!.set(ids[0]!, orderAtVenue(ids[0]!))
  stage.say('rejected', ids[1]!, { reason: 'too small' })
  stage.pass(15)
  deepEqual(
    ids.map(id => stage.state(id)),
    ['submitted 0/10', 'rejected 0/10', 'rejected 0/10'],
  )
})

test('R-REST-10 half a cancel-replace: both orders are known, both count until the venue has spoken', () => {
  const stage = ready()
  const old = placed(stage)
  stage.say('accepted', old)
  const result = stage.desk.cancelReplace(old, approved({ quantity: 7 as Lots }))
  ok(result.ok)
  const young = result.value.clientOrderId
  equal(stage.desk.orders.manager.openBuyLots(0), 17)
  outcome(stage, 'cancel', old, 'unknown')
  outcome(stage, 'place', young, 'unknown')
  stage.truth!.set(old, orderAtVenue(old))
  stage.truth!.set(young, orderAtVenue(young, { quantity: 7 as Lots }))
  stage.pass(15)
  deepEqual([stage.state(old), stage.state(young)], ['submitted 0/10', 'submitted 0/7'], 'the cancel never arrived')
})

test('a command that did not leave ends at once; an amendment in doubt keeps what it asked for reserved', () => {
  const stage = ready()
  const id = placed(stage)
  outcome(stage, 'place', id, 'not_sent')
  equal(stage.state(id), 'rejected 0/10')
  const other = placed(stage)
  stage.say('accepted', other)
  ok(stage.desk.replace(other, approved({ quantity: 15 as Lots })).ok)
  outcome(stage, 'replace', other, 'unknown')
  ok(stage.desk.cancel(other).ok)
  equal(stage.desk.orders.manager.openBuyLots(0), 15)
  stage.truth!.set(
    other,
    orderAtVenue(other, { quantity: 15 as Lots, price: 101 as Ticks, updatedAt: stage.clock.now() }),
  )
  stage.pass(3)
  equal(stage.desk.orders.manager.find(other)!.price, 101)
})

test('R-ORD-01 fills come before the acknowledgement, twice, late, and out of order: each is booked once', () => {
  const stage = ready()
  const id = placed(stage)
  stage.fill(id, 't2', 3, 7)
  stage.fill(id, 't2', 3, 7)
  equal(stage.state(id), 'partially_filled 3/10')
  stage.say('canceled', id, { cumulative: 7 as Lots })
  equal(stage.state(id), 'partially_filled 3/10', 'it is not over before its fills are here')
  equal(stage.desk.orders.manager.openBuyLots(0), 7)
  stage.trades.push(fillOf(id, 't1', 4, stage.clock.now()), fillOf(id, 't2', 3, stage.clock.now()))
  stage.pass(2)
  equal(stage.state(id), 'canceled 7/10')
  stage.fill(id, 't9', 1, 8)
  deepEqual([stage.state(id), stage.alerts], ['canceled 8/10', ['late_fill']])
  deepEqual(
    stage.fills.map(({ tradeId }) => tradeId),
    ['t2', 't1', 't9'],
  )
})

test('R-ORD-01 more than was asked for is booked, alerted, and halts the instrument until a person releases it', () => {
  const stage = ready()
  const id = placed(stage)
  stage.fill(id, 't1', 12)
  deepEqual([stage.state(id), stage.alerts], ['filled 12/10', ['overfill']])
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'halted' })
  ok(stage.desk.place(approved({ reduceOnly: true })).ok, 'what reduces passes')
  stage.desk.releaseInstrument(0)
  ok(stage.desk.place(approved()).ok)
})

test('R-ORD-01 R-ORD-02 an order that somebody else placed is adopted as it is, with its fills', () => {
  const stage = ready()
  const truth = orderAtVenue('web_7', { cumulative: 2 as Lots, quantity: 5 as Lots })
  stage.truth!.set('web_7', truth)
  stage.trades.push(fillOf('web_7', 'w1', 2, stage.clock.now()))
  stage.fill('web_7', 'w1', 2)
  stage.pass(4)
  equal(stage.state('web_7'), 'partially_filled 2/5')
  equal(stage.desk.orders.manager.find('web_7')!.request.strategy, 'external')
  deepEqual([stage.fills.length, stage.alerts], [1, []])
})

test('R-ORD-02 a fill without any order, a liquidation, is booked all the same', () => {
  const stage = ready()
  stage.trades.push(fillOf('liq', 'l1', 4, stage.clock.now()))
  stage.pass(40)
  deepEqual([stage.state('liq'), stage.fills.length], ['filled 4/4', 1])
})

test('S2-OMS-10 an order that the venue closed while nobody listened is found by the audit', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  stage.truth!.set(id, orderAtVenue(id, { status: 'canceled' }))
  stage.desk.onLinkUp()
  stage.pass(2)
  equal(stage.state(id), 'canceled 0/10')
})

test('repeats of old answers to amendments change nothing, whatever is under way', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  const at = stage.clock.now()
  ok(stage.desk.replace(id, approved({ quantity: 12 as Lots })).ok)
  stage.say('replaced', id, { at, quantity: 12 as Lots, price: 100 as Ticks })
  ok(stage.desk.replace(id, approved({ quantity: 20 as Lots })).ok)
  stage.say('replaced', id, { at, quantity: 12 as Lots, price: 100 as Ticks })
  deepEqual([stage.state(id), stage.desk.orders.manager.openBuyLots(0)], ['pending_replace 0/12', 20])
})

test('a repeat of an old refusal to cancel does not end the cancel that is under way', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  const at = stage.clock.now()
  ok(stage.desk.cancel(id).ok)
  stage.say('cancel_rejected', id, { at })
  equal(stage.state(id), 'submitted 0/10')
  ok(stage.desk.cancel(id).ok)
  stage.say('cancel_rejected', id, { at })
  equal(stage.state(id), 'pending_cancel 0/10')
})

test('R-KILL-01 what was under way when the process died is in doubt from the first moment of the next', () => {
  const stage = ready()
  const [fresh, canceling] = [placed(stage), placed(stage)]
  stage.say('accepted', canceling)
  stage.desk.cancel(canceling)
  const next = new DeskStage(stage.disk)
  deepEqual([next.state(fresh), next.state(canceling)], ['unknown 0/10', 'unknown 0/10'])
  equal(next.desk.orders.manager.openBuyLots(0), 20)
})

test('R-KILL-04 after a pause of the process nothing is assumed: everything is asked before anything is placed', () => {
  const stage = ready()
  stage.clock.advanceTo((stage.clock.now() + 30_000_000) as ReturnType<typeof stage.clock.now>)
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'not_ready' })
  stage.desk.tick()
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'not_ready' })
  deepEqual(stage.alerts, ['paused'])
  stage.pass(2)
  ok(stage.desk.place(approved()).ok)
})

test('R-DSK-01 while the disk is full entries stop within a tick, everything is canceled, words still count', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  stage.disk.room = 1000
  stage.pass(0.25)
  deepEqual(stage.sent, ['place', 'cancel'])
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'stopped' })
  stage.disk.room = 0
  stage.fill(id, 't1', 10)
  deepEqual([stage.state(id), stage.fills.length, stage.alerts], ['filled 10/10', 1, ['journal_full']])
  deepEqual(stage.desk.place(approved({ reduceOnly: true })), { ok: false, reason: 'not_written' })
  stage.disk.room = Number.POSITIVE_INFINITY
  ok(stage.desk.place(approved()).ok)
})

test('R-DSK-04 while the disk is slow nothing is added; reducing and canceling go on', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  Object.assign(stage.journal, { isLagging: true })
  deepEqual(stage.desk.place(approved()), { ok: false, reason: 'not_written' })
  ok(stage.desk.place(approved({ reduceOnly: true })).ok)
  ok(stage.desk.cancel(id).ok)
  Object.assign(stage.journal, { isLagging: false })
  ok(stage.desk.place(approved()).ok)
})

test('R-KILL-06 the emergency stop survives the process, cancels what it finds, and lets reducing orders pass', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  stage.desk.engageStop('loss')
  deepEqual(stage.sent, ['place', 'cancel'])
  const next = new DeskStage(stage.disk)
  next.truth!.set(id, orderAtVenue(id))
  next.pass(16)
  deepEqual(next.desk.place(approved()), { ok: false, reason: 'stopped' })
  ok(next.desk.place(approved({ reduceOnly: true })).ok)
  ok(next.sent.includes('cancel'), 'the cancel never arrived, so it is sent again')
  next.desk.releaseStop('looked into')
  equal(new DeskStage(stage.disk).desk.orders.stop, undefined)
})

test('R-KILL-05 an intent that the power took is found at the venue and taken over', () => {
  const stage = ready()
  stage.journal.sync()
  const id = placed(stage)
  for (const segment of stage.disk.segments) segment.length = segment.synced
  const next = new DeskStage(stage.disk)
  equal(next.state(id), 'not known')
  next.truth!.set(id, orderAtVenue(id, { cumulative: 1 as Lots }))
  next.trades.push(fillOf(id, 't1', 1, next.clock.now()))
  next.pass(3)
  deepEqual([next.state(id), next.fills.length], ['partially_filled 1/10', 1])
  equal(next.desk.orders.manager.find(id)!.request.strategy, 'recovered')
})

test('ids are never used again, even when the journal is lost and the venue alone remembers', () => {
  const stage = new DeskStage()
  const old = formatClientOrderId({ instance: 1, epoch: 6, counter: 0 })
  const truth: OrderAtVenue = orderAtVenue(old)
  stage.truth!.set(old, truth)
  stage.pass(2)
  equal(stage.desk.orders.epoch, 7)
  ok(placed(stage) > old)
  const stranger = formatClientOrderId({ instance: 1, epoch: 7, counter: 99 })
  stage.truth!.set(stranger, orderAtVenue(stranger))
  stage.pass(40)
  ok(stage.desk.orders.stop?.includes('does another process trade as us?'))
})

test('R-DSK-03 a quarantined journal: its good part and the venue are managed, trading waits for a person', () => {
  const stage = ready()
  const id = placed(stage)
  stage.say('accepted', id)
  stage.journal.sync()
  placed(stage)
  const segment = stage.disk.segments.at(-1)!
  stage.disk.flip(segment, segment.synced - 20, 3)
  const next = new DeskStage(stage.disk)
  next.truth!.set(id, orderAtVenue(id))
  next.pass(2)
  ok(next.desk.orders.stop?.includes('is damaged'))
  equal(next.state(id).split(' ')[0], 'pending_cancel')
  equal(new DeskStage(stage.disk).disk.read().quarantine, undefined, 'a snapshot stands for what was good')
})
