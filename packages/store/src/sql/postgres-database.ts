import pg from 'pg'
import {
  insertHead,
  insertTail,
  type OnConflict,
  quoted,
  type SqlDatabase,
  SqlFault,
  type SqlRow,
  type SqlSession,
} from './sql-database.ts'
import { placeholders } from './sql-dialect.ts'
import { type ColumnKind, encodeRow, kindOf, type SqlValue, type Table } from './table.ts'

/** How a PostgreSQL server is reached, and how long it is waited for. */
export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full` */
  readonly url: string
  /** Connections at a time. */
  readonly connections?: number
  /** Milliseconds for a connection (from a full pool too), and for one statement. */
  readonly connectMs?: number
  readonly statementMs?: number
}

/** A database on a PostgreSQL server. A wait for it always ends. */
export class PostgresDatabase implements SqlDatabase {
  readonly dialect = 'postgres'
  readonly #pool: pg.Pool

  constructor({ url, connections = 4, connectMs = 3_000, statementMs = 5_000 }: PostgresOptions) {
    this.#pool = new pg.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: connectMs,
      statement_timeout: statementMs,
      // The server may not answer at all: then our own clock ends the wait.
      query_timeout: statementMs + 1_000,
      application_name: 'velocimex',
      types: { getTypeParser: parserOf },
    })
    // An idle connection that dies is replaced by the pool; the next statement meets the fault itself.
    this.#pool.on('error', () => {})
  }

  run(sql: string, values: readonly SqlValue[] = []): Promise<readonly SqlRow[]> {
    return run(this.#pool, sql, values)
  }

  insert(table: Table, rows: readonly SqlRow[], onConflict: OnConflict): Promise<void> {
    return insert(this.#pool, table, rows, onConflict)
  }

  async transaction<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch(error => {
      throw faultOf(error)
    })
    // A connection may die between two statements of ours; the next statement says so.
    const onError = (): void => {}
    client.on('error', onError)
    let isBroken = true
    try {
      await run(client, 'BEGIN', [])
      const result = await work({
        run: (sql, values = []) => run(client, sql, values),
        insert: (table, rows, onConflict) => insert(client, table, rows, onConflict),
      })
      await run(client, 'COMMIT', [])
      isBroken = false
      return result
    } catch (error) {
      isBroken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      )
      throw error
    } finally {
      client.off('error', onError)
      client.release(isBroken)
    }
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

/** Types of PostgreSQL by kind of column, for arrays of values. */
const POSTGRES_TYPES: Readonly<Record<ColumnKind, string>> = {
  instant: 'bigint',
  count: 'bigint',
  flag: 'boolean',
  decimal: 'numeric',
  int128: 'numeric',
  json: 'jsonb',
  text: 'text',
  real: 'double precision',
}

type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>

async function run(on: Queryable, sql: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]> {
  try {
    return (await on.query<Record<string, unknown>>(placeholders(sql, 'postgres'), [...values])).rows ?? []
  } catch (error) {
    throw faultOf(error)
  }
}

/** One statement whatever the number of rows: an array a column. */
async function insert(on: Queryable, table: Table, rows: readonly SqlRow[], onConflict: OnConflict): Promise<void> {
  if (rows.length === 0) return
  const encoded = rows.map(row => encodeRow(table, row, 'postgres'))
  const columns = Object.entries(table.columns)
  const arrays = columns.map((_, index) => encoded.map(values => values[index]!))
  const types = columns.map(([, column]) => POSTGRES_TYPES[kindOf(column)])
  const names = columns.map(([name]) => quoted(name)).join(', ')
  const sources = types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')
  const sql = `${insertHead(table)} SELECT * FROM unnest(${sources}) AS row (${names}) ${insertTail(table, onConflict)}`
  try {
    await on.query(sql, arrays)
  } catch (error) {
    throw faultOf(error)
  }
}

/** JSON stays the text that it is: what it means is decided by the column that it belongs to. */
const parserOf: typeof pg.types.getTypeParser = (oid: number, format?: unknown) =>
  oid === pg.types.builtins.JSONB || oid === pg.types.builtins.JSON
    ? (text: string) => text
    : pg.types.getTypeParser(oid, format as 'text')

/** Classes 22 (data) and 23 (constraints) are about the rows; all else may pass. */
function faultOf(error: unknown): SqlFault {
  const { code } = error as { code?: unknown }
  return new SqlFault(typeof code === 'string' && /^2[23]...$/.test(code) ? 'rejected' : 'unavailable', error)
}
