import { fileURLToPath } from 'node:url'
import type { DoomedPlan } from './doomed-trader.ts'
import { TraderProcess } from './trader-process.ts'

const DOOMED = fileURLToPath(new URL('./doomed-trader.ts', import.meta.url))

/** A trader that gives every kind of command without a pause once it is told `{ trade: true }`. @param venues file of addresses */
export const drillingTrader = (directory: string, venues: string, plan: DoomedPlan): TraderProcess =>
  new TraderProcess(directory, venues, ['--plan', JSON.stringify(plan)], DOOMED)
