import { join } from 'node:path'
import type { SpoolTarget } from '@velocimex/store/spool/spooled-writer'
import { migrate } from '@velocimex/store/sql/migrate'
import type { SqlDatabase } from '@velocimex/store/sql/sql-database'
import { SqliteDatabase } from '@velocimex/store/sql/sqlite-database'
import type { StoreRecord } from '@velocimex/store/sql/tables'
import { type SpoolMark, TradingStore } from '@velocimex/store/sql/trading-store'

const FILE = 'velocimex.sqlite'

/** Path of the database of a folder, when no server was named. */
export const databasePath = (directory: string): string => join(directory, FILE)

/**
 * The database of a folder: a file in it, or the server that an address names.
 * @param address `postgres://user:password@host:5432/database`; undefined for the file
 * @throws Error when the address is of another kind
 */
export async function openDatabase(directory: string, address?: string): Promise<SqlDatabase> {
  if (address === undefined) return new SqliteDatabase(databasePath(directory))
  checkAddress(address)
  // Its driver is loaded only by those who have a server.
  const { PostgresDatabase } = await import('@velocimex/store/sql/postgres-database')
  return new PostgresDatabase({ url: address })
}

/** @throws Error when an address is none that we can reach a database by; its secrets are not repeated */
export function checkAddress(address: string): void {
  if (!/^postgres(ql)?:\/\/./.test(address))
    throw new Error(
      '--database must be postgres://user:password@host:5432/database; without it a file in --dir is used',
    )
}

/**
 * A store whose database may not be there yet: it is opened and brought to this version at the first question, and at
 * the next one when that failed.
 */
export class LateStore implements SpoolTarget {
  readonly #open: () => Promise<SqlDatabase>
  readonly #now: () => number
  #database: SqlDatabase | undefined
  #opening: Promise<TradingStore> | undefined

  /** @param now microseconds since 1970 */
  constructor(open: () => Promise<SqlDatabase>, now: () => number) {
    this.#open = open
    this.#now = now
  }

  async append(records: readonly StoreRecord[], mark: SpoolMark): Promise<void> {
    await (await this.store()).append(records, mark)
  }

  async drained(spool: string): Promise<number> {
    return (await this.store()).drained(spool)
  }

  /** The store behind it. @throws Error with the database's words while it cannot be had */
  store(): Promise<TradingStore> {
    this.#opening ??= this.#begin().catch(error => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => {})
    await this.#database?.close()
  }

  async #begin(): Promise<TradingStore> {
    this.#database ??= await this.#open()
    await migrate(this.#database, this.#now())
    return new TradingStore(this.#database)
  }
}
