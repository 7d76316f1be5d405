import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { EVIDENCE, type Evidence, isTerminal, ORDER_STATES, type OrderState, outcomeOf } from './order-state.ts'

const WORDS = new Set<string>([...ORDER_STATES, 'live', 'stay', 'late_fill', 'conflict', 'ours'])

test('P-05 every state meets every evidence with a defined outcome', () => {
  let cells = 0
  for (const state of ORDER_STATES)
    for (const evidence of EVIDENCE) {
      ok(WORDS.has(outcomeOf(state, evidence)), `${state} meets ${evidence}: ${outcomeOf(state, evidence)}`)
      cells++
    }
  equal(cells, 12 * 17)
})

test('a closed order only ever becomes filled, and only our own commands can be our mistake', () => {
  const ours = new Set<Evidence>(['validate', 'refuse', 'submit', 'request_cancel', 'request_replace'])
  for (const state of ORDER_STATES)
    for (const evidence of EVIDENCE) {
      const outcome = outcomeOf(state, evidence)
      if (isTerminal(state))
        ok(['stay', 'late_fill', 'conflict', 'ours', 'filled'].includes(outcome), `${state} ${evidence} ${outcome}`)
      if (outcome === 'ours') ok(ours.has(evidence), `${state} ${evidence}`)
    }
})

test('an order in doubt leaves doubt only by evidence of the venue or proof of absence', () => {
  const ways = EVIDENCE.filter(evidence => !['stay', 'ours'].includes(outcomeOf('unknown', evidence)))
  deepEqual(ways, [
    'request_cancel',
    'accepted',
    'rejected',
    'part_filled',
    'filled',
    'canceled',
    'expired',
    'replaced',
    'absent',
  ])
})

/** One row, one story: evidence in turn, and the state it ends in. */
const stories = `
  validate submit accepted part_filled filled                             | filled
  validate refuse                                                         | rejected
  validate submit part_filled accepted                                    | partially_filled
  validate submit in_doubt accepted request_cancel canceled               | canceled
  validate submit in_doubt absent                                         | rejected
  validate submit accepted request_cancel cancel_rejected                 | submitted
  validate submit accepted request_cancel filled cancel_rejected          | filled
  validate submit accepted request_replace replace_rejected               | submitted
  validate submit accepted part_filled request_replace replaced           | partially_filled
  validate submit unsent                                                  | rejected
  validate submit accepted request_cancel in_doubt canceled               | canceled
  validate submit accepted expired canceled                               | expired
  validate submit accepted canceled filled                                | filled
`
for (const story of stories.trim().split('\n'))
  test(story.trim(), () => {
    const [walk, end] = story.split('|').map(part => part.trim()) as [string, string]
    let state: OrderState = 'new'
    let filledSome = false
    for (const evidence of walk.split(/\s+/) as Evidence[]) {
      filledSome ||= evidence === 'part_filled'
      const outcome = outcomeOf(state, evidence)
      ok(!['conflict', 'ours'].includes(outcome), `${state} meets ${evidence}`)
      if (outcome === 'live') state = filledSome ? 'partially_filled' : 'submitted'
      else if (outcome !== 'stay' && outcome !== 'late_fill') state = outcome as OrderState
    }
    equal(state, end)
  })
