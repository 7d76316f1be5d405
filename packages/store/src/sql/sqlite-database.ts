import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { makeFolder } from '@velocimex/host/files/make-folder'
import {
  insertHead,
  insertTail,
  type OnConflict,
  type SqlDatabase,
  SqlFault,
  type SqlRow,
  type SqlSession,
} from './sql-database.ts'
import { encodeRow, type SqlValue, type Table } from './table.ts'

const STATEMENTS_MAX = 100
/** SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG. */
const REJECTED = new Set([19, 20, 25, 18])

/** A database in one file, by the SQLite that is built into Node. Every statement runs on the calling thread. */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = 'sqlite'
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  #last: Promise<unknown> = Promise.resolve()

  /** @param path of the file, made if it is not there; `:memory:` forgets everything */
  constructor(path: string) {
    if (path !== ':memory:') makeFolder(dirname(path))
    this.#database = new DatabaseSync(path, { timeout: 1_000 })
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return this.#alone(async () => this.#run(sql, values))
  }

  insert(table: Table, rows: readonly SqlRow[], onConflict: OnConflict): Promise<void> {
    return this.transaction(session => session.insert(table, rows, onConflict))
  }

  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      this.#run('BEGIN IMMEDIATE', [])
      try {
        const result = await work({
          run: async (sql, values = []) => this.#run(sql, values),
          insert: async (table, rows, onConflict) => this.#insert(table, rows, onConflict),
        })
        this.#run('COMMIT', [])
        return result
      } catch (error) {
        // Some faults (a full disk) have ended the transaction already.
        if (this.#database.isTransaction) this.#run('ROLLBACK', [])
        throw error
      }
    })
  }

  async close(): Promise<void> {
    await this.#alone(async () => {
      this.#statements.clear()
      this.#database.close()
    })
  }

  /** One piece of work after the other: a transaction must not see another's statements inside. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work)
    this.#last = turn.catch(() => {})
    return turn
  }

  #run(sql: string, values: readonly SqlValue[]): readonly SqlRow[] {
    return this.#guarded(() => this.#prepare(sql).all(...(values as Exclude<SqlValue, boolean>[])))
  }

  #insert(table: Table, rows: readonly SqlRow[], onConflict: OnConflict): void {
    const encoded = rows.map(row => encodeRow(table, row, 'sqlite') as Exclude<SqlValue, boolean>[])
    const marks = Object.keys(table.columns).map(() => '?')
    const sql = `${insertHead(table)} VALUES (${marks.join(', ')}) ${insertTail(table, onConflict)}`
    this.#guarded(() => {
      const statement = this.#prepare(sql)
      for (const values of encoded) statement.run(...values)
    })
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear()
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #guarded<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      const code = (error as { errcode?: number }).errcode
      throw new SqlFault(code !== undefined && REJECTED.has(code & 0xff) ? 'rejected' : 'unavailable', error)
    }
  }
}
