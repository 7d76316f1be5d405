// Simulates the days it is sent, one after the other, and sends back what each has found.
import { PLANTED_BUGS } from '@velocimex/core/simulation/planted-bugs'
import { Simulation } from '@velocimex/core/simulation/simulation'
import type { SeedOrder } from './seed-runs.ts'

process.on('message', ({ seed, minutes, faults, plant }: SeedOrder) => {
  const seams = plant === undefined ? undefined : PLANTED_BUGS[plant]?.()
  process.send!(new Simulation({ seed, minutes, faults, ...(seams === undefined ? {} : { seams }) }).run())
})
