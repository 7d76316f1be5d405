import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importCaptures } from './import-captures.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const directory = mkdtempSync(join(tmpdir(), 'velocimex-coinbase-'))
after(() => rmSync(directory, { recursive: true }))

type Levels = readonly (readonly string[])[]
const numbers = (levels: Levels): number[][] => levels.map(level => level.map(Number))

/** Capture, instrument list, frames by kind. */
const CAPTURES: [string, string, Record<string, number>][] = [
  [
    'coinbase/advanced-btcusd-ethusd-2026-08-09.jsonl.gz',
    'coinbase/advanced-products-2026-08-09.jsonl.gz',
    { control: 30, depth: 773, snapshot: 2, trade: 59, quote: 160, bar: 6 },
  ],
  [
    'coinbase/pro-five-products-2021-04-17.jsonl.gz',
    'coinbase/pro-products-2021-04-17.jsonl.gz',
    { control: 69, depth: 4830, snapshot: 5, trade: 66 },
  ],
]

for (const [file, list, frames] of CAPTURES)
  for (const instruments of [join(DATA, list), undefined])
    test(`${file} ${instruments === undefined ? 'with learnt grids' : 'with its list'}: no refusal, no gap, the last books are the reference`, {
      skip,
    }, async () => {
      const given = instruments === undefined ? {} : { instruments }
      const out = join(directory, `${file.length}-${instruments === undefined}`)
      const result = await importCaptures({ venue: 'coinbase', captures: [join(DATA, file)], out, ...given })
      if (!result.ok) throw new Error(result.words)
      const report = result.value
      const { refusedTotal, gaps, lostFrames, resyncs, duplicates, crossedBooks } = report
      deepEqual([refusedTotal, gaps, lostFrames, resyncs, duplicates, crossedBooks], [0, 0, 0, 0, 0, 0])
      deepEqual(report.messages, frames)
      if (instruments !== undefined) deepEqual([report.inferred, report.skippedInstruments.length], [[], 0])
      const reference = JSON.parse(readFileSync(join(DATA, 'final-books.json'), 'utf8'))[file].books
      const books = Object.entries(reference as Record<string, { bids: Levels; asks: Levels }>)
      equal(report.snapshotsBridged, books.length)
      for (const [symbol, { bids, asks }] of books) {
        const ours = report.books[symbol]!
        deepEqual([numbers(ours.bids), numbers(ours.asks), ours.synced], [numbers(bids), numbers(asks), true], symbol)
      }
    })
