/** The databases that are spoken to. */
export type SqlDialect = 'sqlite' | 'postgres'

/** The words of migrations that each database writes in its own way. */
const WORDS: Readonly<Record<SqlDialect, Readonly<Record<string, string>>>> = {
  // SQLite has neither decimals nor 128 bits: their exact digits are kept as text, and are not added up in SQL.
  sqlite: {
    instant: 'INTEGER',
    count: 'INTEGER',
    flag: 'INTEGER',
    decimal: 'TEXT',
    int128: 'TEXT',
    json: 'TEXT',
    real: 'REAL',
    strict: 'STRICT',
    partitioned: 'STRICT',
  },
  postgres: {
    instant: 'BIGINT',
    count: 'BIGINT',
    flag: 'BOOLEAN',
    decimal: 'NUMERIC',
    int128: 'NUMERIC(39,0)',
    json: 'JSONB',
    real: 'DOUBLE PRECISION',
    strict: '',
    partitioned: 'PARTITION BY RANGE (timestamp)',
  },
}

/**
 * The statements of a migration for one database.
 * @throws Error that names a word with @ that nobody knows
 */
export function statementsOf(text: string, dialect: SqlDialect): string[] {
  return text
    .split(/^go$/m)
    .map(part => part.trim())
    .filter(part => part !== '' && (/^-- only (\w+)$/m.exec(part)?.[1] ?? dialect) === dialect)
    .map(part => part.replace(/^--.*\n?/gm, '').trim())
    .filter(part => part !== '')
    .map(part =>
      part.replace(/@(\w+)/g, (_, word: string) => {
        const own = WORDS[dialect][word]
        if (own === undefined) throw new Error(`a migration uses @${word}, which is no type here`)
        return own
      }),
    )
}

/** Placeholders as the database counts them: `?` in our statements, `$1`, `$2` for PostgreSQL. */
export function placeholders(sql: string, dialect: SqlDialect): string {
  if (dialect === 'sqlite') return sql
  let count = 0
  return sql.replace(/\?/g, () => `$${++count}`)
}
