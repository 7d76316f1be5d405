import { decodeRow, encodeRow, type Table } from '../sql/table.ts'
import { type StoreRecord, TABLES, type TableName } from '../sql/tables.ts'

/** A record as one line: its table and its values in the order of the columns. @throws TypeError if it fits no table */
export function writeRecord({ table, row }: StoreRecord): string {
  const known: Table | undefined = TABLES[table]
  if (known === undefined) throw new TypeError(`there is no table ${String(table)}`)
  return JSON.stringify([table, ...encodeRow(known, row, 'sqlite')])
}

/** A line as the record that it was. @throws TypeError when its table is unknown here or has other columns */
export function readRecord(line: string): StoreRecord {
  const [name, ...values] = JSON.parse(line) as [string, ...unknown[]]
  const table: Table | undefined = Object.hasOwn(TABLES, name) ? TABLES[name as TableName] : undefined
  const columns = Object.keys(table?.columns ?? {})
  if (table === undefined || columns.length !== values.length)
    throw new TypeError(`a line for table ${name} has ${values.length} values, which is no row of this version`)
  const row = Object.fromEntries(columns.map((column, index) => [column, values[index]]))
  return { table: name, row: decodeRow(table, row) } as unknown as StoreRecord
}
