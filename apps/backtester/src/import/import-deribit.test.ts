import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importCaptures } from './import-captures.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const directory = mkdtempSync(join(tmpdir(), 'velocimex-deribit-'))
after(() => rmSync(directory, { recursive: true }))

type Levels = readonly (readonly string[])[]
const numbers = (levels: Levels): number[][] => levels.map(level => level.map(Number))

/** Capture, instrument list, frames by kind, instruments that the list of another day does not hold. */
const CAPTURES: [string, string, Record<string, number>, number][] = [
  [
    'deribit/options-2021-04-05.jsonl.gz',
    'deribit/instruments-2021-04-17.jsonl.gz',
    { control: 1, depth: 177, snapshot: 10, quote: 198, mark: 273 },
    4,
  ],
  [
    'deribit/options-2021-04-17.jsonl.gz',
    'deribit/instruments-2021-04-17.jsonl.gz',
    { control: 1, depth: 46, snapshot: 10, quote: 63, mark: 92 },
    0,
  ],
]

for (const [file, list, frames, expired] of CAPTURES)
  for (const instruments of [join(DATA, list), undefined])
    test(`${file} ${instruments === undefined ? 'with learnt grids' : 'with its list'}: no refusal, no gap, the last books are the reference`, {
      skip,
    }, async () => {
      const given = instruments === undefined ? {} : { instruments }
      const out = join(directory, `${frames['depth']}-${instruments === undefined}`)
      const result = await importCaptures({ venue: 'deribit', captures: [join(DATA, file)], out, ...given })
      if (!result.ok) throw new Error(result.words)
      const report = result.value
      const { refusedTotal, gaps, lostFrames, resyncs, duplicates, crossedBooks } = report
      deepEqual([refusedTotal, gaps, lostFrames, resyncs, duplicates, crossedBooks], [0, 0, 0, 0, 0, 0])
      deepEqual(report.messages, frames)
      if (instruments !== undefined) deepEqual([report.inferred.length, report.skippedInstruments.length], [expired, 0])
      const reference = JSON.parse(readFileSync(join(DATA, 'final-books.json'), 'utf8'))[file].books
      const books = Object.entries(reference as Record<string, { bids: Levels; asks: Levels }>)
      equal(report.snapshotsBridged, books.length)
      for (const [symbol, { bids, asks }] of books) {
        const ours = report.books[symbol]!
        deepEqual([numbers(ours.bids), numbers(ours.asks), ours.synced], [numbers(bids), numbers(asks), true], symbol)
      }
    })
