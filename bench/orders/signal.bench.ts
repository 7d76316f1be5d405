import { createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Micros } from '@velocimex/core/clock/micros'
import { BUY } from '@velocimex/core/market/side'
import { type Lots, lots, ticks } from '@velocimex/core/market/units'
import { openFileJournal } from '@velocimex/host/journal/open-file-journal'
import { ORDER_VENUES } from '@velocimex/venues/order-venues'
import type { BenchRow } from '../bench-row.ts'
import { makeGate } from '../risk/guarded-gate.ts'
import { makeDesk } from './bench-desk.ts'

/** Name of this benchmark. */
export const name = 'signal'

const ORDERS = 20_000
const WARM_UP = 20_000
const AT = 1_700_000_000_000_000 as Micros

/** Measures the whole way of a wish: fifteen limits and guards, an intent in a file, a signed request ready to be sent. */
export async function run(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-bench-'))
  const onFailure = (words: string): never => {
    throw new Error(words)
  }
  const opened = openFileJournal({ directory, reserveBytes: 0, onFailure })
  if (!opened.ok) throw new Error(opened.words)
  const { gate, table } = makeGate(true)
  const codec = ORDER_VENUES.get('binance-usdm')!.makeOrderCodec({
    instruments: table,
    credentials: { apiKey: 'key', secret: 'c2VjcmV0' },
    cryptography: {
      hmac: (hash, key, message) => createHmac(hash, key).update(message).digest(),
      digest: (hash, message) => createHash(hash).update(message).digest(),
      sign: () => Buffer.alloc(0),
      random: bytes => randomBytes(bytes),
    },
  })
  let bytes = 0
  try {
    const desk = makeDesk(opened.value, command => {
      const request = codec.place(command, AT)
      bytes += request.path.length + (request.body?.length ?? 0)
    })
    const samples = new Float64Array(ORDERS)
    for (let done = 0; done < WARM_UP + ORDERS; done++) {
      // The journal is synced between two turns of the loop, as in a trader.
      if (done % 200 === 0) await new Promise<void>(turn => setImmediate(turn))
      // A disk that is behind lets nothing be added: that is waited for, and not measured.
      while (opened.value.journal.isLagging) await new Promise<void>(turn => setTimeout(turn, 5))
      const instrument = done % table.all.length
      const start = performance.now()
      const reviewed = gate.review({
        ...{ instrument, side: BUY, type: 'limit', quantity: lots(2_000), price: ticks(6_500_000) },
        ...{ timeInForce: 'gtc', postOnly: true, reduceOnly: false, strategy: 'mm' },
      })
      if (!reviewed.ok) throw new Error(`risk takes every order: ${reviewed.reason}`)
      const placed = desk.place(reviewed.value)
      const took = performance.now() - start
      if (!placed.ok) throw new Error(`the desk takes every order: ${placed.reason}`)
      if (done >= WARM_UP) samples[done - WARM_UP] = took * 1000
      gate.settle(reviewed.value, undefined)
      const none = 0 as Lots
      const { clientOrderId } = placed.value
      const told = { clientOrderId, venueOrderId: '', instrument, at: 1 as Micros, cumulative: none, leaves: none }
      desk.onReport({ kind: 'rejected', ...told })
    }
    if (bytes < ORDERS * 100) throw new Error('every order becomes a signed request')
    samples.sort()
    const row = (share: number, words: string, most: number): BenchRow => {
      const ours = samples[Math.floor(ORDERS * share)]!
      return { question: words, ours, unit: 'us', samples: [ours], target: `<= ${most} us`, met: ours <= most }
    }
    return [
      row(0.5, 'signal to signed bytes: validated, 15 limits and guards, journaled, p50', 20),
      row(0.99, 'the same, p99', 100),
    ]
  } finally {
    opened.value.journal.close()
    rmSync(directory, { recursive: true })
  }
}
