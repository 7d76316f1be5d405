import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Scheduler } from './scheduler.ts'

test('timers come earliest first, and ties in the order of asking', () => {
  const property = fc.property(
    fc.array(fc.oneof(fc.record({ at: fc.integer({ min: 0, max: 20 }) }), fc.constant('take' as const)), {
      maxLength: 200,
      size: 'max',
    }),
    steps => {
      const scheduler = new Scheduler(256)
      const twin: { at: number; tag: number }[] = []
      let tag = 0
      for (const step of steps) {
        if (step === 'take') {
          if (twin.length === 0) continue
          twin.sort((a, b) => a.at - b.at || a.tag - b.tag)
          const expected = twin.shift()!
          equal(scheduler.nextAt, expected.at)
          equal(scheduler.take(), expected.at)
          deepEqual([scheduler.owner, scheduler.tag], [expected.tag % 7, expected.tag])
        } else {
          scheduler.wakeAt(step.at, tag % 7, tag)
          twin.push({ at: step.at, tag: tag++ })
        }
        equal(scheduler.count, twin.length)
      }
    },
  )
  fc.assert(property, { numRuns: 500 })
})

test('an empty scheduler waits for ever, and a full one refuses', () => {
  const scheduler = new Scheduler(1)
  equal(scheduler.nextAt, Number.POSITIVE_INFINITY)
  scheduler.wakeAt(5, 0, 0)
  equal(scheduler.hasRoom, false)
  throws(() => scheduler.wakeAt(6, 0, 0), { message: 'Invariant: pending timers stay below the capacity, was 1' })
})
