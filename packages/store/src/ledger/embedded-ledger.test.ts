import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { micros, SECOND } from '@velocimex/core/clock/micros'
import { SimClock } from '@velocimex/core/clock/sim-clock'
import { ledgerStoreConformance } from '@velocimex/core/ledger/ledger-store.conformance'
import { EmbeddedLedger } from './embedded-ledger.ts'

let runs = 0

ledgerStoreConformance('embedded', async () => {
  const clock = new SimClock()
  clock.advanceTo(micros(1_700_000_000 * SECOND))
  const directory = await mkdtemp(join(tmpdir(), 'velocimex-ledger-'))
  const { ledger: store } = await EmbeddedLedger.open({ directory, clock })
  return {
    store,
    run: ++runs,
    wait: async seconds => clock.advanceTo(micros(clock.now() + seconds * SECOND)),
    close: async () => {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
})
