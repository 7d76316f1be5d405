import { deepEqual } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Death } from './death-plan.ts'
import { EACH_POINT } from './marked-points.ts'
import { runPoints } from './run-points.ts'

async function dieAll(deaths: readonly Death[], seed: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'points-'))
  try {
    const outcomes = await runPoints({ deaths, seed, directory })
    deepEqual(
      outcomes.map(({ death, ended, faults }) => [death.point, ended, faults]),
      deaths.map(({ point }) => [point, 'SIGKILL', []]),
      outcomes.map(({ words }) => words).join(''),
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

test('R-KILL-02 R-KILL-06 killed at every marked point: nothing lost, nothing doubled, every cent where the venues say', () =>
  dieAll(EACH_POINT, 21))

test('R-KILL-03 killed five times in a row while it recovers from a death with an order on its way: it converges', () =>
  dieAll(
    [
      { point: 'after_send', about: 'market', nth: 1 },
      { point: 'mid_recovery', nth: 1 },
      { point: 'mid_recovery', nth: 2 },
      { point: 'mid_audit', nth: 1 },
      { point: 'mid_recovery', nth: 2 },
      { point: 'mid_audit', nth: 2 },
    ],
    22,
  ))
