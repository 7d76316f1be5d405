import { rejects } from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { micros, SECOND } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { ledgerStoreConformance } from '@velocimex/core/ledger/ledger-store.conformance'
import { MemoryLedgerStore } from '@velocimex/core/ledger/memory-ledger-store'
import { MemoryCauseBook } from './cause-book.ts'
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
