import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@velocimex/core/clock/clock'
import { micros } from '@velocimex/core/clock/micros'
import { Ledger } from '@velocimex/core/ledger/ledger'
import { TransferFlag, type TransferRequest } from '@velocimex/core/ledger/transfer'
import { EmbeddedLedger } from '@velocimex/store/ledger/embedded-ledger'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'ledger'

const ACCOUNTS = 64
const TRANSFERS = 1_000_000
const BATCH = 500
const clock: Clock = { now: () => micros(Date.now() * 1000) }

/** Postings of five linked transfers as a fill makes them, among accounts as a trading account has them. */
function batchFrom(first: number): TransferRequest[] {
  const batch: TransferRequest[] = []
  for (let index = first; index < first + BATCH; index++) {
    const leg = index % 5
    batch.push({
      id: (1n << 96n) | (BigInt((index - leg) / 5) << 32n) | BigInt(leg),
      debit: BigInt(1 + ((index * 7) % ACCOUNTS)),
      credit: BigInt(1 + ((index * 7 + 13) % ACCOUNTS)),
      amount: BigInt(1 + (index % 100_000)) * 1_000_000n,
      ledger: 1,
      code: 4,
      cause: `fill ${(index - leg) / 5} of SIM${(index - leg) / 5}`,
      at: micros(1_700_000_000_000_000 + index),
      flags: leg < 4 ? TransferFlag.linked : 0,
    })
  }
  return batch
}

const accounts = Array.from({ length: ACCOUNTS }, (_, index) => ({ id: BigInt(index + 1), ledger: 1, code: 1 }))

/** Measures transfers a second in memory and with the journal on disk, and the recovery of a million. */
export async function run(): Promise<BenchRow[]> {
  const inMemory = Array.from({ length: 3 }, memoryRun)
  const [durable, recovery, bytes] = [[] as number[], [] as number[], [] as number[]]
  for (let turn = 0; turn < 3; turn++) {
    const directory = await mkdtemp(join(tmpdir(), 'velocimex-bench-'))
    try {
      durable.push(await durableRun(directory))
      const before = process.memoryUsage.rss()
      const start = performance.now()
      const { ledger } = await EmbeddedLedger.open({ directory, clock })
      recovery.push((performance.now() - start) / 1000)
      bytes.push((process.memoryUsage.rss() - before) / TRANSFERS)
      if (ledger.ledger.transferCount !== TRANSFERS) throw new Error('a transfer was lost')
      await ledger.close()
    } finally {
      await rm(directory, { recursive: true })
    }
  }
  const speed = median(durable)
  const seconds = median(recovery)
  return [
    {
      question: `transfers in memory, linked in fives, batches of ${BATCH}`,
      ours: median(inMemory),
      unit: 'transfers/s',
      samples: inMemory,
    },
    {
      question: `transfers on disk, group commit with fdatasync, batches of ${BATCH}, 8 callers`,
      ours: speed,
      unit: 'transfers/s',
      samples: durable,
      target: '>= 200,000',
      met: speed >= 200_000,
    },
    {
      question: 'recovery of a million transfers from the journal',
      ours: seconds,
      unit: 's',
      samples: recovery,
      target: '< 5 s',
      met: seconds < 5,
    },
  ]
}

function memoryRun(): number {
  const ledger = new Ledger()
  ledger.createAccounts(accounts, 1n)
  const batches = Array.from({ length: TRANSFERS / BATCH / 5 }, (_, index) => batchFrom(index * BATCH))
  const start = performance.now()
  for (const batch of batches) ledger.createTransfers(batch, 2n)
  return (batches.length * BATCH) / ((performance.now() - start) / 1000)
}

async function durableRun(directory: string): Promise<number> {
  const { ledger } = await EmbeddedLedger.open({ directory, clock })
  await ledger.createAccounts(accounts)
  const start = performance.now()
  let next = 0
  const caller = async (): Promise<void> => {
    while (next < TRANSFERS) {
      const first = next
      next += BATCH
      const results = await ledger.createTransfers(batchFrom(first))
      if (results.some(({ status }) => status !== 'created')) throw new Error('a transfer was refused')
    }
  }
  await Promise.all(Array.from({ length: 8 }, caller))
  const speed = TRANSFERS / ((performance.now() - start) / 1000)
  await ledger.close()
  return speed
}
