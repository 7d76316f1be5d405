// Everything that must hold, in one command: `npm test`. Words choose test files and leave the other steps out:
// `npm test -- core/book`. The last line is always `N passed, N failed, N skipped`; exit code 1 when something failed.
import { fileURLToPath } from 'node:url'
import { lastLine, type Outcome, tally } from './check/outcome.ts'
import { killAll } from './check/run-program.ts'
import { runStep, STEPS } from './check/steps.ts'
import { chooseTests, runTests } from './check/test-run.ts'
import { findFiles } from './tidy/read-files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const words = process.argv.slice(2)

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    killAll()
    process.exit(130)
  })

const outcomes: Outcome[] = []
if (words.length === 0) for (const step of STEPS) await timed(step.name, async () => [await runStep(root, step)])
const files = chooseTests(findFiles(root, /\.test\.tsx?$/), words)
await timed(`tests of ${files.length} files`, () => runTests(root, files, tellFile))
if (tally(outcomes).passed + tally(outcomes).failed === 0 || files.length === 0)
  outcomes.push({
    where: 'tests',
    name: 'tests',
    outcome: 'failed',
    words: `no test file was found${words.length > 0 ? ` for ${words.join(' ')}` : ''}`,
  })

for (const { where, name, words } of outcomes.filter(({ outcome }) => outcome === 'skipped'))
  console.log(`skipped  ${where}  ${name}: ${words}`)
for (const { where, name, words } of outcomes.filter(({ outcome }) => outcome === 'failed'))
  console.log(`\nFAILED  ${where}  ${name === where ? '' : name}\n${words.replace(/^/gm, '    ')}`)
console.log(lastLine(tally(outcomes)))
process.exitCode = tally(outcomes).failed === 0 ? 0 : 1

/** Runs a part, keeps its outcomes and says how it went and how long it took. */
async function timed(name: string, run: () => Promise<readonly Outcome[]>): Promise<void> {
  const start = performance.now()
  const found = await run()
  outcomes.push(...found)
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${tally(found).failed === 0 ? 'ok    ' : 'FAILED'}  ${seconds.padStart(6)} s  ${name}`)
}

/** A file is told of at once when it failed; the others only when somebody watches. */
function tellFile(file: string, found: readonly Outcome[]): void {
  const { failed } = tally(found)
  if (failed > 0) console.log(`        ${file}: ${failed} failed`)
  else if (process.stdout.isTTY) console.log(`        ${file}`)
}
