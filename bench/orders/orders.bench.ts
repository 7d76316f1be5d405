import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Micros } from '@velocimex/core/clock/micros'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ApprovedOrder } from '@velocimex/core/risk/risk-gate'
import { openFileJournal } from '@velocimex/host/journal/open-file-journal'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../measure.ts'
import { makeDesk } from './bench-desk.ts'

/** Name of this benchmark. */
export const name = 'orders'

const ORDERS = 20_000
const ORDER = {
  instrument: 0,
  side: 1,
  type: 'limit',
  quantity: 10 as Lots,
  price: 100 as Ticks,
  timeInForce: 'gtc',
  postOnly: true,
  reduceOnly: false,
  strategy: 'bench',
} as unknown as ApprovedOrder

/** Measures what it costs to place an order that will not be lost: its intent in a file before it is sent. */
export async function run(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-bench-'))
  const onFailure = (words: string): never => {
    throw new Error(words)
  }
  const opened = openFileJournal({ directory, reserveBytes: 0, onFailure })
  if (!opened.ok) throw new Error(opened.words)
  try {
    const desk = makeDesk(opened.value)
    const places: number[] = []
    const words: number[] = []
    for (let turn = 0; turn < 9; turn++) {
      const [place, word] = await turnOver(desk)
      places.push(place)
      words.push(word)
    }
    const row = (question: string, samples: readonly number[]): BenchRow => {
      const ours = median(samples)
      return { question, ours, unit: 'us', samples, target: '< 10 us (100,000 a second)', met: ours < 10 }
    }
    return [
      row('an order: intent journaled to a file, tracked, handed to the gateway', places),
      row("the venue's answer: journaled to a file, applied", words),
    ]
  } finally {
    opened.value.journal.close()
    rmSync(directory, { recursive: true })
  }
}

/** Microseconds of a placement and of its answer; twenty orders are open at a time. */
async function turnOver(desk: LiveOrderDesk): Promise<[place: number, word: number]> {
  let placing = 0
  let hearing = 0
  for (let done = 0; done < ORDERS; done += 20) {
    // The journal is synced between two turns of the loop, as in a trader.
    if (done % 1_000 === 0) await new Promise<void>(turn => setImmediate(turn))
    const start = performance.now()
    const ids: string[] = []
    for (let at = 0; at < 20; at++) {
      const order = desk.place(ORDER)
      if (order.ok) ids.push(order.value.clientOrderId)
    }
    const middle = performance.now()
    for (const clientOrderId of ids)
      desk.onReport({
        kind: 'rejected',
        clientOrderId,
        venueOrderId: '',
        instrument: 0,
        at: 1 as Micros,
        cumulative: 0 as Lots,
        leaves: 0 as Lots,
      })
    hearing += performance.now() - middle
    placing += middle - start
    if (ids.length !== 20) throw new Error('the desk takes every order')
  }
  return [(placing * 1000) / ORDERS, (hearing * 1000) / ORDERS]
}
