import { test } from 'node:test'
import { FAULT_ROWS } from './fault-rows.ts'
import { LINE_ROWS } from './line-rows.ts'
import { MarketTrial } from './market-trial.ts'
import { runRows } from './run-rows.ts'
import { VENUE_ROWS } from './venue-rows.ts'

for (const row of VENUE_ROWS)
  test(`${row.name}: lines that break`, async t => {
    await MarketTrial.with(row, { channels: ['book', 'trades'], speed: 40 }, trial =>
      runRows(t, FAULT_ROWS, row, trial),
    )
    await runRows(t, LINE_ROWS, row, row)
  })
