import type { Account } from '@velocimex/core/ledger/account'
import type { Ledger } from '@velocimex/core/ledger/ledger'
import type { Transfer } from '@velocimex/core/ledger/transfer'
import type { SqlDatabase } from '../sql/sql-database.ts'
import { TABLES, type TableRow } from '../sql/tables.ts'

/** Transfers of one transaction: some milliseconds of SQLite. */
const BATCH = 1_000

/**
 * Keeps the tables `ledger_accounts` and `ledger_transfers` of a database behind a ledger, for questions in SQL. How far
 * it is stands in the same transaction, so nothing is copied twice and nothing left out, whoever dies when.
 */
export class LedgerCopy {
  readonly #ledger: Ledger
  readonly #database: SqlDatabase
  readonly #name: string
  #rest: IterableIterator<Transfer> | undefined
  #copied = 0

  /** @param database that `migrate` has brought to this version @param name of the copy's mark, one a ledger */
  constructor(ledger: Ledger, database: SqlDatabase, name: string) {
    this.#ledger = ledger
    this.#database = database
    this.#name = `ledger ${name}`
  }

  /** Transfers that are not in the database yet. */
  get behind(): number {
    return this.#ledger.transferCount - this.#copied
  }

  /**
   * Copies the next transfers, at most a thousand, and the present balances. False when there was nothing to copy.
   * @throws SqlFault: nothing was copied; ask again later
   */
  async step(): Promise<boolean> {
    this.#rest ??= await this.#find()
    if (this.behind === 0) return false
    const transfers: Transfer[] = []
    // The iterator goes on with what is booked later, but only while it was never asked beyond the end.
    while (transfers.length < BATCH && transfers.length < this.behind) transfers.push(this.#rest.next().value!)
    const accounts = this.#ledger.accounts.map(accountRow)
    const sequence = this.#copied + transfers.length
    try {
      await this.#database.transaction(async session => {
        await session.insert(TABLES.ledger_transfers, transfers.map(transferRow), 'keep')
        await session.insert(TABLES.ledger_accounts, accounts, 'replace')
        await session.insert(TABLES.spool_marks, [{ spool: this.#name, sequence }], 'replace')
      })
    } catch (error) {
      this.#rest = undefined
      throw error
    }
    this.#copied = sequence
    return true
  }

  /** Finds the first transfer that the database does not have. */
  async #find(): Promise<IterableIterator<Transfer>> {
    const sql = 'SELECT sequence FROM spool_marks WHERE spool = ?'
    const [mark] = await this.#database.run(sql, [this.#name])
    const copied = Number(mark?.['sequence'] ?? 0)
    if (copied > this.#ledger.transferCount)
      throw new Error(
        `the database has ${copied} transfers of this ledger, the journal ${this.#ledger.transferCount}: ` +
          'the journal is an old copy; restore the newer one, or move the database away to have it made anew',
      )
    const rest = this.#ledger.transfers
    for (let skipped = 0; skipped < copied; skipped++) rest.next()
    this.#copied = copied
    return rest
  }
}

const accountRow = (account: Account): TableRow<'ledger_accounts'> => ({
  id: account.id,
  ledger: account.ledger,
  code: account.code,
  flags: account.flags,
  debits_pending: account.debitsPending,
  debits_posted: account.debitsPosted,
  credits_pending: account.creditsPending,
  credits_posted: account.creditsPosted,
  timestamp: account.timestamp,
})

const transferRow = (transfer: Transfer): TableRow<'ledger_transfers'> => ({
  id: transfer.id,
  debit: transfer.debit,
  credit: transfer.credit,
  amount: transfer.amount,
  pending_id: transfer.pendingId,
  cause: transfer.cause,
  at: transfer.at,
  tag: transfer.tag,
  timeout: transfer.timeout,
  ledger: transfer.ledger,
  code: transfer.code,
  flags: transfer.flags,
  timestamp: transfer.timestamp,
})
