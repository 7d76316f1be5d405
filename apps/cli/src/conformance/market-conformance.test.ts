import { test } from 'node:test'
import { MARKET_ROWS, QUOTE_ROWS, ROW_CHANNELS } from './market-rows.ts'
import { MarketTrial } from './market-trial.ts'
import { runRows } from './run-rows.ts'
import { VENUE_ROWS } from './venue-rows.ts'

for (const row of VENUE_ROWS)
  test(`${row.name}: market data over real sockets`, async t => {
    await MarketTrial.with(row, { channels: ROW_CHANNELS }, trial => runRows(t, MARKET_ROWS, row, trial))
    await MarketTrial.with(row, { channels: ['trades', 'quotes'] }, trial => runRows(t, QUOTE_ROWS, row, trial))
  })
