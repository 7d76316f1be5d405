import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { ActingReason, OrderDecision } from '../order/order-decision.ts'
import { QueueTally } from './queue-tally.ts'

const decision = (reason: ActingReason, ahead = Number.NaN): OrderDecision => ({ reason, ahead }) as OrderDecision

test('S2-OMS-33 places begun, places given up, and how far they had come', () => {
  const tally = new QueueTally()
  deepEqual(tally.figures(), { places: 0, givenUp: 0, passed: undefined })
  tally.take(decision('joined'), false, undefined)
  tally.take(decision('reduced', 80), false, 100)
  tally.take(decision('followed', 75), false, 100)
  deepEqual(tally.figures(), { places: 2, givenUp: 1, passed: 0.25 })
  tally.take(decision('adverse', 0), false, 0)
  deepEqual(tally.figures(), { places: 3, givenUp: 2, passed: 0.625 })
  tally.take(decision('followed', 100), true, 100)
  tally.take(decision('taken'), false, undefined)
  tally.take(decision('withdrawn'), true, undefined)
  deepEqual(
    tally.figures(),
    { places: 3, givenUp: 3, passed: 1.25 / 3 },
    'a cancel begins none; one on its way had none',
  )
})
