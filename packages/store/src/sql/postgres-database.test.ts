import { after, before } from 'node:test'
import { PostgresDatabase } from './postgres-database.ts'
import { PostgresServer, skipPostgres } from './postgres-server.conformance.ts'
import { tradingStoreConformance } from './trading-store.conformance.ts'

let server: PostgresServer | undefined
before(async () => {
  if (skipPostgres === false) server = await PostgresServer.start()
})
after(() => server?.stop())

tradingStoreConformance(
  'PostgreSQL',
  skipPostgres,
  async () => new PostgresDatabase({ url: await server!.newDatabase() }),
)
