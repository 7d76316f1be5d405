import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SqlFault } from '../sql/sql-database.ts'
import type { StoreRecord } from '../sql/tables.ts'
import type { SpoolMark } from '../sql/trading-store.ts'
import { SpoolQueue } from './spool-queue.ts'
import { readRecord, writeRecord } from './spool-record.ts'

/** What a spool is drained into: a `TradingStore`. */
export interface SpoolTarget {
  /** Rows and mark in one transaction. */
  append(records: readonly StoreRecord[], mark: SpoolMark): Promise<void>
  drained(spool: string): Promise<number>
}

/** How writes are spooled. */
export interface SpooledWriterOptions {
  /** The spool's own folder. */
  readonly directory: string
  readonly target: SpoolTarget
  /** Bytes on disk and on their way there; a record beyond it is not taken. 1 GB unless told. */
  readonly bytesMax?: number
  readonly segmentBytes?: number
  /** Waits between two tries; ends early when `signal` says so. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** A record that the database will never take: it went to `rejected.jsonl` in the folder. */
  readonly onRejected?: (record: StoreRecord, words: string) => void
}

/** How the writing goes. */
export interface SpoolState {
  /** Records that are not in the database yet. */
  readonly waiting: number
  readonly bytes: number
  /** Records that were not taken because the spool was full, and that the database refused, since the start. */
  readonly dropped: number
  readonly rejected: number
  /** Why nothing is drained at present; empty when all is well. */
  readonly fault: string
}

const BYTES_MAX = 1024 * 1024 * 1024
/** What may wait in memory for the disk, in characters. */
const MEMORY_BYTES_MAX = 64 * 1024 * 1024
const BATCH_BYTES = 512 * 1024
const BLOCK_LINES = 2_000

/**
 * Writes records to a database that may be away: every record goes to the spool on disk, and from there in order and
 * exactly once to the database, because the database keeps in the same transaction how far it has come. One way for good
 * times and bad, so the bad times need no code of their own.
 */
export class SpooledWriter {
  readonly #queue: SpoolQueue
  readonly #options: SpooledWriterOptions
  readonly #stop = new AbortController()
  readonly #bytesMax: number
  #lines: string[] = []
  #lineBytes = 0
  #flushing: Promise<void> | undefined
  #wake = Promise.withResolvers<void>()
  #drained = -1
  #dropped = 0
  #rejected = 0
  #fault = ''
  #draining: Promise<void>
  #idle: (() => void)[] = []

  private constructor(queue: SpoolQueue, options: SpooledWriterOptions) {
    this.#queue = queue
    this.#options = options
    this.#bytesMax = options.bytesMax ?? BYTES_MAX
    this.#draining = this.#drain()
  }

  /** Opens the spool and goes on draining what an earlier process left. The database need not be there. */
  static async open(options: SpooledWriterOptions): Promise<SpooledWriter> {
    return new SpooledWriter(await SpoolQueue.open(options.directory, options.segmentBytes), options)
  }

  get state(): SpoolState {
    const waiting = this.#queue.next + this.#lines.length - (this.#drained + 1)
    const bytes = this.#queue.bytes + this.#lineBytes
    return { waiting, bytes, dropped: this.#dropped, rejected: this.#rejected, fault: this.#fault }
  }

  /**
   * Takes records on their way; returns at once. All or none.
   * @returns false when the spool is full: they are lost, and counted
   * @throws TypeError when a record fits no table: our mistake
   */
  write(records: readonly StoreRecord[]): boolean {
    const lines = records.map(writeRecord)
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0)
    if (this.state.bytes + bytes > this.#bytesMax || this.#lineBytes + bytes > MEMORY_BYTES_MAX) {
      this.#dropped += records.length
      return false
    }
    this.#lines.push(...lines)
    this.#lineBytes += bytes
    this.#flushing ??= this.#flush()
    return true
  }

