import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { SimulationResult } from '@velocimex/core/simulation/simulation-options'
import type { SeedOrder } from './seed-runs.ts'

/** Results of a long run, a line of JSON each, so that it can be interrupted and go on where it was. */
export class DoneSeeds {
  readonly #path: string | undefined
  readonly #done = new Map<string, SimulationResult>()

  /** @param path file to go on with, made if it is not there; undefined keeps nothing */
  constructor(path: string | undefined) {
    this.#path = path
    if (path === undefined || !existsSync(path)) return
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      const result = read(line)
      if (result !== undefined) this.#done.set(keyOf(result), result)
    }
  }

  /** The result of a day that was simulated before. */
  find(order: SeedOrder): SimulationResult | undefined {
    return order.plant === undefined ? this.#done.get(keyOf(order)) : undefined
  }

  /** Keeps a result. */
  add(result: SimulationResult): void {
    if (this.#path !== undefined) appendFileSync(this.#path, `${JSON.stringify(result)}\n`)
  }
}

const keyOf = ({ seed, minutes, faults }: SeedOrder | SimulationResult): string => `${seed} ${minutes} ${faults}`

/** The last line of a run that was interrupted may be half: that day is simulated again. */
function read(line: string): SimulationResult | undefined {
  try {
    const result = JSON.parse(line) as SimulationResult
    return Number.isSafeInteger(result.seed) && typeof result.faults === 'string' ? result : undefined
  } catch {
    return undefined
  }
}
