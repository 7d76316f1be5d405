import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteDatabase } from './sqlite-database.ts'
import { tradingStoreConformance } from './trading-store.conformance.ts'

tradingStoreConformance('SQLite', false, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'velocimex-sqlite-'))
  const database = new SqliteDatabase(join(folder, 'trading.sqlite'))
  const close = database.close.bind(database)
  database.close = async () => {
    await close()
    rmSync(folder, { recursive: true })
  }
  return database
})
