import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { migrate, readMigrations } from './migrate.ts'
import { PostgresDatabase } from './postgres-database.ts'
import { PostgresServer, skipPostgres } from './postgres-server.conformance.ts'
import { SqlFault } from './sql-database.ts'
import type { StoreRecord } from './tables.ts'
import { TradingStore } from './trading-store.ts'

let server: PostgresServer | undefined
before(async () => {
  if (skipPostgres === false) server = await PostgresServer.start()
})
after(() => server?.stop())

const unavailable = (words: RegExp) => (error: unknown) =>
  error instanceof SqlFault && error.kind === 'unavailable' && words.test(error.message)
const signal = (at: number): StoreRecord => ({
  table: 'strategy_signals',
  row: { timestamp: at, strategy: 's', symbol: 'x', name: 'n', value: 1 },
})

test('R-DB-01 a query that takes too long, a pool that is used up: the wait ends with words', {
  skip: skipPostgres,
}, async () => {
  const url = await server!.newDatabase()
  const database = new PostgresDatabase({ url, connections: 1, connectMs: 100, statementMs: 50 })
  await rejects(database.run('SELECT pg_sleep(20)'), unavailable(/statement timeout/))
  const hold = Promise.withResolvers<void>()
  const holding = database.transaction(() => hold.promise)
  await rejects(database.run('SELECT 1'), unavailable(/timeout exceeded when trying to connect/))
  hold.resolve()
  await holding
  deepEqual(await database.run('SELECT 1 AS one'), [{ one: 1 }])
  await database.close()
})

test('R-DB-01 two that lock one another: one is told to try again, the other goes on', {
  skip: skipPostgres,
}, async () => {
  const url = await server!.newDatabase()
  const database = new PostgresDatabase({ url })
  await database.run('CREATE TABLE pair (id int PRIMARY KEY, n int)')
  await database.run('INSERT INTO pair VALUES (1, 0), (2, 0)')
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const update = (own: number): Promise<void> =>
    database.transaction(async session => {
      await session.run('UPDATE pair SET n = n + 1 WHERE id = ?', [own])
      both[own - 1]!.resolve()
      await Promise.all(both.map(({ promise }) => promise))
      await session.run('UPDATE pair SET n = n + 1 WHERE id = ?', [3 - own])
    })
  const ends = await Promise.allSettled([update(1), update(2)])
  const lost = ends.filter(end => end.status === 'rejected')
  equal(lost.length, 1)
  ok(unavailable(/deadlock detected/)(lost[0]!.reason))
  deepEqual(await database.run('SELECT n FROM pair ORDER BY id'), [{ n: 1 }, { n: 1 }])
  await database.close()
})

test('R-DB-01 a server that dies in the middle of a transaction and comes back: the pool goes on', {
  skip: skipPostgres,
}, async () => {
  const url = await server!.newDatabase()
  const database = new PostgresDatabase({ url })
  await migrate(database, 0)
  const store = new TradingStore(database)
  await store.append([signal(1)])
  await rejects(
    database.transaction(async session => {
      await session.run('DELETE FROM strategy_signals')
      await server!.kill()
      await session.run('SELECT 1')
    }),
    unavailable(/connection error|terminat|closed|reset/i),
  )
  await rejects(store.ping(), unavailable(/ECONNREFUSED/))
  await server!.resume()
  equal((await store.read('strategy_signals', { from: 0, to: 9, limit: 9 })).length, 1)
  await database.close()
})

test('two processes that start together on an empty database migrate it once', { skip: skipPostgres }, async () => {
  const url = await server!.newDatabase()
  const databases = [1, 2, 3].map(() => new PostgresDatabase({ url }))
  const ran = await Promise.all(databases.map(database => migrate(database, 0)))
  deepEqual(
    ran.flat(),
    readMigrations().map(({ number }) => number),
  )
  // And make the same new month at once.
  await Promise.all(databases.map((database, at) => new TradingStore(database).append([signal(at)])))
  equal((await new TradingStore(databases[0]!).read('strategy_signals', { from: 0, to: 9, limit: 9 })).length, 3)
  await Promise.all(databases.map(database => database.close()))
})

test('S2-WARM-10 a series lies in months; an instant far away gets its own', { skip: skipPostgres }, async () => {
  const database = new PostgresDatabase({ url: await server!.newDatabase() })
  await migrate(database, 0)
  const store = new TradingStore(database)
  await store.append([signal(Date.UTC(1999, 11, 31, 23, 59, 59) * 1000), signal(Date.UTC(2000, 0, 1) * 1000)])
  const rows = await database.run(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'strategy_signals'::regclass ORDER BY 1",
  )
  deepEqual(
    rows.map(({ name }) => name),
    ['strategy_signals_1999_12', 'strategy_signals_2000_01'],
  )
  await database.close()
})
