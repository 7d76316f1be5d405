import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { assert } from '@velocimex/core/assert'
import type { Clock } from '@velocimex/core/clock/clock'
import type { Account, AccountRequest } from '@velocimex/core/ledger/account'
import type { AccountResult } from '@velocimex/core/ledger/account-status'
import { Ledger, type LedgerSink } from '@velocimex/core/ledger/ledger'
import type { AccountFilter, AccountQuery, TransferFilter } from '@velocimex/core/ledger/ledger-filter'
import type { AccountBalance } from '@velocimex/core/ledger/ledger-state'
import type { LedgerStore } from '@velocimex/core/ledger/ledger-store'
import { MemoryLedgerStore } from '@velocimex/core/ledger/memory-ledger-store'
import type { Transfer, TransferRequest } from '@velocimex/core/ledger/transfer'
import type { TransferResult } from '@velocimex/core/ledger/transfer-status'
import { makeFolder } from '@velocimex/host/files/make-folder'
import { BLOCK_HEAD_BYTES, BlockFile, type BlockFileOpening } from '../file/block-file.ts'
import { holdLock, type Lock } from '../file/process-lock.ts'
import { migrate } from '../sql/migrate.ts'
import type { SqlDatabase } from '../sql/sql-database.ts'
import { SqliteDatabase } from '../sql/sqlite-database.ts'
import { LedgerCopy } from './ledger-copy.ts'
import { LedgerRecordWriter, readLedgerRecords } from './ledger-records.ts'

/** How an embedded ledger is kept. */
export interface EmbeddedLedgerOptions {
  /** Made if it is not there; one process at a time. */
  readonly directory: string
  readonly clock: Clock
  /** False leaves the sync to the operating system: a killed process loses nothing, a power cut may. */
  readonly mustSync?: boolean
  /** Bytes that may wait for the disk; beyond it batches are refused before they take effect. */
  readonly waitingBytesMax?: number
  /** Whether `ledger.sqlite` beside the journal follows it, for questions in SQL; it does unless told. */
  readonly hasCopy?: boolean
  /** Told what takes effect, after it went on its way to the disk; nothing of what is recovered. */
  readonly sink?: LedgerSink
}

/** The journal of a ledger could not be written: what was given since is lost, and the process must recover. */
export class LedgerHalted extends Error {}

const WAITING_BYTES_MAX = 64 * 1024 * 1024
/** The copy waits until the ledger has been quiet so long; then it takes a step, and looks again. */
const QUIET_MS = 20
/** Transfers that the copy may be behind before it asks for its share of a busy ledger. */
const BEHIND_MAX = 500_000

/**
 * A durable ledger without a server: the rules in memory, everything that took effect in a journal, and an SQLite file
 * that follows it for questions. A batch is answered when the journal is on the disk; while one write is under way the
 * next batches gather, and share one sync.
 *
 * Recovery replays the journal's effects. Nothing is judged twice, so a newer version with other rules recovers the same.
 */
export class EmbeddedLedger implements LedgerStore {
  readonly #memory: MemoryLedgerStore
  readonly #file: BlockFile
  readonly #lock: Lock
  readonly #writer: LedgerRecordWriter
  readonly #waitingBytesMax: number
  readonly #copy: LedgerCopy | undefined
  readonly #database: SqlDatabase | undefined
  readonly #stop = new AbortController()
  #copying: Promise<void> | undefined
  #copyFault = ''
  #group: Promise<void> | undefined
  #next: Promise<void> | undefined
  #failure: LedgerHalted | undefined

  private constructor(parts: {
    readonly memory: MemoryLedgerStore
    readonly file: BlockFile
    readonly lock: Lock
    readonly writer: LedgerRecordWriter
    readonly waitingBytesMax: number
    readonly database: SqlDatabase | undefined
  }) {
    this.#memory = parts.memory
    this.#file = parts.file
    this.#lock = parts.lock
    this.#writer = parts.writer
    this.#waitingBytesMax = parts.waitingBytesMax
    this.#database = parts.database
    if (parts.database !== undefined) this.#copy = new LedgerCopy(this.ledger, parts.database, 'embedded')
    this.#follow()
  }

