import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FaultLevel } from '@velocimex/core/simulation/fault-plan'
import type { SimulationResult } from '@velocimex/core/simulation/simulation-options'

/** One day to simulate. */
export interface SeedOrder {
  readonly seed: number
  readonly minutes: number
  readonly faults: FaultLevel
  /** Name of a planted bug, to see it found. */
  readonly plant?: string
}

const WORKER = fileURLToPath(new URL('./simulate-worker.ts', import.meta.url))

/**
 * Simulates days in worker processes, as many at a time as told. Each result is told as it comes, in no order.
 * @throws Error when a worker dies, with the seed that it was at; the others are stopped
 */
export async function runSeeds(
  orders: readonly SeedOrder[],
  workers: number,
  told: (result: SimulationResult) => void,
): Promise<void> {
  const waiting = [...orders]
  const children: ChildProcess[] = []
  const work = async (): Promise<void> => {
    const child = fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    children.push(child)
    for (let order = waiting.shift(); order !== undefined; order = waiting.shift()) told(await ask(child, order))
    child.disconnect()
  }
  try {
    await Promise.all(Array.from({ length: Math.min(workers, orders.length) }, work))
  } finally {
    for (const child of children) child.kill()
  }
}

function ask(child: ChildProcess, order: SeedOrder): Promise<SimulationResult> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void =>
      reject(new Error(`the worker at seed ${order.seed} ended (${signal ?? code})`))
    child.once('exit', onExit)
    child.once('message', result => {
      child.removeListener('exit', onExit)
      resolve(result as SimulationResult)
    })
    child.send(order)
  })
}
