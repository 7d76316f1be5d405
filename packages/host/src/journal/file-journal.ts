import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Journal, JournalFault } from '@velocimex/core/bus/journal'
import { encodeJournalHeader, encodeRecord, recordBytes } from '@velocimex/core/bus/journal-format'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { codeOf, type JournalFiles, syncDirectory, writeAll } from './journal-files.ts'
import type { ReserveFile } from './reserve-file.ts'
import { segmentName, sequenceOfSegment } from './segment-name.ts'
import { snapshotSequence, writeSnapshot } from './snapshot-file.ts'

/** Microseconds until what was written is durable: milliseconds to wait before the disk is asked. */
const SYNC_MILLISECONDS = 1
/** How often a journal that is short of space tries to take its reserve again. */
const RESERVE_MILLISECONDS = 1000
const SNAPSHOTS_KEPT = 2
/** Milliseconds for which records may wait for the disk before nothing is added that they would be about. */
const LAG_MAX = 100

/** What an open journal is made of; `openFileJournal` makes it. */
export interface FileJournalParts {
  readonly files: JournalFiles
  readonly directory: string
  readonly reserve: ReserveFile
  readonly lastSequence: number
  readonly epoch: number
  readonly segmentBytes: number
  /** Segments of a quarantined history: moved aside once a snapshot stands for what was good of them. */
  readonly quarantined: readonly string[]
  /** Told once when the journal has failed: the process must end and start again. */
  readonly onFailure: (words: string) => void
  /** Milliseconds of the monotonic clock. */
  readonly now: () => number
  /** Gives up the lock of the directory. */
  readonly unlock: () => void
}

/**
 * A journal in files. `append` returns when the system has the bytes, so nothing is lost when the process dies; within two
 * milliseconds, or with `sync`, they are on the disk. An error of a sync is final: the system may have dropped the bytes,
 * and asking again would be told a lie ("fsyncgate", PostgreSQL 2018).
 */
export class FileJournal implements Journal {
  writtenThrough: number
  syncedThrough: number
  readonly #parts: FileJournalParts
  #file = -1
  #bytes = 0
  #scratch = Buffer.allocUnsafe(1 << 16)
  #hasFailed = false
  #isShort = false
  #isSyncing = false
  /** When the first record that is not durable was written. */
  #waitsSince = 0
  #timer: NodeJS.Timeout | undefined
  #reserveTimer: NodeJS.Timeout | undefined

