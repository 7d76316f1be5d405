import { createHash, type Hash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { writeInstruments } from '@velocimex/core/bus/instrument-json'
import {
  encodeHeader,
  encodeIndex,
  encodeTrailer,
  recordsOffset,
  TAPE_BLOCK_RECORDS,
  TAPE_HEADER_BYTES,
  type TapeBlock,
} from '@velocimex/core/bus/tape-format'
import { KIND_NAMES } from '@velocimex/core/market/event-kind'
import {
  F64_RECEIVE_TIME,
  RECORD_BYTES,
  RECORD_F64,
  RECORD_I32,
  type RecordSink,
  Records,
} from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { makeFolder } from '../files/make-folder.ts'
import { MANIFEST_FILE, MANIFEST_FORMAT, type TapeManifest } from './tape-manifest.ts'

/** Records of one segment file: 256 MB. */
const SEGMENT_RECORDS = 4 << 20

/** What a tape is made from. */
export interface TapeOptions {
  readonly instruments: InstrumentTable
  /** Where the records come from: plain JSON, kept in the manifest. */
  readonly provenance: Readonly<Record<string, unknown>>
  /** Records of one segment; 4 M unless told. */
  readonly segmentRecords?: number
}

/**
 * Writes a tape into a folder, block by block. Equal records give equal bytes. A full disk or another failure throws the
 * system's error with the file's name; what was written before can still be read.
 */
export class TapeWriter implements RecordSink {
  readonly #directory: string
  readonly #options: TapeOptions
  readonly #table: Buffer
  readonly #block = new Records(TAPE_BLOCK_RECORDS)
  readonly #hash: Hash
  readonly #kinds = new Float64Array(KIND_NAMES.length)
  readonly #segments: { file: string; records: number; bytes: number }[] = []
  #count = 0
  #records = 0
  #firstReceive = 0
  #lastReceive = 0
  #file = -1
  #fileName = ''
  #fileRecords = 0
  #fileBytes = 0
  #blocks: TapeBlock[] = []

  /** @param directory made if it is not there; must hold no tape */
  constructor(directory: string, options: TapeOptions) {
    makeFolder(directory)
    if (readdirSync(directory).some(name => name.endsWith('.tape')))
      throw new Error(`${directory} holds a tape already: give another folder, or move it away`)
    this.#directory = directory
    this.#options = options
    this.#table = Buffer.from(writeInstruments(options.instruments.all))
    this.#hash = createHash('sha256').update(this.#table)
    this.#openSegment()
  }

  append(records: Records, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const taken = Math.min(to - at, TAPE_BLOCK_RECORDS - this.#count)
      this.#block.copy(records, at, at + taken, this.#count)
      for (let slot = at; slot < at + taken; slot++) {
        this.#kinds[records.i32[slot * RECORD_I32]! & 0xff]!++
        const receive = records.f64[slot * RECORD_F64 + F64_RECEIVE_TIME]!
        if (receive > this.#lastReceive) this.#lastReceive = receive // As a replay has it: instants never go back.
      }
      this.#count += taken
      at += taken
      if (this.#count === TAPE_BLOCK_RECORDS) this.#writeBlock()
    }
  }

  /** Writes what is left, the index and the manifest. */
  close(): TapeManifest {
    this.#writeBlock()
    this.#closeSegment()
    const manifest: TapeManifest = {
      format: MANIFEST_FORMAT,
      records: this.#records,
      kinds: Object.fromEntries(
        KIND_NAMES.map((name, kind) => [name, this.#kinds[kind]!] as const).filter(([, count]) => count > 0),
      ),
      firstReceive: this.#firstReceive,
      lastReceive: this.#lastReceive,
      instruments: this.#options.instruments.all.length,
      contentHash: this.#hash.digest('hex'),
      segments: this.#segments,
      provenance: this.#options.provenance,
    }
    writeFileSync(join(this.#directory, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
    return manifest
  }

  /** Closes the file without finishing the tape: after a failure. */
  abandon(): void {
    if (this.#file >= 0) closeSync(this.#file)
    this.#file = -1
  }

  #openSegment(): void {
    this.#fileName = `${String(this.#segments.length + 1).padStart(6, '0')}.tape`
    this.#file = openSync(join(this.#directory, this.#fileName), 'wx', 0o644)
    this.#fileRecords = 0
    this.#fileBytes = 0
    this.#blocks = []
    const header = { tableBytes: this.#table.length, blockRecords: TAPE_BLOCK_RECORDS, firstSequence: this.#records }
    const head = Buffer.alloc(recordsOffset(header))
    head.set(encodeHeader(header, crc32))
    head.set(this.#table, TAPE_HEADER_BYTES)
    this.#write(head)
  }

  #writeBlock(): void {
    if (this.#count === 0) return
    if (this.#fileRecords >= (this.#options.segmentRecords ?? SEGMENT_RECORDS)) {
      this.#closeSegment()
      this.#openSegment()
    }
    const bytes = this.#block.bytes.subarray(0, this.#count * RECORD_BYTES)
    const firstReceive = this.#block.f64[F64_RECEIVE_TIME]!
    const lastReceive = this.#block.f64[(this.#count - 1) * RECORD_F64 + F64_RECEIVE_TIME]!
    this.#blocks.push({
      firstReceive,
      lastReceive,
      firstSequence: this.#records,
      records: this.#count,
      crc: crc32(bytes),
    })
    this.#write(bytes)
    this.#hash.update(bytes)
    if (this.#records === 0) this.#firstReceive = firstReceive
    this.#records += this.#count
    this.#fileRecords += this.#count
    this.#count = 0
  }

  #closeSegment(): void {
    const index = encodeIndex(this.#blocks)
    const trailer = encodeTrailer(
      {
        indexOffset: this.#fileBytes,
        records: this.#fileRecords,
        blocks: this.#blocks.length,
        indexCrc: crc32(index),
        tableCrc: crc32(this.#table),
      },
      crc32,
    )
    this.#write(index)
    this.#write(trailer)
    fsyncSync(this.#file)
    closeSync(this.#file)
    this.#file = -1
    this.#segments.push({ file: this.#fileName, records: this.#fileRecords, bytes: this.#fileBytes })
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at, bytes.length - at)
    this.#fileBytes += bytes.length
  }
}
