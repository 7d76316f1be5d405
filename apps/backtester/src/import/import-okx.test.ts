import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importCaptures } from './import-captures.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const directory = mkdtempSync(join(tmpdir(), 'velocimex-import-okx-'))
after(() => rmSync(directory, { recursive: true }))

const numbers = (levels: readonly (readonly string[])[]): number[][] => levels.map(level => level.map(Number))
const LIST = join(DATA, 'okx/instruments-2022-05-13.jsonl.gz')

/** Capture, books with a checksum in it, books rebuilt because they were subscribed twice. */
const CAPTURES: readonly (readonly [file: string, checksums: number, resyncs: number])[] = [
  ['okx/spot-future-swap-2022-05-13.jsonl.gz', 290, 0],
  ['okx/ten-instruments-tbt-2022-02-27.jsonl.gz', 3679, 10],
]

for (const [file, checksums, resyncs] of CAPTURES)
  for (const list of [undefined, LIST])
    test(`${file} with ${list === undefined ? 'no list' : 'its list'}: all checksums agree, the last book is the reference`, {
      skip,
    }, async () => {
      const out = join(directory, `${checksums}-${list === undefined}`)
      const options = list === undefined ? {} : { instruments: list }
      const imported = await importCaptures({ venue: 'okx', captures: [join(DATA, file)], out, ...options })
      if (!imported.ok) throw new Error(imported.words)
      const report = imported.value
      deepEqual(
        [report.refusedTotal, report.gaps, report.lostFrames, report.snapshotsTooOld, report.crossedBooks],
        [0, 0, 0, 0, 0],
      )
      deepEqual(report.checksums, { agreed: checksums, differed: 0 })
      equal(report.resyncs, resyncs)
      const books = JSON.parse(readFileSync(join(DATA, 'final-books.json'), 'utf8'))[file].books as Record<
        string,
        { bids: string[][]; asks: string[][] }
      >
      equal(report.snapshotsBridged, Object.keys(books).length + resyncs)
      for (const [symbol, book] of Object.entries(books)) {
        const ours = report.books[symbol.replace(/^\S+ /, '')]!
        deepEqual(numbers(ours.bids), numbers(book.bids), symbol)
        deepEqual(numbers(ours.asks), numbers(book.asks), symbol)
        equal(ours.synced, true)
      }
    })
