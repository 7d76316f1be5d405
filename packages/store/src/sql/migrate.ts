import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { SqlDatabase } from './sql-database.ts'
import { statementsOf } from './sql-dialect.ts'

/** One step of the tables' history. */
export interface Migration {
  readonly number: number
  readonly name: string
  /** In the words of `sql-dialect.ts`. */
  readonly text: string
}

/** The migrations of this version, in order: files `001-name.sql`. */
export function readMigrations(folder = new URL('migrations/', import.meta.url)): Migration[] {
  return readdirSync(folder)
    .filter(file => file.endsWith('.sql'))
    .sort()
    .map(file => ({
      number: Number.parseInt(file, 10),
      name: file.slice(4, -4),
      text: readFileSync(new URL(file, folder), 'utf8'),
    }))
}

/** Any number that nobody else takes: whoever migrates a PostgreSQL database holds this lock. */
const LOCK = 861_405_117

/**
 * Brings a database to this version. Each migration is all or nothing; two processes that start together take turns.
 * @param now microseconds since 1970
 * @returns numbers of the migrations that ran
 * @throws Error when the database is of a newer version, or was made by a migration that has been changed since
 */
export async function migrate(database: SqlDatabase, now: number, migrations = readMigrations()): Promise<number[]> {
  const ran: number[] = []
  for (const [index, migration] of migrations.entries())
    if (migration.number !== index + 1) throw new Error(`migration ${index + 1} is missing before ${migration.name}`)
  await database.transaction(async session => {
    if (database.dialect === 'postgres') await session.run('SELECT pg_advisory_xact_lock(?)', [LOCK])
    await session.run(
      `CREATE TABLE IF NOT EXISTS schema_migrations (
         number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`,
    )
    const rows = await session.run('SELECT number, name, checksum FROM schema_migrations ORDER BY number')
    if (rows.length > migrations.length)
      throw new Error(
        `the database has migration ${rows.length} (${String(rows.at(-1)!['name'])}), this version ends at ` +
          `${migrations.length}: start a newer version, or restore an older copy of the database`,
      )
    for (const { number, name, text } of migrations) {
      const checksum = hash('sha256', text, 'hex')
      const known = rows[number - 1]
      if (known !== undefined && known['checksum'] !== checksum)
        throw new Error(`migration ${number} (${name}) was changed after it ran here: put its file back as it was`)
      if (known !== undefined) continue
      for (const statement of statementsOf(text, database.dialect)) await session.run(statement)
      await session.run('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)', [number, name, checksum, now])
      ran.push(number)
    }
  })
  return ran
}
