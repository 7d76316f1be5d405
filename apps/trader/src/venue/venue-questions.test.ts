import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Micros } from '@velocimex/core/clock/micros'
import type { Fill } from '@velocimex/core/order/fill'
import { FULL_PAGE } from '@velocimex/venues/wire/query-answer'
import { VenueQuestions } from './venue-questions.ts'

const at = 1_700_000_000_000_000 as Micros
const QUESTION = { about: 'fills', number: 7, since: at } as const

/** Questions about three instruments, to a venue that tells what it is told to, and the requests that went there. */
function stage({ instruments = 3, together = 'found' as 'found' | 'full' | 'failed' } = {}) {
  const asked: string[] = []
  const fillOf = (instrument: number): Fill =>
    ({ tradeId: `T${instrument}`, clientOrderId: `V${instrument}`, instrument, at: at - instrument }) as never
  const codec = {
    fills: (instrument: number) => ({ instrument }),
    allFills: () => [{ instrument: -1 }],
    readFills({ instrument }: { instrument: number }) {
      if (instrument >= 0) return { kind: 'found', value: [fillOf(instrument)] }
      const failed = { kind: 'failed', advice: 'none', words: 'words' }
      if (together === 'found') return { kind: 'found', value: [fillOf(0), fillOf(1), fillOf(2)] }
      return { ...failed, code: together === 'full' ? FULL_PAGE : 'other' }
    },
  }
  const all = Array.from({ length: instruments }, (_, index) => ({ index }))
  const questions = new VenueQuestions({
    ...{ codec: codec as never, instruments: { all } as never, now: () => at, onFailed() {} },
    async send({ instrument }) {
      asked.push(String(instrument))
      return { status: 200, headers: {}, body: '' }
    },
  })
  return { questions, asked }
}

test('S2-OMS-15 an audit asks once for the executions of all instruments', async () => {
  const { questions, asked } = stage()
  const answer = await questions.ask(QUESTION)
  deepEqual(asked, ['-1'])
  deepEqual(answer.about === 'fills' && answer.fills.map(({ clientOrderId }) => clientOrderId), ['V2', 'V1', 'V0'])
})

test('S2-OMS-15 what does not fit into one list is asked for by instrument', async () => {
  const { questions, asked } = stage({ together: 'full' })
  const answer = await questions.ask(QUESTION)
  deepEqual(asked, ['-1', '0', '1', '2'])
  equal(answer.about === 'fills' && answer.fills.length, 3)
})

test('S2-OMS-15 what fails is a failure, and one instrument is asked for by name', async () => {
  const failing = stage({ together: 'failed' })
  deepEqual(await failing.questions.ask(QUESTION), { about: 'failure', number: 7, reason: 'other words' })
  deepEqual(failing.asked, ['-1'])
  const single = stage({ instruments: 1 })
  await single.questions.ask(QUESTION)
  deepEqual(single.asked, ['0'])
})
