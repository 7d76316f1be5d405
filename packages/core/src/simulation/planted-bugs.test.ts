import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { Simulation } from './simulation.ts'

/** Which rules may be the first to be broken by a bug. */
const CAUGHT_BY: Readonly<Record<string, RegExp>> = {
  'drop-fill': /O4|O5|O6|O7/,
  'double-send': /O3/,
  'skip-journal': /O3/,
  'write-late': /O3/,
  'resend-unknown': /O3/,
  'believe-not-found': /O1|O2|O7/,
  'trust-failure': /O1|O2|O7/,
  'lose-late-fill': /O1|O2|O4|O6/,
  'double-book': /O4/,
  'forget-in-flight': /O7/,
  'skip-epoch': /O3/,
  'start-without-fills': /O1|O2|O4|O7/,
}
const SEEDS_MAX = 40

for (const [name, plant] of Object.entries(PLANTED_BUGS))
  test(`the planted bug ${name} is found within ${SEEDS_MAX} seeds`, context => {
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const { violation } = new Simulation({ seed, minutes: 5, faults: 'high', seams: plant() }).run()
      if (violation === undefined) continue
      context.diagnostic(`seed ${seed}, second ${violation.second}: ${violation.words}`)
      ok(CAUGHT_BY[name]!.test(violation.rule), violation.words)
      return
    }
    ok(false, 'no seed found it')
  })
