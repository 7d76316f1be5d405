import type { SqlDialect } from './sql-dialect.ts'
import type { SqlValue, Table } from './table.ts'

/** A row as a database gives it. */
export type SqlRow = Readonly<Record<string, unknown>>

/** What to do with a row whose key is there already. */
export type OnConflict = 'keep' | 'replace'

/** One conversation with a database. */
export interface SqlSession {
  /** Runs one statement with `?` for values. @throws SqlFault */
  run(sql: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>
  /** Inserts rows, many at a time. @throws SqlFault, or TypeError for a row that fits no table, before anything is sent */
  insert(table: Table, rows: readonly SqlRow[], onConflict: OnConflict): Promise<void>
}

/** A relational database behind a wait; SQLite and PostgreSQL answer alike, see `trading-store.conformance.ts`. */
export interface SqlDatabase extends SqlSession {
  readonly dialect: SqlDialect
  /**
   * All or nothing; what `work` throws takes everything back and is thrown on. One at a time on SQLite, so `work` speaks
   * to its session only: to ask the database itself inside would wait for ever.
   */
  transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Why a statement failed.
 *
 *     rejected      the rows themselves are at fault: trying again cannot help
 *     unavailable   everything else (no connection, too slow, deadlock, full disk, a table that is missing yet): try later
 */
export type SqlFaultKind = 'rejected' | 'unavailable'

/** A statement that failed, with the database's own words. */
export class SqlFault extends Error {
  readonly kind: SqlFaultKind

  constructor(kind: SqlFaultKind, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.kind = kind
  }
}

/** The statement that inserts rows, up to its values. */
export const insertHead = (table: Table): string =>
  `INSERT INTO ${table.name} (${Object.keys(table.columns).map(quoted).join(', ')})`

/** What follows the values. */
export function insertTail(table: Table, onConflict: OnConflict): string {
  if (onConflict === 'keep') return 'ON CONFLICT DO NOTHING'
  const others = Object.keys(table.columns).filter(name => !table.key.includes(name))
  const sets = others.map(name => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')
  return `ON CONFLICT (${table.key.map(quoted).join(', ')}) DO UPDATE SET ${sets}`
}

/** A column's name in a statement: some are words of SQL. */
export const quoted = (name: string): string => `"${name}"`
