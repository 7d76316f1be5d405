import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Simulation } from '@velocimex/core/simulation/simulation'
import { openFileJournal } from '@velocimex/host/journal/open-file-journal'
import type { BenchRow } from '../bench-row.ts'
import { median } from '../measure.ts'

/** Name of this benchmark. */
export const name = 'simulation'

const MINUTES = 10
const RECORDS = 100_000

/** Measures how much faster than life simulated days are, and what a record in a journal on the disk costs. */
export function run(): BenchRow[] {
  const rows = (['none', 'low', 'high'] as const).map((faults): BenchRow => {
    const samples = Array.from({ length: 9 }, (_, seed) => {
      const start = performance.now()
      new Simulation({ seed, minutes: MINUTES, faults }).run()
      return (MINUTES * 60_000) / (performance.now() - start)
    })
    return {
      question: `whole-system simulation with faults ${faults}, one core`,
      ours: median(samples),
      unit: 'times real time',
      samples,
      target: '>= 100 times',
      met: median(samples) >= 100,
    }
  })
  return [...rows, journalRow()]
}

function journalRow(): BenchRow {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-bench-'))
  const onFailure = (words: string): never => {
    throw new Error(words)
  }
  const opened = openFileJournal({ directory, reserveBytes: 0, onFailure })
  if (!opened.ok) throw new Error(opened.words)
  const { journal } = opened.value
  try {
    const payload = 'x'.repeat(200)
    const samples = Array.from({ length: 7 }, () => {
      const start = performance.now()
      for (let at = 0; at < RECORDS; at++) journal.append(1, payload)
      return ((performance.now() - start) * 1000) / RECORDS
    })
    const ours = median(samples)
    const question = 'a record of 200 bytes in the journal, handed to the system, synced in groups'
    return { question, ours, unit: 'us/record', samples, target: '< 10 us', met: ours < 10 }
  } finally {
    journal.close()
    rmSync(directory, { recursive: true })
  }
}
