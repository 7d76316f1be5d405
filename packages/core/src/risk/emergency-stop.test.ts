import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { micros } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { EmergencyStop } from './emergency-stop.ts'
import { NEVER_STOPPED, readStopRecord, STOP_REPEATS_MAX, type StopRecord, writeStopRecord } from './stop-record.ts'
import { STOP_THRESHOLDS, StopWatch } from './stop-watch.ts'
import { ADMIN, OPERATOR } from './trial-account.conformance.ts'

/** A world around the stop: a venue that cancels when told to, a disk and a pager that may be broken. */
class World {
  readonly clock = new SimClock(micros(0))
  readonly log: string[] = []
  orders = 3
  positions = 2
  isBlocked = false
  isVenueDead = false
  isDiskFull = false
  isPagerDead = false
  /** What the journal holds. */
  written = writeStopRecord(NEVER_STOPPED)
  stop = this.start()

  /** Starts the process: everything but journal and venue is new. */
  start(): EmergencyStop {
    this.isBlocked = false
    const stop = new EmergencyStop(
      {
        record: record => {
          if (this.isDiskFull) return false
          this.written = writeStopRecord(record)
          return true
        },
        blockEntries: () => {
          this.isBlocked = true
          this.log.push('block')
        },
        allowEntries: () => {
          this.isBlocked = false
          this.log.push('allow')
        },
        cancelAll: () => {
          this.log.push('cancel')
          if (!this.isVenueDead) this.orders = 0
        },
        openOrders: () => this.orders,
        closePositions: () => {
          this.log.push('close')
          if (!this.isVenueDead) this.positions = 0
        },
        openPositions: () => this.positions,
        persist: () => {
          this.log.push('persist')
          return !this.isDiskFull
        },
        alert: words => {
          this.log.push(`alert ${words}`)
          return !this.isPagerDead
        },
        observe: () => this.log.push('observe'),
      },
      this.clock,
    )
    const record = readStopRecord(this.written)
    if (record === undefined) throw new Error('the record can be read')
    stop.restore(record)
    return stop
  }

  wait(milliseconds: number): void {
    this.clock.advanceTo(micros(this.clock.now() + milliseconds * 1000))
    this.stop.tick()
  }

  /** What happened since the last call. */
  told(): string[] {
    return this.log.splice(0)
  }
}

test('S2-ESTOP-6 to 11 the six steps in their order', () => {
  const world = new World()
  ok(world.stop.engage(OPERATOR, 'looks wrong', true).ok)
  world.wait(100)
  const words = 'alert emergency stop 1 by otto (manual): looks wrong'
  deepEqual(world.told(), ['block', 'cancel', 'close', 'persist', words, 'observe'])
  equal(world.stop.record.phase, 'observing')
})

test('without closing positions they stay', () => {
  const world = new World()
  world.stop.engage(OPERATOR, 'looks wrong', false)
  deepEqual([world.stop.record.phase, world.positions], ['observing', 2])
})

test('a venue that does not answer holds up neither block nor alert; it is asked and told again and again', () => {
  const world = new World()
  world.isVenueDead = true
  world.stop.engage(OPERATOR, 'looks wrong', false)
  const words = 'alert emergency stop 1 by otto (manual): looks wrong'
  deepEqual(world.told(), ['block', 'cancel', 'persist', words])
  for (let turn = 0; turn < 25; turn++) world.wait(100)
  deepEqual(world.told(), ['cancel', 'cancel', 'cancel', 'cancel', `${words}: still open: 3 orders`, 'cancel'])
  deepEqual(world.stop.release(ADMIN, 1, 'never mind'), { ok: false, reason: 'still_stopping' })
  world.isVenueDead = false
  world.wait(500)
  deepEqual(world.told(), ['cancel', 'observe'])
})

