import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { Simulation } from './simulation.ts'

/** Fifty days of ten virtual minutes; the command `velocimex simulate` runs more. */
for (const [faults, first, last] of [
  ['low', 1, 15],
  ['high', 16, 50],
] as const)
  test(`R-KILL-01 R-KILL-05 R-REST-03 R-REST-04 R-REST-05 R-ORD-02 P-07 P-12 seeds ${first} to ${last}, faults ${faults}`, () => {
    for (let seed = first; seed <= last; seed++) {
      const { violation } = new Simulation({ seed, minutes: 10, faults }).run()
      equal(
        violation,
        undefined,
        `velocimex simulate --seed ${seed} --minutes 10 --faults ${faults}: ${violation?.words}`,
      )
    }
  })
