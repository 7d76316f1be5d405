import { equal, rejects } from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ConformanceRow } from './market-rows.ts'
import type { VenueRow } from './venue-rows.ts'

/**
 * Runs rows one after another, each as a test of its own. A row that a venue leaves out must not be there; one that is
 * known to fail must fail, so that its line goes once it is mended.
 */
export async function runRows<Trial>(
  t: TestContext,
  rows: readonly ConformanceRow<Trial>[],
  row: VenueRow,
  trial: Trial,
): Promise<void> {
  for (const { id, words, isOffered, run } of rows) {
    const omitted = row.omits[id]
    const failing = row.fails?.[id]
    if (omitted !== undefined)
      equal(isOffered?.(row) ?? false, false, `${id} is left out as "${omitted}", and is there`)
    else if (failing === undefined) await t.test(`${row.name} ${id} ${words}`, () => run(trial))
    else await t.test(`${row.name} ${id} is known to fail: ${failing}`, () => rejects(run(trial)))
  }
}