  /** @throws the system's error when the first segment cannot be made */
  constructor(parts: FileJournalParts) {
    this.#parts = parts
    this.writtenThrough = parts.lastSequence
    this.syncedThrough = parts.lastSequence
    this.#isShort = !parts.reserve.isThere
    if (this.#isShort) this.#awaitSpace()
    this.#openSegment()
  }

  /** True while the reserve is given away. */
  get isShort(): boolean {
    return this.#isShort
  }

  /** True while the disk is slow: what was written waits for it, and the loss of power would take more than is borne. */
  get isLagging(): boolean {
    return this.syncedThrough < this.writtenThrough && this.#parts.now() - this.#waitsSince > LAG_MAX
  }

  append(kind: number, payload: string): Result<number, JournalFault> {
    if (this.#hasFailed) return refuse('failed')
    const size = recordBytes(payload.length)
    if (size > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(size * 2)
    const record = { sequence: this.writtenThrough + 1, kind, payload }
    encodeRecord(this.#scratch, 0, record, this.syncedThrough, crc32)
    const fault = this.#write(size)
    if (fault !== undefined) return refuse(fault)
    if (this.syncedThrough === this.writtenThrough) this.#waitsSince = this.#parts.now()
    this.writtenThrough++
    this.#timer ??= setTimeout(() => this.#syncSoon(), SYNC_MILLISECONDS)
    return ok(this.writtenThrough)
  }

  sync(): Result<number, JournalFault> {
    if (this.#hasFailed) return refuse('failed')
    try {
      if (this.syncedThrough !== this.writtenThrough) this.#parts.files.datasync(this.#file)
    } catch (cause) {
      return refuse(this.#fail('cannot be made durable', cause))
    }
    this.syncedThrough = this.writtenThrough
    return ok(this.syncedThrough)
  }

  saveSnapshot(state: string): Result<number, JournalFault> {
    const synced = this.sync()
    if (!synced.ok) return synced
    const { files, directory } = this.#parts
    try {
      writeSnapshot(files, directory, { through: this.writtenThrough, state })
      this.#tidyUp()
    } catch (cause) {
      // The records are there all the same: a snapshot only saves time.
      if (isFull(cause)) return refuse('full')
      return refuse(this.#fail('cannot keep a snapshot', cause))
    }
    return ok(this.writtenThrough)
  }

  /** Makes everything durable and lets go of the files. */
  close(): void {
    clearTimeout(this.#timer)
    clearInterval(this.#reserveTimer)
    if (this.#file < 0) return
    this.sync()
    this.#parts.files.close(this.#file)
    this.#file = -1
    this.#hasFailed = true
    this.#parts.unlock()
  }

  /** Writes the record in the scratch buffer. Whatever happens, the segment then ends with a whole record or is closed. */
  #write(size: number): JournalFault | undefined {
    for (;;)
      try {
        if (this.#bytes + size > this.#parts.segmentBytes) this.#rotate()
        writeAll(this.#parts.files, this.#file, this.#scratch, size, this.#bytes)
        this.#bytes += size
        return undefined
      } catch (cause) {
        if (this.#hasFailed) return 'failed'
        if (!isFull(cause)) return this.#fail('cannot be written', cause)
        if (!this.#cutBack()) return 'failed'
        if (!this.#parts.reserve.release()) return 'full'
        this.#isShort = true
        this.#awaitSpace()
      }
  }

  /** Takes back what a full disk took of a record. */
  #cutBack(): boolean {
    try {
      this.#parts.files.truncate(this.#file, this.#bytes)
      return true
    } catch (cause) {
      this.#fail('cannot be cut back to its last whole record', cause)
      return false
    }
  }

  #rotate(): void {
    const synced = this.sync()
    if (!synced.ok) throw new Error('the old segment is not durable')
    const old = this.#file
    this.#openSegment()
    this.#parts.files.close(old)
  }

  #openSegment(): void {
    const { files, directory, epoch } = this.#parts
    const firstSequence = this.writtenThrough + 1
    const header = encodeJournalHeader({ firstSequence, epoch }, crc32)
    const path = join(directory, segmentName(firstSequence, epoch))
    const file = files.open(path, 'wx', 0o600)
    try {
      writeAll(files, file, header, header.length, 0)
      files.sync(file)
      syncDirectory(files, directory)
    } catch (cause) {
      files.close(file)
      files.remove(path)
      throw cause
    }
    this.#file = file
    this.#bytes = header.length
  }

  #syncSoon(): void {
    this.#timer = undefined
    if (this.#isSyncing || this.#hasFailed) return
    this.#isSyncing = true
    const through = this.writtenThrough
    const file = this.#file
    const askedAt = this.#parts.now()
    this.#parts.files.datasyncSoon(file, cause => {
      this.#isSyncing = false
      // A segment that was rotated away meanwhile was made durable before it was closed.
      if (this.#hasFailed || file !== this.#file) return
      if (cause !== null) {
        this.#fail('cannot be made durable', cause)
        return
      }
      this.syncedThrough = Math.max(this.syncedThrough, through)
      this.#waitsSince = askedAt // What was written since.
      if (this.writtenThrough > through) this.#timer ??= setTimeout(() => this.#syncSoon(), SYNC_MILLISECONDS)
    })
  }

  #awaitSpace(): void {
    this.#reserveTimer ??= setInterval(() => {
      if (this.#hasFailed || !this.#parts.reserve.take()) return
      clearInterval(this.#reserveTimer)
      this.#reserveTimer = undefined
      this.#isShort = false
    }, RESERVE_MILLISECONDS).unref()
  }

  #fail(what: string, cause: unknown): 'failed' {
    if (!this.#hasFailed) {
      this.#hasFailed = true
      const words = `the journal in ${this.#parts.directory} ${what} (${codeOf(cause)})`
      this.#parts.onFailure(`${words}: trading ends here; start again when the disk is sound, nothing is lost by that`)
    }
    return 'failed'
  }

  /** Removes what two snapshots make unnecessary, and moves what was quarantined aside. */
  #tidyUp(): void {
    const { files, directory, quarantined } = this.#parts
    for (const name of quarantined)
      if (files.list(directory).includes(name))
        files.rename(join(directory, name), join(directory, `${name}.quarantined`))
    const names = files.list(directory).sort()
    const snapshots = names.flatMap(name => snapshotSequence(name) ?? [])
    const kept = snapshots.slice(-SNAPSHOTS_KEPT)
    for (const name of names) {
      const through = snapshotSequence(name)
      if (through !== undefined && !kept.includes(through)) files.remove(join(directory, name))
    }
    if (kept.length < SNAPSHOTS_KEPT) return
    const segments = names.filter(name => sequenceOfSegment(name) !== undefined && !quarantined.includes(name))
    for (const [at, name] of segments.entries()) {
      const next = segments[at + 1]
      if (next === undefined || sequenceOfSegment(next)! > kept[0]! + 1) break
      files.remove(join(directory, name))
    }
  }
}

const isFull = (cause: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(codeOf(cause))
