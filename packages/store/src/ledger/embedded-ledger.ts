import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '@velocimex/core/assert'
import type { Clock } from '@velocimex/core/clock/clock'
import type { Account, AccountRequest } from '@velocimex/core/ledger/account'
import type { AccountResult } from '@velocimex/core/ledger/account-status'
import { Ledger } from '@velocimex/core/ledger/ledger'
import type { AccountFilter, AccountQuery, TransferFilter } from '@velocimex/core/ledger/ledger-filter'
import type { AccountBalance } from '@velocimex/core/ledger/ledger-state'
import type { LedgerStore } from '@velocimex/core/ledger/ledger-store'
import { MemoryLedgerStore } from '@velocimex/core/ledger/memory-ledger-store'
import type { Transfer, TransferRequest } from '@velocimex/core/ledger/transfer'
import type { TransferResult } from '@velocimex/core/ledger/transfer-status'
import { BLOCK_HEAD_BYTES, BlockFile, type BlockFileOpening } from '../file/block-file.ts'
import { holdLock, type Lock } from '../file/process-lock.ts'
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
}

/** The journal of a ledger could not be written: what was given since is lost, and the process must recover. */
export class LedgerHalted extends Error {}

const WAITING_BYTES_MAX = 64 * 1024 * 1024

/**
 * A durable ledger without a server: the rules in memory, everything that took effect in a journal. A batch is answered
 * when the journal is on the disk; while one write is under way the next batches gather, and share one sync.
 *
 * Recovery replays the journal's effects. Nothing is judged twice, so a newer version with other rules recovers the same.
 */
export class EmbeddedLedger implements LedgerStore {
  readonly #memory: MemoryLedgerStore
  readonly #file: BlockFile
  readonly #lock: Lock
  readonly #writer: LedgerRecordWriter
  readonly #waitingBytesMax: number
  #group: Promise<void> | undefined
  #next: Promise<void> | undefined
  #failure: LedgerHalted | undefined

  private constructor(memory: MemoryLedgerStore, file: BlockFile, lock: Lock, writer: LedgerRecordWriter, max: number) {
    this.#memory = memory
    this.#file = file
    this.#lock = lock
    this.#writer = writer
    this.#waitingBytesMax = max
  }

  /**
   * Recovers what the directory holds, or starts an empty ledger.
   * @throws DamagedFile, or an Error that says which process holds the ledger
   */
  static async open(options: EmbeddedLedgerOptions): Promise<{ ledger: EmbeddedLedger; opening: BlockFileOpening }> {
    const { directory, clock, mustSync = true, waitingBytesMax = WAITING_BYTES_MAX } = options
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const lock = holdLock(join(directory, 'ledger.lock'))
    try {
      const writer = new LedgerRecordWriter(BLOCK_HEAD_BYTES)
      const core = new Ledger({
        onAccounts: accounts => {
          for (const account of accounts) writer.account(account)
        },
        onPosting: transfers => {
          for (const transfer of transfers) writer.transfer(transfer)
        },
        onExpired: (pending, timestamp) => writer.expired(pending.id, timestamp),
        onFailed: ids => {
          for (const id of ids) writer.failed(id)
        },
      })
      const { file, opening } = await BlockFile.open(
        join(directory, 'ledger.journal'),
        payload => void readLedgerRecords(payload, core.restore),
        mustSync,
      )
      const memory = new MemoryLedgerStore(clock, core)
      return { ledger: new EmbeddedLedger(memory, file, lock, writer, waitingBytesMax), opening }
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** The rules and balances in memory; what it shows may be some milliseconds ahead of the disk. */
  get ledger(): Ledger {
    return this.#memory.ledger
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
  }
}
