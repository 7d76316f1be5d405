import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importCaptures } from '@velocimex/backtester/import/import-captures'
import { backtestConfigSchema } from '@velocimex/backtester/run/backtest-config'
import { runBacktest } from '@velocimex/backtester/run/run-backtest'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../measure.ts'
import { RECORDINGS } from '../recordings.ts'

/** Name of this benchmark. */
export const name = 'backtest'

/** Runs before the optimiser is through. */
const WARM = 3

/** Measures importing a capture and running the market maker over it, all models on. */
export async function run(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-bench-'))
  try {
    const tape = join(directory, 'tape')
    const captures = ['08', '09'].map(day => `${RECORDINGS}binance-spot/btcusdt-2024-08-${day}.jsonl.gz`)
    const imports: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      const report = await importCaptures({ venue: 'binance-spot', captures, out: tape, overwrite: true })
      if (!report.ok) throw new Error(report.words)
      imports.push(report.value.messagesPerSecond / 1e3)
    }
    const rates = (tapes: string | string[]): number[] =>
      Array.from({ length: WARM + 7 }, () => {
        const report = runBacktest(backtestConfigSchema.parse({ tape: tapes, strategy: { name: 'market-maker' } }))
        if (!report.ok) throw new Error(report.words?.join())
        return report.value.eventsPerSecond / 1e6
      })
    // The first runs are those of the optimiser: a day of half a million events is over before it is through.
    const samples = rates(tape).slice(WARM)
    return [
      {
        question: 'import of a capture, reading and unpacking included',
        ours: median(imports),
        unit: 'k messages/s',
        samples: imports,
      },
      {
        question: 'backtest of the market maker, two books, queue and ledger on',
        ours: median(samples),
        unit: 'M events/s',
        samples,
        target: '>= 2 M/s',
        met: median(samples) >= 2,
      },
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}