  /** Fulfilled when all that was taken is on the disk. @throws Error with the disk's words when it takes nothing */
  async flushed(): Promise<void> {
    if (this.#lines.length > 0) this.#flushing ??= this.#flush()
    await this.#flushing
    if (this.#lines.length > 0) throw new Error(this.#fault)
  }

  /** Fulfilled when all that was taken is in the database. */
  async idle(): Promise<void> {
    await this.flushed()
    if (this.state.waiting > 0) await new Promise<void>(resolve => this.#idle.push(resolve))
  }

  /** Brings what was taken to the disk and ends; what is not in the database yet goes there after the next start. */
  async close(): Promise<void> {
    try {
      await this.flushed()
    } finally {
      this.#stop.abort()
      this.#wake.resolve()
      await this.#draining
      await this.#queue.close()
    }
  }

  async #flush(): Promise<void> {
    try {
      while (this.#lines.length > 0) {
        const lines = this.#lines.slice(0, BLOCK_LINES)
        await this.#queue.append(lines)
        this.#lines.splice(0, lines.length)
        this.#lineBytes -= lines.reduce((sum, line) => sum + line.length + 1, 0)
        this.#wake.resolve()
      }
    } catch (error) {
      // The disk takes nothing: what waits in memory stays there, bounded, and the next write tries again.
      this.#fault = `the spool cannot be written: ${String(error)}`
    } finally {
      this.#flushing = undefined
    }
  }

  async #drain(): Promise<void> {
    const { wait = waitFor } = this.#options
    let pause = 100
    while (!this.#stop.signal.aborted)
      try {
        await this.#drainFrom(await this.#options.target.drained(this.#queue.name), () => {
          pause = 100
        })
        return
      } catch (error) {
        this.#fault = String(error instanceof Error ? error.message : error)
        await wait(pause, this.#stop.signal)
        pause = Math.min(2 * pause, 5_000)
      }
  }

  /** Drains until told to stop. @param drained number of the last line that the database has @param onProgress told often */
  async #drainFrom(drained: number, onProgress: () => void): Promise<void> {
    if (drained >= this.#queue.next)
      throw new Error(
        `the database has line ${drained} of spool ${this.#queue.name}, which here ends at ${this.#queue.next}: ` +
          'this folder is an old copy; move it away and start again',
      )
    this.#drained = drained
    let place = this.#queue.start
    while (!this.#stop.signal.aborted) {
      this.#wake = Promise.withResolvers()
      const { first, lines, next } = await this.#queue.read(place, BATCH_BYTES)
      const open = lines.slice(Math.max(0, this.#drained + 1 - first))
      if (open.length > 0) await this.#send(open, first + lines.length - open.length)
      place = next
      await this.#queue.release(place)
      this.#fault = ''
      onProgress()
      if (lines.length > 0) continue
      if (this.state.waiting <= 0) for (const resolve of this.#idle.splice(0)) resolve()
      if (this.#queue.next <= place.line) await this.#wake.promise
    }
  }

  /** Sends lines; when the database refuses them for good, halves find the one that is at fault. */
  async #send(lines: readonly string[], first: number): Promise<void> {
    const sequence = first + lines.length - 1
    const mark = { spool: this.#queue.name, sequence }
    const records = lines.map(readRecord)
    try {
      await this.#options.target.append(records, mark)
    } catch (error) {
      if (!(error instanceof TypeError || (error instanceof SqlFault && error.kind === 'rejected'))) throw error
      if (lines.length > 1) {
        const half = lines.length >> 1
        await this.#send(lines.slice(0, half), first)
        await this.#send(lines.slice(half), first + half)
        return
      }
      // Written down before the mark moves: after a crash in between it is there twice rather than nowhere.
      const words = JSON.stringify({ sequence, record: lines[0], words: error.message })
      await appendFile(join(this.#options.directory, 'rejected.jsonl'), `${words}\n`, { flush: true })
      await this.#options.target.append([], mark)
      this.#rejected++
      this.#options.onRejected?.(records[0]!, error.message)
    }
    this.#drained = sequence
  }
}

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => {})
}