test('R-ES-01 X-26 released by an admin with a second factor and a reason, and only the engagement that was meant', () => {
  const world = new World()
  const release = (actor = ADMIN, number = 1, reason = 'it was the feed') => {
    const done = world.stop.release(actor, number, reason)
    return done.ok ? 'ok' : done.reason
  }
  equal(release(), 'not_engaged')
  deepEqual(world.stop.engage({ name: 'vi', role: 'viewer', hasSteppedUp: true }, '', false).ok, false)
  deepEqual(world.stop.engage({ name: 'mm', role: 'strategy', hasSteppedUp: true }, '', false).ok, false)
  world.stop.engage(OPERATOR, 'looks wrong', false)
  equal(release({ ...OPERATOR, hasSteppedUp: true }), 'not_permitted')
  equal(release({ ...ADMIN, hasSteppedUp: false }), 'no_second_factor')
  equal(release(ADMIN, 1, ' '), 'no_reason')
  equal(release(ADMIN, 0), 'other_engagement')
  world.isDiskFull = true
  equal(release(), 'not_recorded')
  ok(world.isBlocked)
  world.isDiskFull = false
  equal(release(), 'ok')
  equal(world.isBlocked, false)
  world.stop.engage(OPERATOR, 'again', false)
  equal(release(), 'other_engagement', 'the same release sent again does not release the next stop')
  ok(world.isBlocked)
})

test('R-KILL-06 killed while it cancels: after the restart entries are blocked and the cancel goes on', () => {
  const world = new World()
  world.isVenueDead = true
  world.stop.engage(OPERATOR, 'looks wrong', true)
  world.told()
  world.isVenueDead = false
  world.stop = world.start()
  ok(world.isBlocked)
  deepEqual(world.told(), ['block', 'cancel', 'close'])
  world.wait(100)
  deepEqual([world.told(), world.orders, world.positions], [['observe'], 0, 0])
  world.stop = world.start()
  ok(world.isBlocked, 'a stop that has done everything is still engaged after a restart')
  world.told()
  world.orders = 1
  world.stop = world.start()
  deepEqual([world.told(), world.orders], [['block', 'cancel', 'observe'], 0], 'and does not rely on an old cancel')
})

test('a full disk and a dead pager do not keep it from stopping; both are tried again', () => {
  const world = new World()
  world.isDiskFull = true
  world.isPagerDead = true
  world.stop.engage(OPERATOR, 'looks wrong', false)
  deepEqual([world.orders, world.isBlocked, world.stop.record.phase], [0, true, 'stopping'])
  world.isDiskFull = false
  world.isPagerDead = false
  world.wait(100)
  equal(world.stop.record.phase, 'observing')
  deepEqual(readStopRecord(world.written), world.stop.record)
})

test('engaged again it asks for everything again, and closes positions when that is now wanted', () => {
  const world = new World()
  world.stop.engage(OPERATOR, 'looks wrong', false)
  world.orders = 1
  world.told()
  world.wait(7)
  world.stop.engage(OPERATOR, 'worse', true)
  world.wait(1)
  const words = 'alert emergency stop 1 by otto (manual): looks wrong; again by otto (manual): worse'
  deepEqual([world.told(), world.stop.record.number], [['cancel', 'close', words, 'observe'], 1])
})

test('R-ES-01 who asked again is kept beside the first reason, over a restart, and only the newest ones', () => {
  const world = new World()
  world.stop.engage(OPERATOR, 'looks wrong', false)
  world.wait(7)
  world.stop.engage(OPERATOR, 'worse', true)
  const repeat = { trigger: 'manual', by: 'otto', reason: 'worse', at: 7000, flattens: true }
  deepEqual([world.stop.record.reason, world.stop.record.repeats], ['looks wrong', [repeat]])
  world.stop = world.start()
  deepEqual([world.stop.record.reason, world.stop.record.repeats], ['looks wrong', [repeat]])
  for (let turn = 1; turn <= STOP_REPEATS_MAX; turn++) world.stop.trigger('health', `again ${turn}`, false)
  const reasons = world.stop.record.repeats.map(({ reason }) => reason)
  deepEqual([reasons.length, reasons[0], reasons.at(-1)], [STOP_REPEATS_MAX, 'again 1', `again ${STOP_REPEATS_MAX}`])
  world.wait(1)
  ok(world.stop.release(ADMIN, 1, 'fine').ok)
  world.stop.engage(OPERATOR, 'anew', false)
  deepEqual(world.stop.record.repeats, [], 'another engagement begins without them')
})

