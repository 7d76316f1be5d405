import type { SqlDatabase } from '../sql/sql-database.ts'
import { TABLES } from '../sql/tables.ts'
import type { CauseBook } from './cause-book.ts'

/** A book of causes in a relational database, beside a TigerBeetle cluster. */
export class SqlCauseBook implements CauseBook {
  readonly #database: SqlDatabase

  /** @param database that `migrate` has brought to this version */
  constructor(database: SqlDatabase) {
    this.#database = database
  }

  async remember(causes: ReadonlyMap<bigint, string>): Promise<void> {
    const rows = [...causes].map(([id, cause]) => ({ id, cause }))
    await this.#database.insert(TABLES.ledger_causes, rows, 'keep')
  }

  async recall(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, string>> {
    if (ids.length === 0) return new Map()
    const marks = ids.map(() => '?').join(', ')
    const sql = `SELECT id, cause FROM ledger_causes WHERE id IN (${marks})`
    const rows = await this.#database.run(sql, ids.map(String))
    return new Map(rows.map(({ id, cause }) => [BigInt(id as string), String(cause)]))
  }
}
