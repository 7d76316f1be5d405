import { equal, match, rejects } from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { micros, SECOND } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { ledgerStoreConformance } from '@velocimex/core/ledger/ledger-store.conformance'
import { MemoryLedgerStore } from '@velocimex/core/ledger/memory-ledger-store'
import { migrate } from '../sql/migrate.ts'
import { SqliteDatabase } from '../sql/sqlite-database.ts'
import { MemoryCauseBook } from './cause-book.ts'
import { SqlCauseBook } from './sql-cause-book.ts'
import { connectTigerBeetle } from './tigerbeetle-client.ts'
import { TigerBeetleLedger } from './tigerbeetle-ledger.ts'
import { standInClient } from './tigerbeetle-stand-in.conformance.ts'

let runs = 0
ledgerStoreConformance('TigerBeetle driver, stand-in client', async () => {
  const clock = new SimClock()
  clock.advanceTo(micros(1_700_000_000 * SECOND))
  const store = new TigerBeetleLedger(standInClient(new MemoryLedgerStore(clock)), new MemoryCauseBook())
  return {
    store,
    run: ++runs,
    wait: async seconds => clock.advanceTo(micros(clock.now() + seconds * SECOND)),
    close: () => store.close(),
  }
})

test('TigerBeetle that does not answer: an end with words, not a wait without end', async () => {
  const silent = {
    ...standInClient(new MemoryLedgerStore(new SimClock())),
    lookupAccounts: () => new Promise<never>(() => {}),
  }
  const store = new TigerBeetleLedger(silent, new MemoryCauseBook(), 1)
  await rejects(() => store.lookupAccounts([1n]), /did not answer within 1 ms: the outcome is not known/)
})

test('S3-LED-1 the words of causes lie in a database beside the cluster, and outlive the process', async () => {
  const database = new SqliteDatabase(':memory:')
  await migrate(database, 0)
  const memory = new MemoryLedgerStore(new SimClock())
  const request = { id: 5n, debit: 1n, credit: 2n, amount: 3n, ledger: 1, code: 1, cause: 'fill 7 of SIM12' }
  const before = new TigerBeetleLedger(standInClient(memory), new SqlCauseBook(database))
  await before.createAccounts([1n, 2n].map(id => ({ id, ledger: 1, code: 1 })))
  await before.createTransfers([request, { ...request, id: 6n }])
  const after = new TigerBeetleLedger(standInClient(memory), new SqlCauseBook(database))
  equal((await after.lookupTransfers([5n]))[0]!.cause, request.cause)
  equal((await after.queryTransfers({ cause: request.cause, limit: 9 })).length, 2)
  const stranger = new TigerBeetleLedger(standInClient(memory), new MemoryCauseBook())
  match((await stranger.lookupTransfers([5n]))[0]!.cause, /^cause [0-9a-f]{31,32}$/)
  await database.close()
})

const address = process.env['TIGERBEETLE_ADDRESS']
if (address === undefined)
  test('TigerBeetle cluster', { skip: 'needs a cluster: set TIGERBEETLE_ADDRESS=127.0.0.1:3000' }, () => {})
else
  ledgerStoreConformance('TigerBeetle cluster', async () => {
    const store = new TigerBeetleLedger(await connectTigerBeetle(address.split(',')), new MemoryCauseBook())
    return {
      store,
      run: randomInt(1, 400_000_000),
      wait: seconds => sleep(1000 * seconds),
      close: () => store.close(),
    }
  })