test('a record that cannot be read is told from one that is', () => {
  const record: StopRecord = { ...NEVER_STOPPED, number: 3, phase: 'stopping', trigger: 'margin', reason: '"' }
  deepEqual(readStopRecord(writeStopRecord(record)), record)
  deepEqual(readStopRecord(writeStopRecord(NEVER_STOPPED)), NEVER_STOPPED)
  for (const text of ['', '{}', 'null', '7', writeStopRecord(record).slice(0, -9), '{"phase":"armed"}'])
    equal(readStopRecord(text), undefined, text)
  const repeat = { trigger: 'health', by: 'watch', reason: 'late', at: 9, flattens: false } as const
  const repeated = { ...record, repeats: [repeat] }
  deepEqual(readStopRecord(writeStopRecord(repeated)), repeated)
  for (const repeats of [7, [7], [{ ...repeat, at: 'noon' }], [{ ...repeat, trigger: 'x' }], Array(9).fill(repeat)])
    equal(readStopRecord(JSON.stringify({ ...record, repeats })), undefined, JSON.stringify(repeats))
  const { repeats: _, ...older } = record
  deepEqual(readStopRecord(JSON.stringify(older)), record, 'a record from before repeats were kept')
  const without = { ...record, trigger: undefined }
  equal(readStopRecord(writeStopRecord(without)), undefined)
})

const triggers: [string, string, (watch: StopWatch) => void][] = [
  ['S2-ESTOP-1', 'drawdown: down 5.00 % today, 5.00 % is the most', watch => watch.onStanding(500, undefined)],
  ['S2-ESTOP-2', 'margin: margin 14.99 %, 15.00 % is the least', watch => watch.onStanding(0, 1499)],
  [
    'S2-ESTOP-3',
    'rejections: more than 10 rejections in 60 s, last: too late',
    watch => {
      for (let second = 0; second <= 10; second++) watch.onRejected(second * 1e6, 'too late')
    },
  ],
  [
    'S2-ESTOP-5',
    'health: ledger failed 3 health checks in a row',
    watch => {
      for (let turn = 0; turn < 3; turn++) watch.onHealth('ledger', false)
    },
  ],
]
for (const [id, expected, happens] of triggers)
  test(`R-ES-01 ${id} ${expected}`, () => {
    const told: string[] = []
    const stop = { isEngaged: false, trigger: (by: string, reason: string) => told.push(`${by}: ${reason}`) }
    const watch = new StopWatch(STOP_THRESHOLDS, stop, false)
    happens(watch)
    deepEqual(told, [expected])
  })

test('what is within the thresholds does not engage it', () => {
  const stop = { isEngaged: false, trigger: () => ok(false) }
  const watch = new StopWatch(STOP_THRESHOLDS, stop, false)
  watch.onStanding(499, 1500)
  for (let second = 0; second < 600; second += 6) watch.onRejected(second * 1e6, '')
  for (let turn = 0; turn < 9; turn++) watch.onHealth('ledger', turn % 3 === 2)
})

test('R-KILL-06 R-ES-01 killed at any instant, with venue, disk and pager failing at will: once engaged it never lets an entry through, and in the end everything is done', () => {
  const step = fc.constantFrom('engage', 'wait', 'kill', 'venue', 'disk', 'pager', 'order', 'release')
  const property = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
    const world = new World()
    let engaged = false
    for (const each of steps) {
      if (each === 'engage') engaged = world.stop.engage(OPERATOR, 'looks wrong', true).ok
      else if (each === 'wait') world.wait(300)
      // Nobody survives both a full disk and a kill; the record of the engagement must have been written.
      else if (each === 'kill' && !world.isDiskFull) {
        world.stop.tick()
        world.stop = world.start()
      } else if (each === 'venue') world.isVenueDead = !world.isVenueDead
      else if (each === 'disk') world.isDiskFull = !world.isDiskFull
      else if (each === 'pager') world.isPagerDead = !world.isPagerDead
      else if (each === 'order' && !world.isBlocked) world.orders++
      else if (each === 'release') {
        const { record } = world.stop
        if (world.stop.release(ADMIN, record.number, 'fine').ok) {
          equal(world.orders + world.positions, 0)
          engaged = false
        }
      }
      equal(world.isBlocked, engaged)
      equal(world.stop.isEngaged, engaged)
    }
    world.isVenueDead = false
    world.isDiskFull = false
    world.isPagerDead = false
    for (let turn = 0; turn < 10; turn++) world.wait(300)
    if (engaged) deepEqual([world.stop.record.phase, world.orders, world.positions], ['observing', 0, 0])
    deepEqual(readStopRecord(world.written), world.stop.record)
  })
  fc.assert(property, { numRuns: 500 })
})
