import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { leadUrgency } from './urgency.ts'

// Lead, threshold, urgency.
const stories: readonly (readonly [number, number, number])[] = [
  [1, 1, 0.5],
  [-1, 1, 0.5],
  [2, 1, 0.75],
  [5, 2, 0.8],
  [-10, 1, 0.95],
  [0.5, 1, 0],
  [0.1, 1, 0],
  [0, 1, 0],
  [0, 0, 1],
]
for (const [lead, least, urgency] of stories)
  test(`S2-OMS-34 a lead of ${lead} where ${least} is a signal: urgency ${urgency}`, () => {
    equal(leadUrgency(lead, least), urgency)
  })
