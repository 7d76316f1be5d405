import type { SqlSession } from './sql-database.ts'
import type { Table } from './table.ts'

/** A month of UTC: its first instant and that of the next, in microseconds; its name `2026_11`. */
export interface Month {
  readonly from: number
  readonly to: number
  readonly name: string
}

/** The month that an instant lies in. */
export function monthOf(instant: number): Month {
  const date = new Date(instant / 1000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const name = `${year}_${String(month + 1).padStart(2, '0')}`
  return { from: Date.UTC(year, month) * 1000, to: Date.UTC(year, month + 1) * 1000, name }
}

/** Makes the partition of a month. Two that make it at once take turns. */
export async function createPartition(session: SqlSession, { name: table }: Table, month: Month): Promise<void> {
  await session.run('SELECT pg_advisory_xact_lock(hashtext(?))', [`partitions of ${table}`])
  await session.run(
    `CREATE TABLE IF NOT EXISTS ${table}_${month.name} PARTITION OF ${table} FOR VALUES FROM (${month.from}) TO (${month.to})`,
  )
}

/** Drops the months of a table that ended before an instant. Returns their names. */
export async function dropPartitions(session: SqlSession, { name: table }: Table, before: number): Promise<string[]> {
  const rows = await session.run(
    'SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid WHERE inhparent = ?::regclass',
    [table],
  )
  const old = rows
    .map(({ name }) => String(name))
    .filter(name => {
      const [year, month] = name.slice(-7).split('_').map(Number) as [number, number]
      return Date.UTC(year, month) * 1000 <= before
    })
  for (const name of old) await session.run(`DROP TABLE ${name}`)
  return old
}
