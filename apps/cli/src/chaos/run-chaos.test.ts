import { deepEqual, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runChaos } from './run-chaos.ts'

test('R-KILL-01 R-KILL-03 thirty kills, a third of them during recovery: no order lost or doubled, every cent where the venues say it is', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'chaos-'))
  try {
    const { faults, orders, fills, readyMs } = await runChaos({ kills: 30, seed: 11, directory })
    deepEqual(faults, [])
    ok(orders >= 20 && fills >= 5, `the trader traded: ${orders} orders, ${fills} fills`)
    ok(readyMs.length > 10)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
