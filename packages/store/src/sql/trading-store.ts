import { assert } from '@velocimex/core/assert'
import { createPartition, dropPartitions, type Month, monthOf } from './month-partitions.ts'
import { quoted, type SqlDatabase, type SqlRow, type SqlSession } from './sql-database.ts'
import { decodeRow, type SqlValue, type Table } from './table.ts'
import { type StoreRecord, TABLES, type TableName, type TableRow } from './tables.ts'

/** Where a spool stands: its own name, and the number of its last record that is in the database. */
export interface SpoolMark {
  readonly spool: string
  readonly sequence: number
}

/** Which rows of a series: instants in microseconds, `from` included, `to` not; at most `limit`. */
export interface SeriesQuery {
  readonly from: number
  readonly to: number
  /** Only rows whose columns have these values. */
  readonly where?: Readonly<Record<string, SqlValue>>
  /** At most 100,000. */
  readonly limit: number
  /** The latest first. */
  readonly reversed?: boolean
}

/** Tables whose rows are found by instant. */
export type SeriesName = {
  [Name in TableName]: (typeof TABLES)[Name]['columns'] extends { readonly timestamp: 'instant' } ? Name : never
}[TableName]

const ROWS_MAX = 100_000

/** The relational store of a trading platform: configuration, and what happened. The same on SQLite and PostgreSQL. */
export class TradingStore {
  readonly #database: SqlDatabase
  readonly #partitions = new Set<string>()

  /** @param database that `migrate` has brought to this version */
  constructor(database: SqlDatabase) {
    this.#database = database
  }

  /**
   * Writes records in one transaction, and how far their spool now is. A row whose key is there already is left as it
   * is: what happened does not change.
   */
  async append(records: readonly StoreRecord[], mark?: SpoolMark): Promise<void> {
    const byTable = new Map<TableName, SqlRow[]>()
    for (const { table, row } of records) {
      const rows = byTable.get(table)
      if (rows === undefined) byTable.set(table, [row])
      else rows.push(row)
    }
    const made: string[] = []
    await this.#database.transaction(async session => {
      for (const [name, rows] of byTable) {
        if (this.#database.dialect === 'postgres') made.push(...(await this.#makePartitions(session, name, rows)))
        await session.insert(TABLES[name], rows, 'keep')
      }
      if (mark !== undefined) await session.insert(TABLES.spool_marks, [{ ...mark }], 'replace')
    })
    for (const partition of made) this.#partitions.add(partition)
  }

  /** How far a spool has been drained; -1 if nothing of it is here. */
  async drained(spool: string): Promise<number> {
    const [row] = await this.#database.run('SELECT sequence FROM spool_marks WHERE spool = ?', [spool])
    return row === undefined ? -1 : Number(row['sequence'])
  }

  /** Writes a row of configuration, in place of the one with the same key. */
  async put<Name extends TableName>(name: Name, row: TableRow<Name>): Promise<void> {
    await this.#database.insert(TABLES[name], [row], 'replace')
  }

  /** Every row of a table of configuration, by key; at most 100,000. */
  async all<Name extends TableName>(name: Name): Promise<TableRow<Name>[]> {
    const table: Table = TABLES[name]
    const order = table.key.map(quoted).join(', ')
    const rows = await this.#database.run(`SELECT * FROM ${name} ORDER BY ${order} LIMIT ${ROWS_MAX}`)
    return rows.map(row => decodeRow(table, row) as TableRow<Name>)
  }

  /** The whole audit log by number, some thousand rows at a time: for `verifyAudit`. */
  async *audit(): AsyncGenerator<TableRow<'audit_log'>> {
    for (let next = 0, isEnd = false; !isEnd; ) {
      const rows = await this.#database.run('SELECT * FROM audit_log WHERE seq >= ? ORDER BY seq LIMIT 5000', [next])
      for (const row of rows) yield decodeRow(TABLES.audit_log, row)
      isEnd = rows.length === 0
      next = Number(rows.at(-1)?.['seq'] ?? 0) + 1
    }
  }

  /** Removes the row of a key; false if there was none. */
  async remove<Name extends TableName>(name: Name, key: readonly SqlValue[]): Promise<boolean> {
    const table: Table = TABLES[name]
    assert(key.length === table.key.length, 'a key has all its parts', key.length)
    const where = table.key.map(column => `${quoted(column)} = ?`).join(' AND ')
    const rows = await this.#database.run(`DELETE FROM ${name} WHERE ${where} RETURNING 1 AS gone`, key)
    return rows.length > 0
  }

  /** Rows of a series between two instants, in their order. */
  async read<Name extends SeriesName>(name: Name, query: SeriesQuery): Promise<TableRow<Name>[]> {
    const table: Table = TABLES[name]
    const { from, to, where = {}, limit, reversed = false } = query
    const unknown = Object.keys(where).find(column => !(column in table.columns))
    if (unknown !== undefined) throw new TypeError(`${name} has no column ${unknown}`)
    const conditions = ['timestamp >= ?', 'timestamp < ?', ...Object.keys(where).map(column => `${quoted(column)} = ?`)]
    const keys = ['timestamp', ...table.key.filter(column => column !== 'timestamp')]
    const order = keys.map(column => `${quoted(column)}${reversed ? ' DESC' : ''}`).join(', ')
    const rows = await this.#database.run(
      `SELECT * FROM ${name} WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ?`,
      [from, to, ...Object.values(where), Math.min(limit, ROWS_MAX)],
    )
    return rows.map(row => decodeRow(table, row) as TableRow<Name>)
  }

  /**
   * Lets go of what is older than an instant: on PostgreSQL whole months, on SQLite single rows.
   * @throws SqlFault for what is kept for ever by the database's own rule
   */
  async dropBefore(name: SeriesName, instant: number): Promise<void> {
    if (this.#database.dialect === 'sqlite' || !TABLES[name].isPartitioned) {
      await this.#database.run(`DELETE FROM ${name} WHERE timestamp < ?`, [instant])
      return
    }
    const dropped = await this.#database.transaction(session => dropPartitions(session, TABLES[name], instant))
    for (const partition of dropped) this.#partitions.delete(partition)
  }

  /** Whether the database answers. @throws SqlFault with its words when it does not */
  async ping(): Promise<void> {
    await this.#database.run('SELECT 1 AS one')
  }

  /** Months that rows fall into and that have no partition yet. Returns the names of those that it made. */
  async #makePartitions(session: SqlSession, name: TableName, rows: readonly SqlRow[]): Promise<string[]> {
    const table: Table = TABLES[name]
    if (!table.isPartitioned) return []
    const months = new Map<string, Month>()
    for (const { timestamp } of rows) {
      if (!Number.isSafeInteger(timestamp)) continue // The insert refuses it by name.
      const month = monthOf(timestamp as number)
      if (!this.#partitions.has(`${name}_${month.name}`)) months.set(`${name}_${month.name}`, month)
    }
    for (const month of months.values()) await createPartition(session, table, month)
    return [...months.keys()]
  }
}
