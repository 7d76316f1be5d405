import { type ExecutionMode, type Holdings, StrategyMode } from './execution-modes.ts'
import type { ModeFile } from './mode-file.ts'

/** The execution modes of the strategies of an account, and their file. */
export class StrategyModes {
  /** Why nobody trades: the file of the modes says nothing. Empty when all is well. */
  readonly fault: string
  readonly #file: ModeFile
  readonly #byName: ReadonlyMap<string, StrategyMode>

  /** @param configured what each strategy begins with, unless a person has chosen another mode for it */
  constructor(file: ModeFile, configured: ReadonlyMap<string, ExecutionMode>) {
    const chosen = file.read()
    this.#file = file
    this.fault =
      chosen === 'unreadable' ? 'modes.json cannot be read: every strategy observes until its mode is set anew' : ''
    const first = (name: string, mode: ExecutionMode): ExecutionMode =>
      chosen === 'unreadable' ? 'observation' : (chosen.get(name) ?? mode)
    this.#byName = new Map([...configured].map(([name, mode]) => [name, new StrategyMode(first(name, mode))]))
  }

  /** By a strategy's name. */
  get(strategy: string): StrategyMode | undefined {
    return this.#byName.get(strategy)
  }

  /** Whether any strategy trades on paper. */
  get hasPaper(): boolean {
    return [...this.#byName.values()].some(({ mode }) => mode === 'simulation')
  }

  /**
   * Changes a mode, for good: what the next start would not know must not trade now.
   * @returns why that is not possible; undefined when it is done
   */
  change(strategy: string, mode: ExecutionMode, holdings: Holdings): string | undefined {
    const state = this.#byName.get(strategy)!
    const refusal = state.change(mode, holdings)
    if (refusal !== undefined) return refusal
    try {
      this.#file.write(new Map([...this.#byName].map(([name, each]) => [name, each.mode])))
      return undefined
    } catch (cause) {
      state.fall()
      return `the mode could not be kept (${(cause as Error).message}): it observes`
    }
  }
}
