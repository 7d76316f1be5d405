import { assert } from '../assert.ts'
import { LAYOUT_VERSION, RECORD_BYTES } from '../market/event-record.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { Crc32 } from './crc32.ts'

/*
 * A tape is a folder of segments; each segment gives a meaning to its own bytes. Little endian.
 *
 *     header        64 bytes: "VMXTAPE1", layout, record bytes, table bytes, block records (u32 each),
 *                             sequence of the first record (f64), CRC of the 60 bytes before it
 *     table         the instrument table as JSON (UTF-8), padded with zeros to 64
 *     blocks        `block records` records each, the last one may be shorter
 *     index         per block 40 bytes: first and last receive time (f64), sequence of its first record (f64),
 *                             records (u32), CRC of its records (u32), zero (u64)
 *     trailer       64 bytes: "VMXTAPEE", offset of the index (f64), records (f64), blocks (u32), CRC of the index,
 *                             CRC of the table, CRC of the 60 bytes before it
 *
 * A segment without trailer was being written when its writer died: its whole records are good, the rest is cut.
 * CRC is CRC-32 (ISO 3309, the one of zip), handed in because this package computes none itself.
 */

/** Bytes of the header and of the trailer. */
export const TAPE_HEADER_BYTES = 64
/** Bytes of one index entry. */
export const TAPE_INDEX_BYTES = 40
/** Records of a block: the unit of reading, checking and seeking. 1 MB. */
export const TAPE_BLOCK_RECORDS = 16_384

/** Why bytes are not a segment that can be read, in order of precedence. */
export type SegmentFault =
  | 'not_a_tape'
  | 'other_layout'
  | 'damaged_header'
  | 'no_trailer'
  | 'damaged_trailer'
  | 'damaged_index'

/** What a segment's header says. */
export interface TapeHeader {
  readonly tableBytes: number
  readonly blockRecords: number
  readonly firstSequence: number
}

/** What a segment's trailer says. */
export interface TapeTrailer {
  readonly indexOffset: number
  readonly records: number
  readonly blocks: number
  readonly indexCrc: number
  readonly tableCrc: number
}

/** One block in the index. */
export interface TapeBlock {
  readonly firstReceive: number
  readonly lastReceive: number
  readonly firstSequence: number
  readonly records: number
  readonly crc: number
}

const HEADER_MAGIC = 'VMXTAPE1'
const TRAILER_MAGIC = 'VMXTAPEE'

/** Length with padding to 64 bytes. */
export const padTo64 = (bytes: number): number => Math.ceil(bytes / 64) * 64

/** Offset of the first record of a segment. */
export const recordsOffset = (header: TapeHeader): number => TAPE_HEADER_BYTES + padTo64(header.tableBytes)

/** Writes a header. */
export function encodeHeader(header: TapeHeader, crc32: Crc32): Uint8Array {
  const bytes = new Uint8Array(TAPE_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  putMagic(bytes, HEADER_MAGIC)
  view.setUint32(8, LAYOUT_VERSION, true)
  view.setUint32(12, RECORD_BYTES, true)
  view.setUint32(16, header.tableBytes, true)
  view.setUint32(20, header.blockRecords, true)
  view.setFloat64(24, header.firstSequence, true)
  view.setUint32(60, crc32(bytes.subarray(0, 60)), true)
  return bytes
}

/** Reads a header. */
export function decodeHeader(bytes: Uint8Array, crc32: Crc32): Result<TapeHeader, SegmentFault> {
  if (bytes.length < TAPE_HEADER_BYTES || !hasMagic(bytes, HEADER_MAGIC)) return refuse('not_a_tape')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getUint32(60, true) !== crc32(bytes.subarray(0, 60))) return refuse('damaged_header')
  if (view.getUint32(8, true) !== LAYOUT_VERSION || view.getUint32(12, true) !== RECORD_BYTES)
    return refuse('other_layout')
  const blockRecords = view.getUint32(20, true)
  const firstSequence = view.getFloat64(24, true)
  const tableBytes = view.getUint32(16, true)
  const sane =
    blockRecords >= 1 && blockRecords <= 1 << 20 && Number.isSafeInteger(firstSequence) && tableBytes <= 1 << 28
  return sane ? ok({ tableBytes, blockRecords, firstSequence }) : refuse('damaged_header')
}

/** Writes the index. */
export function encodeIndex(blocks: readonly TapeBlock[]): Uint8Array {
  const bytes = new Uint8Array(blocks.length * TAPE_INDEX_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [at, block] of blocks.entries()) {
    const offset = at * TAPE_INDEX_BYTES
    view.setFloat64(offset, block.firstReceive, true)
    view.setFloat64(offset + 8, block.lastReceive, true)
    view.setFloat64(offset + 16, block.firstSequence, true)
    view.setUint32(offset + 24, block.records, true)
    view.setUint32(offset + 28, block.crc, true)
  }
  return bytes
}

/** Reads the index, whose CRC was checked by its reader. */
export function decodeIndex(bytes: Uint8Array): TapeBlock[] {
  assert(bytes.length % TAPE_INDEX_BYTES === 0, 'an index is whole', bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Array.from({ length: bytes.length / TAPE_INDEX_BYTES }, (_, at) => {
    const offset = at * TAPE_INDEX_BYTES
    return {
      firstReceive: view.getFloat64(offset, true),
      lastReceive: view.getFloat64(offset + 8, true),
      firstSequence: view.getFloat64(offset + 16, true),
      records: view.getUint32(offset + 24, true),
      crc: view.getUint32(offset + 28, true),
    }
  })
}

/** Writes a trailer. */
export function encodeTrailer(trailer: TapeTrailer, crc32: Crc32): Uint8Array {
  const bytes = new Uint8Array(TAPE_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  putMagic(bytes, TRAILER_MAGIC)
  view.setFloat64(8, trailer.indexOffset, true)
  view.setFloat64(16, trailer.records, true)
  view.setUint32(24, trailer.blocks, true)
  view.setUint32(28, trailer.indexCrc, true)
  view.setUint32(32, trailer.tableCrc, true)
  view.setUint32(60, crc32(bytes.subarray(0, 60)), true)
  return bytes
}

/** Reads the last 64 bytes of a segment. @param size bytes of the whole segment */
export function decodeTrailer(bytes: Uint8Array, size: number, crc32: Crc32): Result<TapeTrailer, SegmentFault> {
  if (bytes.length < TAPE_HEADER_BYTES || !hasMagic(bytes, TRAILER_MAGIC)) return refuse('no_trailer')
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (view.getUint32(60, true) !== crc32(bytes.subarray(0, 60))) return refuse('damaged_trailer')
  const indexOffset = view.getFloat64(8, true)
  const records = view.getFloat64(16, true)
  const blocks = view.getUint32(24, true)
  const fits = indexOffset + blocks * TAPE_INDEX_BYTES + TAPE_HEADER_BYTES === size && Number.isSafeInteger(records)
  return fits && records >= 0
    ? ok({ indexOffset, records, blocks, indexCrc: view.getUint32(28, true), tableCrc: view.getUint32(32, true) })
    : refuse('damaged_trailer')
}

function putMagic(bytes: Uint8Array, magic: string): void {
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at)
}

function hasMagic(bytes: Uint8Array, magic: string): boolean {
  for (let at = 0; at < magic.length; at++) if (bytes[at] !== magic.charCodeAt(at)) return false
  return true
}
