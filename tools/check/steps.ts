import { join } from 'node:path'
import type { Outcome } from './outcome.ts'
import { runProgram } from './run-program.ts'

/** A check that is no test: a program whose exit code says how it went. */
export interface Step {
  readonly name: string
  /** Run with the same Node; a path from the root first. */
  readonly args: readonly string[]
}

const STEP_MILLISECONDS = 300_000

/** What is checked before the tests, in this order. */
export const STEPS: readonly Step[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the pure packages', args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.pure.json'] },
  { name: 'tidy', args: ['tools/tidy.ts'] },
  { name: 'lint', args: ['node_modules/@biomejs/biome/bin/biome', 'check', '.'] },
]

/** Runs a step to its end. */
export async function runStep(root: string, { name, args }: Step): Promise<Outcome> {
  const [file, ...rest] = args
  const end = await runProgram(process.execPath, [join(root, file!), ...rest], root, STEP_MILLISECONDS)
  const late = end.isLate ? `did not end within ${STEP_MILLISECONDS / 1000} s\n` : ''
  return { where: name, name, outcome: end.code === 0 ? 'passed' : 'failed', words: late + end.output.trim() }
}
