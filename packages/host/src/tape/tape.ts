import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { readInstruments } from '@velocimex/core/bus/instrument-json'
import type { BlockSource } from '@velocimex/core/bus/replay'
import {
  decodeHeader,
  decodeIndex,
  decodeTrailer,
  recordsOffset,
  TAPE_HEADER_BYTES,
  TAPE_INDEX_BYTES,
  type TapeBlock,
  type TapeHeader,
} from '@velocimex/core/bus/tape-format'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import { I32_INSTRUMENT, RECORD_BYTES, RECORD_I32, Records } from '@velocimex/core/market/event-record'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { checkSchema, issuesText } from '../config/schema-issues.ts'
import { MANIFEST_FILE, MANIFEST_FORMAT, type TapeManifest, tapeManifestSchema } from './tape-manifest.ts'

/** Why a folder is not a tape that can be read. */
export type TapeFault = 'not_found' | 'not_a_tape' | 'damaged'

interface Segment {
  readonly path: string
  readonly header: TapeHeader
  readonly blocks: readonly TapeBlock[]
  readonly table: Buffer
  /** Bytes behind the last whole record that were cut away. */
  readonly torn: number
}

/**
 * A tape opened for reading. Blocks are checked against their CRC when they are read; a damaged one throws an error that
 * names file and block, since a backtest over half a tape is worse than none.
 */
export class Tape implements BlockSource {
  readonly directory: string
  readonly instruments: InstrumentTable
  readonly manifest: TapeManifest
  readonly blocks: readonly TapeBlock[]
  /** Bytes cut off the end because the writer died in the middle; 0 for a finished tape. */
  readonly torn: number
  readonly #segments: readonly Segment[]
  readonly #files = new Map<string, number>()

  constructor(directory: string, instruments: InstrumentTable, manifest: TapeManifest, segments: readonly Segment[]) {
    this.directory = directory
    this.instruments = instruments
    this.manifest = manifest
    this.#segments = segments
    this.blocks = segments.flatMap(segment => segment.blocks)
    this.torn = segments.reduce((sum, segment) => sum + segment.torn, 0)
  }

  get recordCount(): number {
    return this.manifest.records
  }

