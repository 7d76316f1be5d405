import { assert } from '../assert.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { Crc32 } from './crc32.ts'
import type { JournalRecord } from './journal.ts'

/*
 * A journal is a chain of segments; a segment is a header and records. Little endian.
 *
 *     header   64 bytes: "VMXJRNL1", version (u32), zero (u32), sequence of the first record (f64), epoch (f64),
 *                        28 zeros, CRC of the 60 bytes before it (u32)
 *     record   CRC of the rest of the record (u32), bytes of the payload (u32), sequence (f64), durable through (f64),
 *              kind (u16), version (u16), zero (u32), payload (ASCII), zeros up to a multiple of 8
 *
 * "Durable through" is what the writer knew to be durable when it wrote the record. It tells a torn tail from damage: bytes
 * that are wrong where nothing later claims that they were durable are what a crash left of the last writes; bytes that
 * are wrong although they were durable are damage.
 */

/** Bytes of a segment's header. */
export const JOURNAL_HEADER_BYTES = 64
/** Bytes of a record before its payload. */
export const RECORD_HEAD_BYTES = 32
/** Longest payload: anything longer is our mistake, and no length beyond it is believed. */
export const PAYLOAD_BYTES_MAX = 1 << 24
/** Version of header and records; readers refuse a higher one. */
export const JOURNAL_VERSION = 1

const MAGIC = 'VMXJRNL1'

/** What a segment's header says. */
export interface JournalHeader {
  readonly firstSequence: number
  /** Start of the installation that opened the segment. */
  readonly epoch: number
}

/** Why bytes are not a segment's header, in order of precedence. */
export type HeaderFault = 'too_short' | 'not_a_journal' | 'newer_version' | 'damaged_header'

/** Bytes that a record with a payload of a length takes. */
export const recordBytes = (payloadBytes: number): number => RECORD_HEAD_BYTES + ((payloadBytes + 7) & ~7)

/** Writes a segment's header. */
export function encodeJournalHeader(header: JournalHeader, crc: Crc32): Uint8Array {
  const bytes = new Uint8Array(JOURNAL_HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < MAGIC.length; at++) bytes[at] = MAGIC.charCodeAt(at)
  view.setUint32(8, JOURNAL_VERSION, true)
  view.setFloat64(16, header.firstSequence, true)
  view.setFloat64(24, header.epoch, true)
  view.setUint32(60, crc(bytes.subarray(0, 60)), true)
  return bytes
}

/** Reads a segment's header. */
export function decodeJournalHeader(bytes: Uint8Array, crc: Crc32): Result<JournalHeader, HeaderFault> {
  if (bytes.length < JOURNAL_HEADER_BYTES) return refuse('too_short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < MAGIC.length; at++) if (bytes[at] !== MAGIC.charCodeAt(at)) return refuse('not_a_journal')
  if (view.getUint32(8, true) > JOURNAL_VERSION) return refuse('newer_version')
  if (view.getUint32(60, true) !== crc(bytes.subarray(0, 60))) return refuse('damaged_header')
  return ok({ firstSequence: view.getFloat64(16, true), epoch: view.getFloat64(24, true) })
}

/**
 * Writes a record into `bytes` at an offset where it fits. Returns the offset behind it.
 * @param durable sequence known to be durable
 */
export function encodeRecord(
  bytes: Uint8Array,
  offset: number,
  { sequence, kind, payload }: JournalRecord,
  durable: number,
  crc: Crc32,
): number {
  const { length } = payload
  assert(length <= PAYLOAD_BYTES_MAX, 'a payload has a bounded length', length)
  const end = offset + recordBytes(length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(offset + 4, length, true)
  view.setFloat64(offset + 8, sequence, true)
  view.setFloat64(offset + 16, durable, true)
  view.setUint16(offset + 24, kind, true)
  view.setUint16(offset + 26, JOURNAL_VERSION, true)
  view.setUint32(offset + 28, 0, true)
  const from = offset + RECORD_HEAD_BYTES
  for (let at = 0; at < length; at++) bytes[from + at] = payload.charCodeAt(at)
  bytes.fill(0, from + length, end)
  view.setUint32(offset, crc(bytes.subarray(offset + 4, end)), true)
  return end
}

/** A record as it was found, with what its writer knew to be durable. */
interface FoundRecord extends JournalRecord {
  readonly durable: number
  readonly end: number
}

/** What a segment holds. */
export interface SegmentScan {
  readonly records: readonly JournalRecord[]
  /** Bytes that are good, from the start of the segment. */
  readonly goodBytes: number
  /**
   * whole     every byte belongs to a record
   * torn      what follows the good bytes was never durable
   * damaged   what follows was durable and is broken
   */
  readonly ending: 'whole' | 'torn' | 'damaged'
}

/** Reads the records of a segment, its header included in `bytes`. Sequences start at the header's and have no gap. */
export function scanSegment(bytes: Uint8Array, header: JournalHeader, crc: Crc32): SegmentScan {
  const records: JournalRecord[] = []
  let at = JOURNAL_HEADER_BYTES
  let sequence = header.firstSequence
  while (at < bytes.length) {
    const found = recordAt(bytes, at, crc)
    if (found === undefined || found.sequence !== sequence) break
    records.push({ sequence, kind: found.kind, payload: found.payload })
    at = found.end
    sequence++
  }
  if (at >= bytes.length) return { records, goodBytes: at, ending: 'whole' }
  return { records, goodBytes: at, ending: durableBehind(bytes, at, crc) >= sequence ? 'damaged' : 'torn' }
}

/** The highest claim of durability among the whole records behind an offset; 0 when there is none. */
function durableBehind(bytes: Uint8Array, offset: number, crc: Crc32): number {
  let durable = 0
  for (let at = offset; at + RECORD_HEAD_BYTES <= bytes.length; ) {
    const found = recordAt(bytes, at, crc)
    if (found === undefined) at += 8
    else {
      durable = Math.max(durable, found.durable)
      at = found.end
    }
  }
  return durable
}

function recordAt(bytes: Uint8Array, offset: number, crc: Crc32): FoundRecord | undefined {
  if (offset + RECORD_HEAD_BYTES > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = view.getUint32(offset + 4, true)
  if (length > PAYLOAD_BYTES_MAX || offset + recordBytes(length) > bytes.length) return undefined
  const end = offset + recordBytes(length)
  const kind = view.getUint16(offset + 24, true)
  const version = view.getUint16(offset + 26, true)
  if (kind === 0 || version === 0 || version > JOURNAL_VERSION) return undefined
  if (view.getUint32(offset, true) !== crc(bytes.subarray(offset + 4, end))) return undefined
  const from = offset + RECORD_HEAD_BYTES
  let payload = ''
  // Pieces of 4096 because a call takes a bounded number of arguments.
  for (let at = 0; at < length; at += 4096)
    payload += String.fromCharCode(...bytes.subarray(from + at, from + Math.min(length, at + 4096)))
  return {
    sequence: view.getFloat64(offset + 8, true),
    kind,
    payload,
    durable: view.getFloat64(offset + 16, true),
    end,
  }
}
