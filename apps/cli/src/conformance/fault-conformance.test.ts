import { describe, type TestContext, test } from 'node:test'
import { FAULT_ROWS } from './fault-rows.ts'
import { LINE_ROWS } from './line-rows.ts'
import { MarketTrial } from './market-trial.ts'
import { runRows } from './run-rows.ts'
import { TWIN_ROWS } from './twin-rows.ts'
import { VENUE_ROWS } from './venue-rows.ts'

// Much of it is waiting: some venues wait side by side.
describe('conformance: lines that break', { concurrency: 3 }, () => {
  for (const row of VENUE_ROWS)
    test(`${row.name}: lines that break`, async (t: TestContext) => {
      const options = { channels: ['book', 'trades'], speed: 40 } as const
      await MarketTrial.with(row, options, trial => runRows(t, FAULT_ROWS, row, trial))
      await runRows(t, LINE_ROWS, row, row)
      await runRows(t, TWIN_ROWS, row, row)
    })
})