  /**
   * Recovers what the directory holds, or starts an empty ledger.
   * @throws DamagedFile, or an Error that says which process holds the ledger
   */
  static async open(options: EmbeddedLedgerOptions): Promise<{ ledger: EmbeddedLedger; opening: BlockFileOpening }> {
    const { directory, clock, mustSync = true, waitingBytesMax = WAITING_BYTES_MAX, hasCopy = true } = options
    makeFolder(directory, 0o700)
    const lock = holdLock(join(directory, 'ledger.lock'))
    try {
      const writer = new LedgerRecordWriter(BLOCK_HEAD_BYTES)
      const core = new Ledger(journalSink(writer, options.sink))
      const { file, opening } = await BlockFile.open(
        join(directory, 'ledger.journal'),
        payload => void readLedgerRecords(payload, core.restore),
        mustSync,
      )
      const memory = new MemoryLedgerStore(clock, core)
      const database = hasCopy ? new SqliteDatabase(join(directory, 'ledger.sqlite')) : undefined
      if (database !== undefined) await migrate(database, clock.now())
      return { ledger: new EmbeddedLedger({ memory, file, lock, writer, waitingBytesMax, database }), opening }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** The rules and balances in memory; what it shows may be some milliseconds ahead of the disk. */
  get ledger(): Ledger {
    return this.#memory.ledger
  }

  /** Transfers that the SQLite file does not have yet, and why if not for lack of time. */
  get copy(): { readonly behind: number; readonly fault: string } {
    return { behind: this.#copy?.behind ?? 0, fault: this.#copyFault }
  }

  /** Fulfilled when all that took effect is on the disk; for those who book on `ledger` itself. @throws LedgerHalted */
  async durable(): Promise<void> {
    await this.#durable()
  }

  async createAccounts(requests: readonly AccountRequest[]): Promise<readonly AccountResult[]> {
    this.#checkAlive()
    const results = await this.#memory.createAccounts(requests)
    await this.#durable()
    return results
  }

  async createTransfers(requests: readonly TransferRequest[]): Promise<readonly TransferResult[]> {
    this.#checkAlive()
    const results = await this.#memory.createTransfers(requests)
    await this.#durable()
    return results
  }

  async lookupAccounts(ids: readonly bigint[]): Promise<readonly Account[]> {
    return this.#read(() => this.#memory.lookupAccounts(ids))
  }

  async lookupTransfers(ids: readonly bigint[]): Promise<readonly Transfer[]> {
    return this.#read(() => this.#memory.lookupTransfers(ids))
  }

  async accountTransfers(filter: AccountFilter): Promise<readonly Transfer[]> {
    return this.#read(() => this.#memory.accountTransfers(filter))
  }

  async accountBalances(filter: AccountFilter): Promise<readonly AccountBalance[]> {
    return this.#read(() => this.#memory.accountBalances(filter))
  }

  async queryAccounts(filter: AccountQuery): Promise<readonly Account[]> {
    return this.#read(() => this.#memory.queryAccounts(filter))
  }

  async queryTransfers(filter: TransferFilter): Promise<readonly Transfer[]> {
    return this.#read(() => this.#memory.queryTransfers(filter))
  }

  async close(): Promise<void> {
    try {
      await this.#durable()
    } finally {
      this.#stop.abort()
      await this.#copying
      await this.#database?.close()
      await this.#file.close()
      this.#lock.release()
    }
  }

  /** Answers are given once what they show is on the disk. */
  async #read<T>(ask: () => Promise<T>): Promise<T> {
    this.#checkAlive()
    const answer = await ask()
    await this.#durable()
    return answer
  }

  #checkAlive(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.#writer.length > this.#waitingBytesMax)
      throw new Error('the ledger waits for the disk: too much is unwritten; give the batch again later')
  }

  /** Fulfilled when everything that took effect until now is on the disk. */
  #durable(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#writer.length === 0) return this.#group ?? Promise.resolve()
    if (this.#group === undefined) {
      this.#group = this.#write()
      return this.#group
    }
    // A write is under way and has left without us; all who come meanwhile share the next one.
    this.#next ??= this.#group.then(() => {
      this.#next = undefined
      this.#group = this.#write()
      return this.#group
    })
    return this.#next
  }

  async #write(): Promise<void> {
    const block = this.#writer.take()
    assert(block.length > BLOCK_HEAD_BYTES, 'a block holds something', block.length)
    try {
      await this.#file.append(block)
    } catch (error) {
      this.#failure = new LedgerHalted(
        `${this.#file.path} could not be written: ${String(error)}; make room or repair the disk, then start again`,
      )
      throw this.#failure
    }
    if (this.#next === undefined) this.#group = undefined
    this.#follow()
  }

  /** Lets the copy catch up while the ledger is quiet. What is wrong with it is told, and harms nobody else. */
  #follow(): void {
    if (this.#copy === undefined) return
    this.#copying ??= this.#catchUp(this.#copy).finally(() => {
      this.#copying = undefined
    })
  }

  async #catchUp(copy: LedgerCopy): Promise<void> {
    const { signal } = this.#stop
    let pause = QUIET_MS
    while (!signal.aborted)
      try {
        const { sequence } = this.#file
        await delay(pause, undefined, { signal, ref: false }).catch(() => {})
        pause = QUIET_MS
        // Under load one step at most, and none while the copy is not far behind.
        const isQuiet = (): boolean => this.#group === undefined && this.#file.sequence === sequence
        if (!isQuiet() && copy.behind < BEHIND_MAX) continue
        do {
          if (signal.aborted) return
          if (await copy.step()) continue
          this.#copyFault = ''
          return
        } while (isQuiet())
      } catch (error) {
        this.#copyFault = String(error instanceof Error ? error.message : error)
        pause = 1_000
      }
  }
}

/** Writes what takes effect into a journal's buffer, then tells another. */
const journalSink = (writer: LedgerRecordWriter, sink: LedgerSink = {}): LedgerSink => ({
  onAccounts: accounts => {
    for (const account of accounts) writer.account(account)
    sink.onAccounts?.(accounts)
  },
  onPosting: transfers => {
    for (const transfer of transfers) writer.transfer(transfer)
    sink.onPosting?.(transfers)
  },
  onExpired: (pending, timestamp) => {
    writer.expired(pending.id, timestamp)
    sink.onExpired?.(pending, timestamp)
  },
  onFailed: ids => {
    for (const id of ids) writer.failed(id)
    sink.onFailed?.(ids)
  },
})
