import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { type ConformanceRow, MARKET_ROWS, QUOTE_ROWS, ROW_CHANNELS } from './market-rows.ts'
import { MarketTrial } from './market-trial.ts'
import { VENUE_ROWS, type VenueRow } from './venue-rows.ts'

/** Runs rows on one connection, each as a test of its own; the first that fails leaves the rest to fail for themselves. */
async function runRows(
  t: { test: typeof test },
  rows: readonly ConformanceRow<MarketTrial>[],
  row: VenueRow,
  trial: MarketTrial,
): Promise<void> {
  for (const { id, words, isOffered, run } of rows) {
    const omitted = row.omits[id]
    if (omitted !== undefined)
      equal(isOffered?.(row) ?? false, false, `${id} is left out as "${omitted}", and is there`)
    else await t.test(`${row.name} ${id} ${words}`, () => run(trial))
  }
}

for (const row of VENUE_ROWS)
  test(`${row.name}: market data over real sockets`, async t => {
    await MarketTrial.with(row, { channels: ROW_CHANNELS }, trial => runRows(t as never, MARKET_ROWS, row, trial))
    await MarketTrial.with(row, { channels: ['trades', 'quotes'] }, trial =>
      runRows(t as never, QUOTE_ROWS, row, trial),
    )
  })
