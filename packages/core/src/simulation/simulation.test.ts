import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultLevel } from './fault-plan.ts'
import { KILL_POINTS } from './kill-points.ts'
import { Simulation } from './simulation.ts'
import type { SimulationOptions, SimulationResult } from './simulation-options.ts'

const CONCLUSIONS = ['unsent', 'in_doubt', 'absent'].flatMap(end => [`place ${end}`, `cancel ${end}`, `replace ${end}`])
const WANTED = [
  ...'start place cancel replace cancel_replace report audited stop release quarantine'.split(' '),
  'adopt external',
  'adopt recovered',
  ...CONCLUSIONS,
]

const run = (options: Partial<SimulationOptions>): SimulationResult =>
  new Simulation({ seed: 1, minutes: 4, faults: 'none', ...options }).run()

/** Says how to see it again. */
const faultless = (result: SimulationResult): void =>
  equal(
    result.violation,
    undefined,
    `velocimex simulate --seed ${result.seed} --minutes ${result.minutes} --faults ${result.faults}: ${result.violation?.words}`,
  )

test('P-24 the same seed gives the same day, another seed another', () => {
  const faults: FaultLevel = 'high'
  deepEqual(run({ seed: 7, faults }), run({ seed: 7, faults }))
  ok(JSON.stringify(run({ seed: 7, faults })) !== JSON.stringify(run({ seed: 8, faults })))
})

test('O1-O7 O9 without faults everything agrees, and nobody is alarmed', () => {
  const result = run({ minutes: 10 })
  faultless(result)
  ok(result.placed > 800 && result.fills > 300 && result.checks >= 5, JSON.stringify(result))
  deepEqual([result.kills, result.starts, result.alerts], [0, 1, {}])
})

for (const point of KILL_POINTS)
  for (const faults of ['none', 'low'] as const)
    test(`R-KILL-02 R-KILL-03 killed five times in a row at ${point}, faults ${faults}: nothing lost, nothing doubled`, () => {
      for (let seed = 1; seed <= 3; seed++) {
        // Snapshots are rare: it takes longer to die five times of them.
        const minutes = point === 'mid_snapshot' ? 8 : 4
        const result = run({ seed, faults, minutes, kills: new Map([[point, 5]]), stopAtSecond: 70 })
        faultless(result)
        // A stop is pressed once, and is not in force when the power goes before it is durable.
        const times = point === 'mid_stop' ? 1 : 5
        ok(result.points[point]! >= times, `died ${result.points[point]} times`)
        ok(result.starts > times && result.checks >= 2)
      }
    })

test('R-KILL-06 killed while the emergency stop cancels: it stays engaged, and nothing is placed until it is released', () => {
  const stopped = { seed: 3, stopAtSecond: 20, minutes: 1 }
  const calm = run(stopped)
  const killed = run({ ...stopped, kills: new Map([['mid_stop', 1]]) })
  faultless(killed)
  equal(killed.entries['stop'], calm.entries['stop'])
  ok(killed.kills === 1 && killed.placed < run({ seed: 3, minutes: 1 }).placed / 2)
})

test('R-KILL-05 strict: a loss of power takes no intent; in groups, what it takes is found at the venue', () => {
  const lost = { group: 0, strict: 0 }
  for (let seed = 201; seed <= 212; seed++)
    for (const durability of ['group', 'strict'] as const) {
      const result = run({ seed, faults: 'high', durability, kills: new Map([['after_send', 9]]) })
      faultless(result)
      // A damaged journal loses records that were durable.
      if (result.entries['quarantine'] === undefined) lost[durability] += result.entries['adopt recovered'] ?? 0
    }
  ok(lost.group > 10, `${lost.group} orders were found at the venue`)
  equal(lost.strict, 0)
})

test('the trouble is real: 25 bad days visit every kind of entry, conclusion and marked point', () => {
  const seen = { entries: new Set<string>(), points: new Set<string>() }
  let powerCuts = 0
  for (let seed = 101; seed <= 125; seed++) {
    const result = run({ seed, minutes: 10, faults: 'high' })
    faultless(result)
    for (const name of Object.keys(result.entries)) seen.entries.add(name)
    for (const name of Object.keys(result.points)) seen.points.add(name)
    powerCuts += result.powerCuts
  }
  for (const name of WANTED) ok(seen.entries.has(name), `no entry ${name}`)
  ok(seen.points.size >= 10 && powerCuts > 100, JSON.stringify([[...seen.points], powerCuts]))
})
