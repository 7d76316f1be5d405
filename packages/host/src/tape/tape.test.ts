import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readInstruments, writeInstruments } from '@velocimex/core/bus/instrument-json'
import { Replay } from '@velocimex/core/bus/replay'
import { TAPE_BLOCK_RECORDS } from '@velocimex/core/bus/tape-format'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import fc from 'fast-check'
import { openTape } from './tape.ts'
import { TapeWriter } from './tape-writer.ts'

const usdt = { code: 'USDT', decimals: 8 }
const instrument = (index: number, symbol: string): Instrument => ({
  index,
  venue: 'binance-spot',
  symbol,
  unified: `${symbol}/USDT`,
  kind: 'spot',
  base: { code: symbol, decimals: 8 },
  quote: usdt,
  settle: usdt,
  price: { decimals: 2, step: 1 },
  quantity: { decimals: 5, step: 1 },
  contract: { kind: 'linear', minorPerTickLot: 10n },
  bounds: { quantityMin: 1, notionalMin: 500_000_000n },
  fees: { maker: -1000, taker: 100_000 },
  grids: 'published',
})
const TABLE = new InstrumentTable([instrument(0, 'BTC'), instrument(1, 'ETH')])

function folder(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-tape-'))
  context.after(() => rmSync(directory, { recursive: true }))
  return directory
}

/** Writes `count` records in odd batches: record n is a trade of id n at n microseconds. */
function write(directory: string, count: number, segmentRecords?: number): ReturnType<TapeWriter['close']> {
  const options = { instruments: TABLE, provenance: { test: true } }
  const writer = new TapeWriter(directory, segmentRecords === undefined ? options : { ...options, segmentRecords })
  const records = new Records(1000)
  const record = new EventRecord(records)
  for (let n = 0; n < count; ) {
    const batch = Math.min(count - n, 1 + ((n * 7) % 999))
    for (let at = 0; at < batch; at++)
      record
        .at(at)
        .write(Kind.trade, 2, 0, (n + at) % 2, 0, n + at)
        .lanes(1, 2, n + at, n + at)
    writer.append(records, 0, batch)
    n += batch
  }
  return writer.close()
}

function opened(directory: string) {
  const tape = openTape(directory)
  if (!tape.ok) throw new Error(tape.words)
  return tape.value
}

/** Ids of all records of a replay. */
function ids(replay: Replay): number[] {
  const seen: number[] = []
  for (; replay.at !== Number.POSITIVE_INFINITY; replay.advance()) {
    equal(replay.sequence, seen.length)
    seen.push(replay.record.lane2)
  }
  return seen
}

test('a tape reads back as it was written, over blocks and segments', context => {
  const directory = folder(context)
  const count = 3 * TAPE_BLOCK_RECORDS + 17
  const manifest = write(join(directory, 'a'), count, TAPE_BLOCK_RECORDS)
  equal(manifest.segments.length, 4)
  deepEqual(manifest.kinds, { trade: count })
  const tape = opened(join(directory, 'a'))
  deepEqual(tape.instruments.all, TABLE.all)
  deepEqual([tape.recordCount, tape.torn, tape.manifest.lastReceive], [count, 0, count - 1])
  deepEqual(
    ids(new Replay([{ source: tape }], tape.blockRecords)),
    Array.from({ length: count }, (_, n) => n),
  )
  tape.close()
  const other = write(join(directory, 'b'), count)
  equal(other.contentHash, manifest.contentHash, 'the content hash does not depend on segments')
  write(join(directory, 'c'), count)
  deepEqual(readFileSync(join(directory, 'b', '000001.tape')), readFileSync(join(directory, 'c', '000001.tape')))
})

test('two tapes play one behind the other, instruments renumbered, time never going back', context => {
  const directory = folder(context)
  write(join(directory, 'a'), 20)
  write(join(directory, 'b'), 10)
  const [a, b] = [opened(join(directory, 'a')), opened(join(directory, 'b'))]
  const replay = new Replay([{ source: a }, { source: b, remap: Int32Array.of(1, 0) }], TAPE_BLOCK_RECORDS)
  const seen: number[][] = []
  for (; replay.at !== Number.POSITIVE_INFINITY; replay.advance())
    seen.push([replay.record.lane2, replay.record.instrument, replay.at])
  deepEqual(seen.slice(18), [[18, 0, 18], [19, 1, 19], ...Array.from({ length: 10 }, (_, n) => [n, (n + 1) % 2, 19])])
})

