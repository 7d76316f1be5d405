import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { micros, SECOND } from '../clock/micros.ts'
import { SimClock } from '../clock/sim-clock.ts'
import { ledgerStoreConformance, UNREACHED } from './ledger-store.conformance.ts'
import { MemoryLedgerStore } from './memory-ledger-store.ts'

let runs = 0

ledgerStoreConformance('memory', async () => {
  const clock = new SimClock()
  clock.advanceTo(micros(1_700_000_000 * SECOND))
  const store = new MemoryLedgerStore(clock)
  return {
    store,
    run: ++runs,
    wait: async seconds => clock.advanceTo(micros(clock.now() + seconds * SECOND)),
    close: () => store.close(),
  }
})

test('the stories show every status but those that need clocks or years', () => {
  deepEqual(UNREACHED, [
    'imported_event_timestamp_must_postdate_debit_account',
    'imported_event_timestamp_must_postdate_credit_account',
    'imported_event_timeout_must_be_zero',
    'overflows_timeout',
  ])
})
