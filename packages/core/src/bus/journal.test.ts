import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Random } from '../clock/random.ts'
import { crc32 } from './crc32.ts'
import { toAscii } from './journal.ts'
import {
  decodeJournalHeader,
  encodeJournalHeader,
  encodeRecord,
  JOURNAL_HEADER_BYTES,
  recordBytes,
  scanSegment,
} from './journal-format.ts'
import { JournalDisk, MemoryJournal } from './memory-journal.ts'
import { readJournal } from './read-journal.ts'

const payloads = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 60 }), { maxLength: 25, size: 'max' })

/** A segment of given payloads. `durable(n)` is what the writer of record n knew to be durable. */
function segmentOf(texts: readonly string[], durable: (sequence: number) => number, first = 1): Uint8Array {
  const size = texts.reduce((sum, text) => sum + recordBytes(text.length), JOURNAL_HEADER_BYTES)
  const bytes = new Uint8Array(size)
  bytes.set(encodeJournalHeader({ firstSequence: first, epoch: 3 }, crc32))
  let at = JOURNAL_HEADER_BYTES
  for (const [index, payload] of texts.entries())
    at = encodeRecord(bytes, at, { sequence: first + index, kind: 1, payload }, durable(first + index), crc32)
  return bytes
}
const header = { firstSequence: 1, epoch: 3 }
const textsOf = (scan: { readonly records: readonly { readonly payload: string }[] }): string[] =>
  scan.records.map(({ payload }) => payload)

test('P-21 what was written is what is read', () => {
  fc.assert(
    fc.property(payloads, texts => {
      const bytes = segmentOf(texts, () => 0)
      deepEqual({ ...decodeJournalHeader(bytes, crc32) }, { ok: true, value: header })
      const scan = scanSegment(bytes, header, crc32)
      deepEqual([textsOf(scan), scan.ending, scan.goodBytes], [texts, 'whole', bytes.length])
    }),
  )
  equal(JSON.parse(toAscii(JSON.stringify('Grüße ✓ 🚀'))), 'Grüße ✓ 🚀')
})

test('P-21 a payload of any length is read back, in whatever pieces it is turned into text', () => {
  for (const length of [0, 1, 4095, 4096, 4097, 8192, 20_000]) {
    const long = Array.from({ length }, (_, at) => String.fromCharCode(32 + ((at * 7919) % 95))).join('')
    const scan = scanSegment(
      segmentOf(['before', long, 'behind'], () => 0),
      header,
      crc32,
    )
    deepEqual([textsOf(scan), scan.ending], [['before', long, 'behind'], 'whole'])
  }
})

test('R-DSK-03 a journal cut at any byte gives the records that are whole, and is torn, not damaged', () => {
  fc.assert(
    fc.property(payloads, fc.nat(1_000_000), (texts, point) => {
      const bytes = segmentOf(texts, sequence => sequence - 1)
      const cut = JOURNAL_HEADER_BYTES + (point % (bytes.length - JOURNAL_HEADER_BYTES + 1))
      const scan = scanSegment(bytes.subarray(0, cut), header, crc32)
      deepEqual(textsOf(scan), texts.slice(0, scan.records.length))
      equal(scan.ending, scan.goodBytes === cut ? 'whole' : 'torn')
      ok(cut - scan.goodBytes < recordBytes(60))
    }),
  )
})

test('R-DSK-03 one wrong bit is always found; it is damage when the record was known to be durable', () => {
  fc.assert(
    fc.property(
      payloads.filter(texts => texts.length > 2),
      fc.nat(1_000_000),
      fc.nat(7),
      fc.boolean(),
      (texts, point, bit, synced) => {
        const bytes = segmentOf(texts, sequence => (synced ? sequence - 1 : 0))
        const at = JOURNAL_HEADER_BYTES + (point % (bytes.length - JOURNAL_HEADER_BYTES))
        bytes[at]! ^= 1 << bit
        const scan = scanSegment(bytes, header, crc32)
        ok(scan.records.length < texts.length)
        deepEqual(textsOf(scan), texts.slice(0, scan.records.length))
        const isLast = scan.records.length === texts.length - 1
        equal(scan.ending, synced && !isLast ? 'damaged' : 'torn')
      },
    ),
  )
})

test('any bytes at all are read without a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), bytes => {
      readJournal([{ name: 'a', bytes }], undefined, crc32)
      scanSegment(bytes, header, crc32)
    }),
  )
})

test('R-DSK-03 a missing segment, a damaged one and a foreign file are quarantined by name; a cut tail is not', () => {
  const parts = [segmentOf(['a', 'b'], () => 0), segmentOf(['c'], () => 0, 3), segmentOf(['d', 'e'], () => 0, 4)]
  const read = (bytes: readonly Uint8Array[]) =>
    readJournal(
      bytes.map((each, at) => ({ name: `${at}.journal`, bytes: each })),
      undefined,
      crc32,
    )
  deepEqual(textsOf(read(parts)), ['a', 'b', 'c', 'd', 'e'])
  const missing = read([parts[0]!, parts[2]!])
  match(missing.quarantine!, /records 3 to 3 are missing before 1\.journal/)
  deepEqual(textsOf(missing), ['a', 'b'])
  const foreign = read([parts[0]!, Uint8Array.from({ length: 80 }), parts[2]!])
  match(foreign.quarantine!, /1\.journal is unreadable \(not a journal\)/)
  const short = read([parts[0]!, parts[1]!.subarray(0, parts[1]!.length - 8), parts[2]!])
  match(short.quarantine!, /record 3 in 1\.journal is damaged/)
  const torn = read([parts[0]!, parts[1]!, parts[2]!.subarray(0, parts[2]!.length - 8)])
  deepEqual([textsOf(torn), torn.quarantine, torn.lastSequence], [['a', 'b', 'c', 'd'], undefined, 4])
  equal(torn.epoch, 3)
})

test('R-KILL-05 what was synced survives the power; what a process wrote survives the process', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(60), fc.nat(60), (seed, durable, loose) => {
      const disk = new JournalDisk()
      const journal = new MemoryJournal(disk, 0, 1)
      for (let at = 1; at <= durable; at++) journal.append(1, `durable ${at}`)
      journal.sync()
      for (let at = 1; at <= loose; at++) journal.append(1, `loose ${at}`)
      equal(journal.append(1, 'last').ok, true)
      const dead = disk.read()
      equal(dead.records.length, durable + loose + 1)
      disk.cutPower(new Random(seed))
      const reading = disk.read()
      equal(reading.quarantine, undefined)
      ok(reading.records.length >= durable)
      const next = new MemoryJournal(disk, reading.lastSequence, 2)
      next.append(1, 'after')
      const again = disk.read()
      deepEqual(textsOf(again), [...textsOf(reading), 'after'])
      equal(again.epoch, 2)
    }),
  )
})

test('a snapshot stands for the records before it; old segments go', () => {
  const disk = new JournalDisk()
  const journal = new MemoryJournal(disk, 0, 1)
  const long = 'x'.repeat(5000)
  for (let at = 1; at <= 300; at++) {
    journal.append(1, long)
    if (at % 100 === 0) journal.saveSnapshot(`state ${at}`)
  }
  journal.append(1, 'behind')
  const reading = disk.read()
  deepEqual([reading.snapshot?.state, textsOf(reading)], ['state 300', ['behind']])
  ok(disk.segments.length < 5)
})
