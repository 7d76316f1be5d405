import { deepEqual, equal } from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importCaptures } from './import-captures.ts'

const DATA = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url))
const skip = existsSync(DATA) ? false : 'the recordings are not beside the checkout'
const directory = mkdtempSync(join(tmpdir(), 'velocimex-import-kraken-'))
after(() => rmSync(directory, { recursive: true }))

const numbers = (levels: readonly (readonly string[])[]): number[][] => levels.map(level => level.map(Number))
/** Names in the reference are those of the dialect; ours are those of v2. */
const todays = (pair: string): string => pair.replace('XBT', 'BTC').replace('XDG', 'DOGE')

/** Capture, books compared with their checksum, books, instrument list. */
const files: readonly (readonly [file: string, checksums: number, list?: string])[] = [
  ['kraken/v2-btcusd-book25-2026-08-02.jsonl.gz', 2052],
  ['kraken/v2-ethusd-book25-2026-08-02.jsonl.gz', 1129],
  ['kraken/v1-ten-pairs-2021-04-17.jsonl.gz', 4269, 'kraken/asset-pairs-2021-04-17.jsonl.gz'],
]
for (const [file, checksums, list] of files)
  test(`${file}: every checksum agrees, and the last books are the reference`, { skip }, async () => {
    const report = await importCaptures({
      venue: 'kraken',
      captures: [join(DATA, file)],
      out: join(directory, file.replaceAll('/', '-')),
      ...(list === undefined ? {} : { instruments: join(DATA, list) }),
    })
    if (!report.ok) throw new Error(`${report.reason}: ${report.words}`)
    const made = report.value
    deepEqual([made.refusedTotal, made.gaps, made.resyncs, made.lostFrames, made.crossedBooks], [0, 0, 0, 0, 0])
    deepEqual(made.checksums, { agreed: checksums, differed: 0 })
    const { books } = JSON.parse(readFileSync(join(DATA, 'final-books.json'), 'utf8'))[file]
    equal(made.snapshotsBridged, Object.keys(books).length)
    for (const [pair, book] of Object.entries(books as Record<string, { bids: string[][]; asks: string[][] }>)) {
      const ours = made.books[todays(pair)]!
      deepEqual(numbers(ours.bids), numbers(book.bids), pair)
      deepEqual(numbers(ours.asks), numbers(book.asks), pair)
      equal(ours.synced, true, pair)
    }
  })
