import { Random } from '@velocimex/core/clock/random'
import { BUY, SELL } from '@velocimex/core/market/side'
import { lots, ticks } from '@velocimex/core/market/units'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import type { BenchRow } from '../bench-row.ts'
import { interleave, median } from '../measure.ts'
import { INSTRUMENTS, makeGate } from './guarded-gate.ts'

/** Name of this benchmark. */
export const name = 'risk'

const ORDERS = 20_000
/** Nanoseconds: a tenth of what S2-PERF-3 allows validation. */
const BUDGET = 20_000

/** Measures the review of an order: bare, and with fifteen limits, breakers, halts and modes over 20 instruments. */
export async function run(): Promise<BenchRow[]> {
  const random = new Random(7)
  const orders = Array.from(
    { length: ORDERS },
    (): OrderRequest => ({
      instrument: random.below(INSTRUMENTS),
      side: random.below(2) === 0 ? BUY : SELL,
      type: 'limit',
      quantity: lots(2000 + random.below(1000)),
      price: ticks(6_500_000),
      timeInForce: 'gtc',
      postOnly: true,
      reduceOnly: false,
      strategy: 'mm',
    }),
  )
  const bare = makeGate(false)
  const guarded = makeGate(true)
  let refused = 0
  const samples = await interleave({
    bare: {
      count: ORDERS,
      work: () => {
        for (const order of orders) if (!bare.gate.review(order).ok) refused++
      },
    },
    guarded: {
      count: ORDERS,
      work: () => {
        let number = 0
        for (const order of orders) {
          const reviewed = guarded.gate.review(order)
          if (!reviewed.ok) {
            refused++
            continue
          }
          // The life of an order as the book of exposures sees it: sent, resting, canceled.
          const clientOrderId = `o${number++}`
          guarded.book.onOrder('main', { clientOrderId, request: reviewed.value, exposure: order.quantity })
          guarded.gate.settle(reviewed.value, clientOrderId)
          guarded.book.onOrder('main', { clientOrderId, request: reviewed.value, exposure: 0 })
        }
      },
    },
  })
  if (refused > 0) throw new Error(`${refused} orders were refused: ${guarded.gate.lastRefusal.name}`)
  const row = (question: string, taken: number[], most: number): BenchRow => ({
    question,
    ours: median(taken),
    unit: 'ns/order',
    samples: taken,
    target: `<= ${most.toLocaleString('en')} ns`,
    met: median(taken) <= most,
  })
  return [
    row('order reviewed by the instrument’s own limits', samples.bare, 1000),
    row(
      'order reviewed by 15 limits, breakers and modes over 20 positions, sent and canceled',
      samples.guarded,
      BUDGET,
    ),
  ]
}
