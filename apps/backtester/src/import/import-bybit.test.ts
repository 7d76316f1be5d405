import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type ImportOptions, importCaptures } from './import-captures.ts'
import type { ImportReport } from './import-report.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const CAPTURE = 'bybit/linear-and-spot-2026-08-09.jsonl.gz'
const directory = mkdtempSync(join(tmpdir(), 'velocimex-import-bybit-'))
after(() => rmSync(directory, { recursive: true }))

async function run(name: string, options: Partial<ImportOptions> = {}): Promise<ImportReport> {
  const report = await importCaptures({
    venue: 'bybit',
    captures: [join(DATA, CAPTURE)],
    out: join(directory, name),
    ...options,
  })
  if (!report.ok) throw new Error(`${report.reason}: ${report.words}`)
  return report.value
}
const numbers = (levels: readonly (readonly string[])[]): number[][] => levels.map(level => level.map(Number))

for (const list of ['published', 'inferred'])
  test(`${CAPTURE}, ${list} grids: nothing refused, no gap, every last book is the reference`, { skip }, async () => {
    const instruments = join(DATA, 'bybit/instruments-2026-08-09.jsonl.gz')
    const report = await run(list, list === 'published' ? { instruments } : {})
    deepEqual(report.samples, [])
    deepEqual(
      [report.refusedTotal, report.gaps, report.lostFrames, report.resyncs, report.crossedBooks],
      [0, 0, 0, 0, 0],
    )
    deepEqual(report.messages, {
      control: 105 + control(report),
      depth: 2142,
      snapshot: 6,
      trade: 120,
      quote: report.messages['quote'],
      bar: 96,
      mark: report.messages['mark'],
    })
    const tickers = report.messages['quote']! + report.messages['mark']! + control(report)
    equal(tickers, 4 + 754)
    equal(report.skippedInstruments.length, 0)
    const final = JSON.parse(readFileSync(join(DATA, 'final-books.json'), 'utf8'))[CAPTURE].books as Record<
      string,
      { bids: string[][]; asks: string[][] }
    >
    for (const [name, book] of Object.entries(final)) {
      const [conn, topic] = name.split(' ') as [string, string]
      const symbol = topic.split('.').at(-1)!
      const ours = report.books[symbol] ?? report.books[`${conn} ${symbol}`]!
      deepEqual(numbers(ours.bids), numbers(book.bids), name)
      deepEqual(numbers(ours.asks), numbers(book.asks), name)
      equal(ours.synced, true)
    }
    equal(Object.keys(report.books).length, 6)
    deepEqual(report.instruments.map(({ venue, unified, synced }) => `${venue} ${unified} ${synced}`).sort(), [
      'bybit-linear BTC/USDT:USDT true',
      'bybit-linear DOGE/USDT:USDT true',
      'bybit-linear ETH/USDT:USDT true',
      'bybit-linear SOL/USDT:USDT true',
      'bybit-spot BTC/USDT true',
      'bybit-spot ETH/USDT true',
    ])
  })

/** Linear tickers that change nothing which is read. */
const control = (report: ImportReport): number => report.messages['control']! - 105
