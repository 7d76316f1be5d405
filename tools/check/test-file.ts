import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Outcome } from './outcome.ts'
import { type ProgramEnd, runProgram } from './run-program.ts'

const REPORTER = fileURLToPath(new URL('./event-reporter.mjs', import.meta.url))

/** One line of the reporter. */
interface Report {
  readonly end?: true
  readonly name: string
  readonly outcome: Outcome['outcome']
  readonly line?: number
  readonly reason?: string
  readonly words?: string
}

/**
 * Runs a test file in a process of its own. A file that crashes, hangs, leaves early or holds no test is a failure that
 * bears its name, whatever its tests had told before.
 * @param file from the root @param milliseconds it may take
 */
export async function runTestFile(root: string, file: string, milliseconds: number): Promise<Outcome[]> {
  const directory = mkdtempSync(join(tmpdir(), 'velocimex-check-'))
  try {
    const reports = join(directory, 'reports.jsonl')
    const args = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${reports}`, file]
    const end = await runProgram(process.execPath, args, root, milliseconds)
    return outcomesOf(file, existsSync(reports) ? readFileSync(reports, 'utf8') : '', end, milliseconds)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function outcomesOf(file: string, reports: string, end: ProgramEnd, milliseconds: number): Outcome[] {
  const read = reports.split('\n').flatMap(readLine)
  const outcomes: Outcome[] = read
    .filter(report => report.end !== true)
    .map(({ name, outcome, line, reason, words }) => ({
      where: line === undefined ? file : `${file}:${line}`,
      name,
      outcome: outcome === 'skipped' && reason === '' ? 'failed' : outcome,
      words: outcome === 'skipped' ? reason || 'skipped without a reason' : (words ?? ''),
    }))
  const fault = faultOf(end, read.at(-1)?.end === true, outcomes, milliseconds)
  return fault === undefined
    ? outcomes
    : [
        ...outcomes,
        { where: file, name: 'the file as a whole', outcome: 'failed', words: `${fault}\n${end.output}`.trim() },
      ]
}

/** What is wrong with the run of a file beyond its tests; undefined when nothing is. */
function faultOf(
  end: ProgramEnd,
  isThrough: boolean,
  outcomes: readonly Outcome[],
  milliseconds: number,
): string | undefined {
  const failed = outcomes.some(({ outcome }) => outcome === 'failed')
  if (end.isLate)
    return `did not end within ${milliseconds / 1000} s and was killed: a test hangs, or something keeps the process alive`
  if (end.signal !== undefined) return `was ended by ${end.signal}`
  if (end.code === 0 && outcomes.length === 0) return 'holds no test, or left with exit code 0 before one was through'
  if (!isThrough) return `ended with exit code ${end.code} before its tests were through`
  if (end.code !== 0 && !failed) return `ended with exit code ${end.code} although no test failed`
  return undefined
}

function readLine(line: string): Report[] {
  try {
    return [JSON.parse(line) as Report]
  } catch {
    return [] // The last line of a process that was killed may be half.
  }
}
