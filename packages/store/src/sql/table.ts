import type { SqlDialect } from './sql-dialect.ts'

/** What a column holds; the same in every database. */
export interface ColumnTypes {
  /** Whole microseconds since 1970. */
  readonly instant: number
  /** A whole number up to 2^53. */
  readonly count: number
  /** Up to 128 bits, not negative. */
  readonly int128: bigint
  /** Exact decimal digits, `-0.00012`: no exponent, no leading zeros. */
  readonly decimal: string
  readonly text: string
  readonly flag: boolean
  readonly json: JsonValue
  /** A measurement; never money. */
  readonly real: number
}

/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A word of `ColumnTypes`. */
export type ColumnKind = keyof ColumnTypes
type Column = ColumnKind | `${ColumnKind}?`

/** A table as the code sees it: its columns with their kinds (`?` may be null), and its primary key. */
export interface Table<Columns extends Readonly<Record<string, Column>> = Readonly<Record<string, Column>>> {
  readonly name: string
  readonly columns: Columns
  readonly key: readonly string[]
  /** By months, in databases that can. */
  readonly isPartitioned: boolean
}

type Value<C extends Column> = C extends `${infer Kind extends ColumnKind}?`
  ? ColumnTypes[Kind] | null
  : C extends ColumnKind
    ? ColumnTypes[C]
    : never

/** A row of a table. */
export type RowOf<T extends Table> = { readonly [Name in keyof T['columns']]: Value<T['columns'][Name]> }

/** What a database takes and gives. */
export type SqlValue = null | boolean | number | bigint | string

/** The kind of a column without its `?`. */
export const kindOf = (column: Column): ColumnKind => column.replace('?', '') as ColumnKind

const DECIMAL = /^-?(0|[1-9]\d{0,60})(\.\d{1,60})?$/

/** Values of a row in the order of the columns. @throws TypeError that names the column and what was wrong */
export function encodeRow(table: Table, row: Readonly<Record<string, unknown>>, dialect: SqlDialect): SqlValue[] {
  return Object.entries(table.columns).map(([name, column]) => {
    const value = row[name]
    if (value === null || value === undefined) {
      if (column.endsWith('?')) return null
      throw new TypeError(`${table.name}.${name} must not be empty`)
    }
    const encoded = encode(kindOf(column), value, dialect)
    if (encoded !== undefined) return encoded
    const shown = typeof value === 'object' ? JSON.stringify(value) : String(value)
    throw new TypeError(`${table.name}.${name} must be ${kindOf(column)}, was ${shown.slice(0, 80)}`)
  })
}

function encode(kind: ColumnKind, value: unknown, dialect: SqlDialect): SqlValue | undefined {
  switch (kind) {
    case 'instant':
    case 'count':
      return Number.isSafeInteger(value) ? (value as number) : undefined
    case 'int128':
      return typeof value === 'bigint' && value >= 0n && value < 1n << 128n ? String(value) : undefined
    case 'decimal':
      return typeof value === 'string' && DECIMAL.test(value) ? value : undefined
    case 'text':
      // PostgreSQL cannot hold the character 0 in a text, so nobody may.
      return typeof value === 'string' && !value.includes('\0') ? value : undefined
    case 'flag':
      if (typeof value !== 'boolean') return undefined
      return dialect === 'sqlite' ? Number(value) : value
    case 'json':
      return JSON.stringify(value)
    case 'real':
      return Number.isFinite(value) ? (value as number) : undefined
  }
}

/** A row as the database gave it, in the kinds of its columns. */
export function decodeRow<T extends Table>(table: T, row: Readonly<Record<string, unknown>>): RowOf<T> {
  const decoded: Record<string, unknown> = {}
  for (const [name, column] of Object.entries(table.columns)) {
    const value = row[name]
    decoded[name] = value === null ? null : decode(kindOf(column), value)
  }
  return decoded as RowOf<T>
}

function decode(kind: ColumnKind, value: unknown): unknown {
  if (kind === 'int128') return BigInt(value as string)
  if (kind === 'instant' || kind === 'count' || kind === 'real') return Number(value)
  if (kind === 'flag') return Boolean(value)
  if (kind === 'json') return JSON.parse(value as string)
  return value
}
