import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument } from '../market/instrument.ts'
import { decisionWords, type OrderDecision } from './order-decision.ts'

const INSTRUMENT = {
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 3, step: 1 },
} as Instrument
const ABOUT = { touch: 10_010, opposite: 10_011, urgency: 0, takeAbove: 0.8, from: Number.NaN, ahead: Number.NaN }
const stories: readonly (readonly [Partial<OrderDecision>, string])[] = [
  [
    { reason: 'joined', price: 10_010, quantity: 5 },
    'joined, it queues at the best price of its side: 0.005 at 100.10; own touch 100.10, other touch 100.11',
  ],
  [
    { reason: 'followed', price: 10_010, from: 10_007, quantity: 5, ahead: 120.4 },
    'followed, the right price has gone away from it: 0.005 at 100.10 instead of 100.07; own touch 100.10, other touch 100.11; about 0.120 ahead of it',
  ],
  [
    { reason: 'taken', price: 10_012, quantity: 5, urgency: 0.91 },
    'taken, it is urgent, so it takes: 0.005 at 100.12; own touch 100.10, other touch 100.11; urgency 0.91, takes above 0.80',
  ],
  [
    { reason: 'size_off', price: 10_010, from: 10_010, quantity: 5, touch: Number.NEGATIVE_INFINITY },
    'size off, its size was too far from the one that is wanted, so it gives up its place: 0.005 at 100.10; own touch none, other touch 100.11',
  ],
]
for (const [decision, words] of stories)
  test(`S2-OMS-32 why an order was ${decision.reason}, in words`, () => {
    equal(decisionWords({ ...ABOUT, ...decision } as OrderDecision, INSTRUMENT), words)
  })
