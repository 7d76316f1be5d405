import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgeQuote, type QuoteRules, type QuoteVerdict } from './quote-rules.ts'

const RULES: QuoteRules = { moveTicks: 3, frontTicks: 6, frontShare: 0.25, adverseTicks: 2, restUs: 1000, sizeOff: 0.2 }
const OLD = 5000
const NEW = 10

/** gap, age, ahead of 100 at the level, open of 10 wanted -> verdict */
const rows: [number, number, number, number, QuoteVerdict][] = [
  [0, OLD, 90, 10, 'at_price'],
  [2, OLD, 90, 10, 'within_ticks'],
  [-1, OLD, 90, 10, 'within_ticks'],
  [-2, NEW, 0, 10, 'adverse'],
  [3, OLD, 90, 10, 'followed'],
  [3, NEW, 90, 10, 'young'],
  [5, OLD, 25, 10, 'in_front'],
  [5, OLD, 26, 10, 'followed'],
  [6, OLD, 0, 10, 'followed'],
  [5, OLD, Number.NaN, 10, 'followed'],
  [0, NEW, 90, 13, 'reduced'],
  [0, OLD, 90, 12, 'at_price'],
  [0, OLD, 90, 7, 'size_off'],
  [0, NEW, 90, 7, 'young'],
  [0, OLD, 10, 7, 'in_front'],
  [0, OLD, 90, 8, 'at_price'],
]
for (const [gap, age, ahead, leaves, verdict] of rows)
  test(`S2-OMS-32 a quote ${gap} ticks behind, ${ahead} of 100 ahead, ${leaves} of 10 open, ${age} us old: ${verdict}`, () =>
    equal(judgeQuote(RULES, gap, age, ahead, 100, leaves, 10), verdict))

/** The rules as sentences, one after the other, in the order in which they win. */
function twin(
  rules: QuoteRules,
  gap: number,
  age: number,
  ahead: number,
  level: number,
  leaves: number,
  wanted: number,
) {
  const isInFront = ahead <= rules.frontShare * level
  const isOld = age >= rules.restUs
  const sentences: [boolean, QuoteVerdict][] = [
    [gap <= -rules.adverseTicks, 'adverse'],
    [gap >= rules.moveTicks && gap < rules.frontTicks && isInFront, 'in_front'],
    [gap >= rules.moveTicks && !isOld, 'young'],
    [gap >= rules.moveTicks, 'followed'],
    [leaves > wanted * (1 + rules.sizeOff), 'reduced'],
    [leaves < wanted * (1 - rules.sizeOff) && isInFront, 'in_front'],
    [leaves < wanted * (1 - rules.sizeOff) && !isOld, 'young'],
    [leaves < wanted * (1 - rules.sizeOff), 'size_off'],
    [gap === 0, 'at_price'],
    [true, 'within_ticks'],
  ]
  return sentences.find(([holds]) => holds)![1]
}

test('S2-OMS-32 the verdict equals the rules read as sentences', () => {
  const share = fc.integer({ min: 0, max: 10 }).map(tenths => tenths / 10)
  const rules = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }), share, fc.integer({ min: 1, max: 5 }), share)
    .map(([moveTicks, more, frontShare, adverseTicks, sizeOff]) => ({
      ...{ moveTicks, frontTicks: moveTicks + more, frontShare, adverseTicks, sizeOff, restUs: 50 },
    }))
  const small = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(
      rules,
      fc.integer({ min: -12, max: 12 }),
      fc.integer({ min: 0, max: 100 }),
      fc.oneof(small, fc.constant(Number.NaN)),
      small,
      small,
      fc.integer({ min: 1, max: 20 }),
      (...given) => equal(judgeQuote(...given), twin(...given)),
    ),
    { numRuns: 3000 },
  )
})
