import { join } from 'node:path'
import type { Instrument } from '@velocimex/core/market/instrument'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { Repeats } from '@velocimex/host/net/repeats'
import type { Timers } from '@velocimex/host/net/timers'
import { SpooledWriter, type SpoolState } from '@velocimex/store/spool/spooled-writer'
import type { StoreRecord } from '@velocimex/store/sql/tables'
import { saveInstruments } from './account-instruments.ts'
import type { LiveAccount } from './live-account.ts'
import { accountRecords, alertRecord, fillRecord, orderRecord, refusalRecord } from './store-records.ts'
import { StoreThread } from './store-thread.ts'

const SNAPSHOT_MS = 5_000
/** Refusals and alerts of one account that are kept of one second; strategies may be refused at every event. */
const NOISE_PER_SECOND = 20
const RESTORED_CHUNK = 1_000

/** What the records of a running trader go through. */
export interface StoreWriterOptions {
  /** Folder of the trader: the spool lies in it, and the database unless an address is given. */
  readonly directory: string
  readonly address?: string
  readonly timers: Timers
}

/**
 * Keeps what live accounts do in a database. Callers never wait: records go to a spool on disk and from there in order
 * to the database, once, whether it is there now or only tomorrow.
 */
export class StoreWriter {
  readonly #thread: StoreThread
  readonly #directory: string
  readonly #spool: SpooledWriter
  readonly #timers: Timers
  readonly #repeats: Repeats
  readonly #accounts: (() => StoreRecord[])[] = []

  private constructor(directory: string, thread: StoreThread, spool: SpooledWriter, timers: Timers) {
    this.#directory = directory
    this.#thread = thread
    this.#spool = spool
    this.#timers = timers
    this.#repeats = new Repeats(timers)
    this.#repeats.every(SNAPSHOT_MS, () => this.snapshot())
  }

  /** Opens the spool. The database need not be there. @throws Error when the folder or the address cannot be used */
  static async open({ directory, address, timers }: StoreWriterOptions): Promise<StoreWriter> {
    const thread = new StoreThread(address === undefined ? { directory } : { directory, address })
    const spool = await SpooledWriter.open({ directory: join(directory, 'spool'), target: thread })
    return new StoreWriter(directory, thread, spool, timers)
  }

  /** How far the database is behind, and why. */
  get state(): SpoolState {
    return this.#spool.state
  }

  write(records: readonly StoreRecord[]): void {
    this.#spool.write(records)
  }

  /** The records of one account, whose folder bears its name. @param instruments that it trades, by index */
  account(name: string, instruments: readonly Instrument[]): AccountRecords {
    saveInstruments(join(this.#directory, name), instruments)
    return new AccountRecords(name, instruments, this.#timers, records => this.write(records))
  }

  /**
   * Takes a running account in: every fill that its journal keeps goes to the database once more, which keeps one of each.
   * A process that was killed between the journal and the spool thus leaves nothing out.
   */
  async follow(name: string, account: LiveAccount): Promise<void> {
    const { instruments, journal } = account
    const { books } = journal
    this.#accounts.push(() => {
      account.guards.set('database_unavailable', this.state.fault !== '')
      return accountRecords(name, books, instruments, this.#timers.now())
    })
    const portfolio = journal.fills.portfolioBefore()
    const records = journal.fills.recent.map(fill =>
      fillRecord(name, instruments.at(fill.instrument), fill, portfolio.apply(fill)),
    )
    for (let first = 0; first < records.length; first += RESTORED_CHUNK) {
      this.write(records.slice(first, first + RESTORED_CHUNK))
      await this.#spool.flushed()
    }
  }

  /** Fulfilled when all that was written is in the database. */
  idle(): Promise<void> {
    return this.#spool.idle()
  }

  /** Writes what every account holds now, and tells the accounts whether the database is there. */
  snapshot(): void {
    for (const recordsOf of this.#accounts) this.write(recordsOf())
  }

  /** Brings what was written to the disk, and to the database if that takes no longer than some milliseconds. */
  async close(waitMs = 2_000): Promise<void> {
    this.#repeats.stop()
    this.snapshot()
    await Promise.race([this.#spool.idle(), new Promise<void>(done => this.#timers.after(waitMs, done))])
    await this.#spool.close()
    await this.#thread.close()
  }
}

/** Turns what one account tells into records. */
export class AccountRecords {
  readonly #name: string
  readonly #instruments: InstrumentTable
  readonly #timers: Timers
  readonly #write: (records: readonly StoreRecord[]) => void
  #second = 0
  #inSecond = 0

  constructor(
    name: string,
    instruments: readonly Instrument[],
    timers: Timers,
    write: (records: readonly StoreRecord[]) => void,
  ) {
    this.#name = name
    this.#instruments = new InstrumentTable(instruments)
    this.#timers = timers
    this.#write = write
  }

  /** @param realised booked units that the fill realised */
  onFill(fill: Fill, realised: bigint): void {
    this.#write([fillRecord(this.#name, this.#instruments.at(fill.instrument), fill, realised)])
  }

  onOrderUpdate(order: OrderView): void {
    this.#write([orderRecord(this.#name, this.#instruments.at(order.request.instrument), order)])
  }

  onRefusal(request: OrderRequest, reason: string): void {
    const at = this.#timers.now()
    const no = this.#noise(at)
    if (no === undefined) return
    this.#write([refusalRecord(this.#name, this.#instruments.at(request.instrument), request, reason, at, no)])
  }

  onAlert(words: string): void {
    const at = this.#timers.now()
    const no = this.#noise(at)
    if (no !== undefined) this.#write([alertRecord(this.#name, words, at, no)])
  }

  /** Number within its second of something that may come in any number; undefined when that second has had enough. */
  #noise(at: number): number | undefined {
    const second = Math.floor(at / 1e6)
    if (second !== this.#second) this.#inSecond = 0
    this.#second = second
    return this.#inSecond < NOISE_PER_SECOND ? this.#inSecond++ : undefined
  }
}