  /** Most records of one block of this tape. */
  get blockRecords(): number {
    return Math.max(1, ...this.#segments.map(segment => segment.header.blockRecords))
  }

  read(at: number, into: Records): number {
    let index = at
    for (const segment of this.#segments) {
      if (index >= segment.blocks.length) {
        index -= segment.blocks.length
        continue
      }
      const block = segment.blocks[index]!
      const offset = recordsOffset(segment.header) + index * segment.header.blockRecords * RECORD_BYTES
      const bytes = into.bytes.subarray(0, block.records * RECORD_BYTES)
      const place = `${segment.path}, block ${index}`
      if (!readFully(this.#open(segment.path), bytes, offset)) throw new Error(`${place}: cut short`)
      if (block.crc >= 0 && crc32(bytes) !== block.crc)
        throw new Error(`${place}: damaged (its checksum does not match)`)
      checkRecords(into, block.records, this.instruments.all.length, place)
      return block.records
    }
    throw new Error(`the tape ${this.directory} has no block ${at}`)
  }

  /** Closes its files. */
  close(): void {
    for (const file of this.#files.values()) closeSync(file)
    this.#files.clear()
  }

  #open(path: string): number {
    const open = this.#files.get(path)
    if (open !== undefined) return open
    const file = openSync(path, 'r')
    this.#files.set(path, file)
    return file
  }
}

/**
 * Opens the tape in a folder. A tape whose writer died is opened too: without manifest it is made up from the segments,
 * and `torn` tells how much was cut.
 */
export function openTape(directory: string): Result<Tape, TapeFault> & { readonly words?: string } {
  if (!existsSync(directory)) return { ...refuse('not_found'), words: `${directory} does not exist` }
  try {
    const names = readdirSync(directory)
      .filter(name => /^\d{6,}\.tape$/.test(name))
      .sort()
    if (names.length === 0) return { ...refuse('not_a_tape'), words: `${directory} holds no segment (000001.tape)` }
    const segments = names.map(name => openSegment(join(directory, name)))
    if (segments.some(segment => !segment.table.equals(segments[0]!.table)))
      throw new Fault(`${directory}: the segments carry different instrument tables`)
    const parsed = readInstruments(segments[0]!.table.toString())
    if (!parsed.ok) throw new Fault(`${segments[0]!.path}: instrument table: ${parsed.where}`)
    const manifest = readManifest(directory) ?? madeUpManifest(segments)
    const counted = segments.reduce((sum, segment) => sum + recordsOf(segment), 0)
    if (manifest.records !== counted)
      throw new Fault(
        `${directory}: ${MANIFEST_FILE} tells of ${manifest.records} records, the segments hold ${counted}`,
      )
    return ok(new Tape(directory, new InstrumentTable(parsed.value), manifest, segments))
  } catch (cause) {
    if (cause instanceof Fault) return { ...refuse('damaged'), words: cause.message }
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    const isFile = code === 'ENOTDIR'
    return {
      ...refuse(isFile ? 'not_a_tape' : 'damaged'),
      words: isFile ? `${directory} is a file; a tape is a folder` : message,
    }
  }
}

/** Damage that `openTape` reports. Stays inside this file. */
class Fault extends Error {}

const recordsOf = (segment: Segment): number => segment.blocks.reduce((sum, block) => sum + block.records, 0)

function openSegment(path: string): Segment {
  const file = openSync(path, 'r')
  try {
    const size = fstatSync(file).size
    const head = Buffer.alloc(TAPE_HEADER_BYTES)
    readFully(file, head, 0)
    const header = decodeHeader(head, crc32)
    if (!header.ok) throw new Fault(`${path}: ${header.reason.replaceAll('_', ' ')}`)
    const start = recordsOffset(header.value)
    if (start > size) throw new Fault(`${path}: cut short inside its instrument table`)
    const table = Buffer.alloc(header.value.tableBytes)
    readFully(file, table, TAPE_HEADER_BYTES)
    const tail = Buffer.alloc(TAPE_HEADER_BYTES)
    readFully(file, tail, Math.max(0, size - TAPE_HEADER_BYTES))
    const trailer = decodeTrailer(tail, size, crc32)
    if (!trailer.ok && trailer.reason !== 'no_trailer')
      throw new Fault(`${path}: ${trailer.reason.replaceAll('_', ' ')}`)
    if (!trailer.ok) return tornSegment(path, file, header.value, table, size)
    if (crc32(table) !== trailer.value.tableCrc) throw new Fault(`${path}: damaged instrument table`)
    const index = Buffer.alloc(trailer.value.blocks * TAPE_INDEX_BYTES)
    readFully(file, index, trailer.value.indexOffset)
    if (crc32(index) !== trailer.value.indexCrc) throw new Fault(`${path}: damaged index`)
    const blocks = decodeIndex(index)
    checkBlocks(path, header.value, blocks, trailer.value.records, trailer.value.indexOffset)
    return { path, header: header.value, blocks, table, torn: 0 }
  } finally {
    closeSync(file)
  }
}

/** The index must describe exactly the bytes between table and index. */
function checkBlocks(
  path: string,
  header: TapeHeader,
  blocks: readonly TapeBlock[],
  records: number,
  end: number,
): void {
  let sum = 0
  for (const [at, block] of blocks.entries()) {
    const full = at < blocks.length - 1
    if (block.records < 1 || block.records > header.blockRecords || (full && block.records !== header.blockRecords))
      throw new Fault(`${path}: damaged index (block ${at})`)
    sum += block.records
  }
  if (sum !== records || recordsOffset(header) + sum * RECORD_BYTES !== end) throw new Fault(`${path}: damaged index`)
}

/** A segment whose writer died: every whole record that can be one is kept, in blocks without a stored checksum. */
function tornSegment(path: string, file: number, header: TapeHeader, table: Buffer, size: number): Segment {
  const start = recordsOffset(header)
  const records = new Records(header.blockRecords)
  const blocks: TapeBlock[] = []
  let sequence = header.firstSequence
  for (let offset = start; size - offset >= RECORD_BYTES; ) {
    const whole = Math.min(header.blockRecords, Math.floor((size - offset) / RECORD_BYTES))
    readFully(file, records.bytes.subarray(0, whole * RECORD_BYTES), offset)
    let good = 0
    while (good < whole && isKind(records.i32[good * RECORD_I32]! & 0xff)) good++
    if (good > 0)
      blocks.push({
        firstReceive: records.f64[2]!,
        lastReceive: records.f64[(good - 1) * 8 + 2]!,
        firstSequence: sequence,
        records: good,
        crc: -1,
      })
    sequence += good
    offset += good * RECORD_BYTES
    if (good < header.blockRecords) break
  }
  const kept = blocks.reduce((sum, block) => sum + block.records, 0)
  return { path, header, blocks, table, torn: size - start - kept * RECORD_BYTES }
}

const isKind = (kind: number): boolean => kind >= 1 && kind < KIND_NAMES.length

function checkRecords(records: Records, count: number, instruments: number, place: string): void {
  for (let slot = 0; slot < count; slot++) {
    const at = slot * RECORD_I32
    const instrument = records.i32[at + I32_INSTRUMENT]!
    if (!isKind(records.i32[at]! & 0xff) || instrument < 0 || instrument >= instruments)
      throw new Error(`${place}: record ${slot} is of no known kind or instrument`)
  }
}

function readManifest(directory: string): TapeManifest | undefined {
  const path = join(directory, MANIFEST_FILE)
  if (!existsSync(path)) return undefined
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw new Fault(`${path}: not JSON`)
  }
  const checked = checkSchema(tapeManifestSchema, json)
  if (!checked.ok) throw new Fault(`${path}: ${issuesText(checked.issues.slice(0, 3))}`)
  return checked.value
}

/** What a manifest would have said, computed from the segments of a tape that was never finished. */
function madeUpManifest(segments: readonly Segment[]): TapeManifest {
  const blocks = segments.flatMap(segment => segment.blocks)
  const hash = createHash('sha256').update(segments[0]!.table)
  const kinds = new Float64Array(KIND_NAMES.length)
  for (const segment of segments) {
    const file = openSync(segment.path, 'r')
    const records = new Records(segment.header.blockRecords)
    let offset = recordsOffset(segment.header)
    for (const block of segment.blocks) {
      const bytes = records.bytes.subarray(0, block.records * RECORD_BYTES)
      readFully(file, bytes, offset)
      hash.update(bytes)
      for (let slot = 0; slot < block.records; slot++) kinds[records.i32[slot * RECORD_I32]! & 0xff]!++
      offset += bytes.length
    }
    closeSync(file)
  }
  const parsed = readInstruments(segments[0]!.table.toString())
  return {
    format: MANIFEST_FORMAT,
    records: segments.reduce((sum, segment) => sum + recordsOf(segment), 0),
    kinds: Object.fromEntries(
      KIND_NAMES.map((name, kind) => [name, kinds[kind]!] as const).filter(([, count]) => count > 0),
    ),
    firstReceive: blocks[0]?.firstReceive ?? 0,
    lastReceive: blocks.at(-1)?.lastReceive ?? 0,
    instruments: parsed.ok ? parsed.value.length : 0,
    contentHash: hash.digest('hex'),
    segments: segments.map(segment => ({
      file: segment.path.split('/').at(-1)!,
      records: recordsOf(segment),
      bytes: 0,
    })),
    provenance: { unfinished: true },
  }
}

/** Reads exactly the bytes asked for. False when the file ends before. */
function readFully(file: number, into: Uint8Array, offset: number): boolean {
  for (let at = 0; at < into.length; ) {
    const read = readSync(file, into, at, into.length - at, offset + at)
    if (read === 0) return false
    at += read
  }
  return true
}
