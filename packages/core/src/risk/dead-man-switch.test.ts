import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DeadManSwitch } from './dead-man-switch.ts'
import { VenueTimer } from './venue-timer.ts'

const SECOND = 1_000_000

function switchWith() {
  const told: string[] = []
  const rules = [
    { source: 'screen', timeout: 10 * SECOND, action: 'cancel_all' },
    { source: 'supervisor', timeout: 5 * SECOND, action: 'emergency_stop' },
  ] as const
  const expired = (action: string, source: string, silent: number): void => {
    told.push(`${action} ${source} ${silent / SECOND}`)
  }
  return { dead: new DeadManSwitch(rules, { expired }), told }
}

test('R-ES-02 who was heard once and falls silent sets it off once; a new beat arms it again', () => {
  const { dead, told } = switchWith()
  dead.tick(100 * SECOND)
  deepEqual(told, [], 'nobody has armed it')
  ok(dead.beat('screen', 100 * SECOND))
  ok(dead.beat('supervisor', 100 * SECOND))
  equal(dead.beat('stranger', 100 * SECOND), false)
  equal(dead.remaining('screen', 104 * SECOND), 6 * SECOND)
  for (const second of [104, 105, 106, 110, 120]) dead.tick(second * SECOND)
  deepEqual(told, ['emergency_stop supervisor 5', 'cancel_all screen 10'])
  dead.beat('screen', 121 * SECOND)
  dead.tick(131 * SECOND)
  equal(told.length, 3)
})

test('who leaves in good order is not waited for', () => {
  const { dead, told } = switchWith()
  dead.beat('screen', 0)
  ok(dead.disarm('screen'))
  dead.tick(100 * SECOND)
  deepEqual([told, dead.remaining('screen', 0)], [[], undefined])
})

function timerWith() {
  const sent: [at: number, timeout: number][] = []
  const warned: number[] = []
  const clock = { now: 0 }
  const timer = new VenueTimer(
    { venue: 'alpha' },
    30 * SECOND,
    { cancelAllAfter: (_, timeout) => sent.push([clock.now / SECOND, timeout / SECOND]) },
    { onUnprotected: (_, silent) => warned.push(silent / SECOND) },
  )
  const tick = (second: number, isNeeded = true, isWell = true): void => {
    clock.now = second * SECOND
    timer.tick(clock.now, isNeeded, isWell)
  }
  return { timer, sent, warned, tick }
}

test('R-ES-02 refreshed at every third while orders are open, disarmed when none is', () => {
  const { timer, sent, tick } = timerWith()
  for (let second = 0; second <= 25; second++) tick(second)
  timer.onConfirmed(20 * SECOND)
  ok(timer.isProtecting(49 * SECOND))
  equal(timer.isProtecting(50 * SECOND), false)
  tick(26, false)
  tick(27, false)
  deepEqual(sent, [
    [0, 30],
    [10, 30],
    [20, 30],
    [26, 0],
  ])
})

test('a process that is not well lets the timer run out, and does not disarm it', () => {
  const { sent, tick } = timerWith()
  tick(0)
  for (let second = 1; second < 60; second++) tick(second, second < 50, false)
  deepEqual(sent, [[0, 30]])
})

test('a venue that does not confirm is told once; after a new connection the timer is sent at once', () => {
  const { timer, sent, warned, tick } = timerWith()
  for (let second = 0; second <= 65; second++) tick(second)
  deepEqual(warned, [30])
  timer.onConfirmed(60 * SECOND)
  timer.onReconnected()
  tick(66)
  deepEqual(sent.at(-1), [66, 30])
  tick(89)
  deepEqual(warned, [30])
  tick(90)
  deepEqual(warned, [30, 30])
})

test('while we are well and something is open, the venue never waits longer than half its timeout for us', () => {
  const property = fc.property(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 100, size: 'max' }), waits => {
    const { sent, tick } = timerWith()
    let second = 0
    for (const wait of waits) tick((second += wait))
    for (let at = 1; at < sent.length; at++) ok(sent[at]![0] - sent[at - 1]![0] <= 13)
    if (waits.length > 0) ok(second - sent.at(-1)![0] < 13)
  })
  fc.assert(property, { numRuns: 300 })
})
