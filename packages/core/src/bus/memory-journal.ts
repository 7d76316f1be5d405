import type { Random } from '../clock/random.ts'
import { ok, type Result, refuse } from '../result.ts'
import { crc32 } from './crc32.ts'
import type { Journal, JournalFault } from './journal.ts'
import { encodeJournalHeader, encodeRecord, recordBytes } from './journal-format.ts'
import { type JournalReading, readJournal, type StoredSnapshot } from './read-journal.ts'

/** One segment file of the made-up disk. */
interface DiskSegment {
  readonly name: string
  bytes: Uint8Array
  length: number
  /** Bytes that survive the loss of power. */
  synced: number
}

/** Bytes of a segment after which the next is opened. */
const SEGMENT_BYTES = 1 << 18
/** Snapshots kept: the newest, and one to fall back on. */
const SNAPSHOTS_KEPT = 2

/**
 * A made-up disk with a journal on it: what a process wrote stays when the process dies, what was not synced may go when
 * the power goes. Faults are asked for by name and drawn from a seed.
 */
export class JournalDisk {
  /** Bytes of payload that still fit; Infinity on a healthy disk. */
  room = Number.POSITIVE_INFINITY
  /** The next sync fails, and after it nothing can be written until the journal is opened anew. */
  failSync = false
  readonly segments: DiskSegment[] = []
  readonly snapshots: StoredSnapshot[] = []

  /** What a start finds. Cuts the torn tail, as a start does. */
  read(): JournalReading {
    const reading = readJournal(
      this.segments.map(({ name, bytes, length }) => ({ name, bytes: bytes.subarray(0, length) })),
      this.snapshots.at(-1),
      crc32,
    )
    const { cutAt } = reading
    const cut = cutAt === undefined ? undefined : this.segments.find(({ name }) => name === cutAt.segment)
    if (cut !== undefined) {
      cut.length = cutAt!.bytes
      if (cut.length === 0) this.segments.splice(this.segments.indexOf(cut), 1)
    }
    return reading
  }

  /**
   * The power goes: of what was not synced some bytes remain, the last record perhaps torn, perhaps with a wrong bit.
   * Returns the bytes lost.
   */
  cutPower(random: Random): number {
    let lost = 0
    for (const segment of this.segments) {
      const loose = segment.length - segment.synced
      if (loose === 0) continue
      const kept = random.below(loose + 1)
      lost += loose - kept
      segment.length = segment.synced + kept
      if (kept > 0 && random.below(4) === 0) this.flip(segment, segment.synced + random.below(kept), random.below(8))
    }
    return lost
  }

  /** Turns one bit of a segment over. */
  flip(segment: { readonly bytes: Uint8Array }, at: number, bit: number): void {
    segment.bytes[at]! ^= 1 << bit
  }

  /** Opens a new segment. */
  open(firstSequence: number, epoch: number): DiskSegment {
    const header = encodeJournalHeader({ firstSequence, epoch }, crc32)
    const bytes = new Uint8Array(1 << 14)
    bytes.set(header)
    const name = `segment ${firstSequence}`
    const old = this.segments.findIndex(segment => segment.name === name)
    if (old >= 0) this.segments.splice(old, 1) // It held a header and no record.
    const segment = { name, bytes, length: header.length, synced: 0 }
    this.segments.push(segment)
    return segment
  }
}

/** The journal of one process on a `JournalDisk`. */
export class MemoryJournal implements Journal {
  writtenThrough: number
  syncedThrough: number
  readonly #disk: JournalDisk
  readonly #epoch: number
  #segment: DiskSegment
  #failed = false

  /** @param lastSequence what `JournalDisk.read` found */
  constructor(disk: JournalDisk, lastSequence: number, epoch: number) {
    this.#disk = disk
    this.#epoch = epoch
    this.writtenThrough = lastSequence
    this.syncedThrough = lastSequence
    // Whatever is on the disk at a start is made durable first.
    for (const segment of disk.segments) segment.synced = segment.length
    this.#segment = disk.open(lastSequence + 1, epoch)
  }

  get isShort(): boolean {
    return this.#disk.room !== Number.POSITIVE_INFINITY
  }

  append(kind: number, payload: string): Result<number, JournalFault> {
    if (this.#failed) return refuse('failed')
    const size = recordBytes(payload.length)
    if (size > this.#disk.room) return refuse('full')
    this.#disk.room -= size
    if (this.#segment.length + size > SEGMENT_BYTES) {
      const synced = this.sync()
      if (!synced.ok) return synced
      this.#segment = this.#disk.open(this.writtenThrough + 1, this.#epoch)
    }
    const segment = this.#segment
    if (segment.length + size > segment.bytes.length) {
      const more = new Uint8Array(Math.max(segment.bytes.length * 2, segment.length + size))
      more.set(segment.bytes.subarray(0, segment.length))
      segment.bytes = more
    }
    const record = { sequence: this.writtenThrough + 1, kind, payload }
    segment.length = encodeRecord(segment.bytes, segment.length, record, this.syncedThrough, crc32)
    this.writtenThrough++
    return ok(this.writtenThrough)
  }

  sync(): Result<number, JournalFault> {
    if (this.#failed) return refuse('failed')
    if (this.#disk.failSync) {
      this.#failed = true
      this.#disk.failSync = false
      return refuse('failed')
    }
    this.#segment.synced = this.#segment.length
    this.syncedThrough = this.writtenThrough
    return ok(this.syncedThrough)
  }

  saveSnapshot(state: string): Result<number, JournalFault> {
    if (this.#disk.room < state.length) return refuse('full')
    const synced = this.sync()
    if (!synced.ok) return synced
    const { snapshots, segments } = this.#disk
    snapshots.push({ through: this.writtenThrough, state })
    if (snapshots.length > SNAPSHOTS_KEPT) snapshots.shift()
    // Segments that lie wholly before the oldest snapshot are not needed any more.
    const oldest = snapshots[0]!.through
    while (segments.length > 1 && Number(segments[1]!.name.slice('segment '.length)) <= oldest + 1) segments.shift()
    return ok(this.writtenThrough)
  }
}