test('a tape whose writer died is cut to its whole records, wherever it was cut', context => {
  const directory = folder(context)
  write(join(directory, 'whole'), 300)
  const bytes = readFileSync(join(directory, 'whole', '000001.tape'))
  const start = bytes.length - 64 - 40 - 300 * 64
  for (const [at, length] of [
    start,
    start + 1,
    start + 63,
    start + 64,
    start + 64 * 100 + 5,
    start + 64 * 300,
    start + 64 * 300 + 20,
  ].entries()) {
    const torn = join(directory, `torn-${at}`)
    write(torn, 1)
    rmSync(join(torn, 'tape.json'))
    writeFileSync(join(torn, '000001.tape'), bytes.subarray(0, length))
    const tape = opened(torn)
    const whole = Math.min(300, Math.floor((length - start) / 64))
    equal(tape.recordCount, whole)
    deepEqual(
      ids(new Replay([{ source: tape }], tape.blockRecords)),
      Array.from({ length: whole }, (_, n) => n),
    )
    equal(tape.torn, length - start - whole * 64)
    tape.close()
  }
})

test('P-21 damage anywhere is noticed or harmless: nothing wrong is ever read, and nothing throws without words', context => {
  const directory = folder(context)
  write(directory, 40)
  const path = join(directory, '000001.tape')
  const whole = readFileSync(path)
  const manifest = readFileSync(join(directory, 'tape.json'))
  const expected = Array.from({ length: 40 }, (_, n) => n)
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, change, cut) => {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= change
      writeFileSync(path, cut ? whole.subarray(0, at) : damaged)
      const tape = openTape(directory)
      if (!tape.ok) return match(tape.words!, /\w/)
      let read: number[] | string
      try {
        read = ids(new Replay([{ source: tape.value }], tape.value.blockRecords))
      } catch (cause) {
        read = (cause as Error).message
      }
      tape.value.close()
      if (typeof read === 'string') match(read, /000001\.tape, block 0: /)
      else deepEqual(read, expected)
    }),
    { numRuns: 600 },
  )
  writeFileSync(path, whole)
  fc.assert(
    fc.property(fc.nat(manifest.length - 1), fc.integer({ min: 1, max: 127 }), (at, change) => {
      const damaged = Buffer.from(manifest)
      damaged[at]! ^= change
      writeFileSync(join(directory, 'tape.json'), damaged)
      const tape = openTape(directory)
      if (tape.ok) tape.value.close()
    }),
    { numRuns: 300 },
  )
})

test('folders that are no tapes are refused with words', context => {
  const directory = folder(context)
  const refused = (path: string): string => {
    const tape = openTape(path)
    return tape.ok ? 'opened' : `${tape.reason}: ${tape.words}`
  }
  match(refused(join(directory, 'nowhere')), /not_found: .* does not exist/)
  match(refused(directory), /not_a_tape: .* holds no segment/)
  writeFileSync(join(directory, '000001.tape'), 'hello')
  match(refused(directory), /damaged: .*000001.tape: not a tape/)
  match(refused(join(directory, '000001.tape')), /not_a_tape/)
  write(join(directory, 'x'), 5)
  truncateSync(join(directory, 'x', '000001.tape'), 100)
  match(refused(join(directory, 'x')), /cut short inside its instrument table/)
  ok(readdirSync(join(directory, 'x')).includes('tape.json'))
  throws(
    () => write(join(directory, 'x'), 5),
    /holds a tape already: give another folder/,
    'a tape is never written over',
  )
})

test('P-21 an instrument table reads back exactly, and a damaged one is refused with its place', () => {
  const text = writeInstruments(TABLE.all)
  const back = readInstruments(text)
  deepEqual(back.ok && back.value, TABLE.all)
  const faults: [string, string, string][] = [
    ['"decimals":8', '"decimals":-8', '[0].base.decimals'],
    ['"index":1', '"index":7', '[1].index'],
    ['"value":"10"', '"value":"1e1"', '[0].contract.value'],
    ['"kind":"spot"', '"kind":"swap"', '[0].kind'],
    ['[{', '{"a":', 'not JSON'],
  ]
  for (const [from, to, where] of faults)
    deepEqual(readInstruments(text.replace(from, to)), { ok: false, reason: 'malformed', where })
})
