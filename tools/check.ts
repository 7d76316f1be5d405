// `npm test`: type check, tidy, lint, then every test. Ends with one line `N passed, N failed, N skipped`.
// `npm test -- core/book` runs only the tests whose path holds the words.
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const filters = process.argv.slice(2)
const count = { passed: 0, failed: 0, skipped: 0 }

/** A step that is one check: it passes, or its output is shown. */
function step(name: string, command: string, ...args: string[]): void {
  const start = Date.now()
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 })
  const good = done.status === 0
  console.log(`${good ? '✔' : '✖'} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`)
  if (good) count.passed++
  else {
    count.failed++
    console.log(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}`)
  }
}

const bin = (name: string): string => join(root, 'node_modules', '.bin', name)
if (filters.length === 0) {
  step('types', bin('tsc'), '-p', 'tsconfig.json')
  step('types of the pure packages', bin('tsc'), '-p', 'tsconfig.pure.json')
  step('tidy', process.execPath, join(root, 'tools/tidy.ts'))
  step('lint', bin('biome'), 'check', '.')
}

const files = globSync(
  ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'tools/*.test.ts', 'bench/**/*.test.ts'],
  { cwd: root },
)
  .filter(file => filters.every(filter => file.includes(filter)))
  .sort()
if (files.length === 0) {
  console.log(`no test file matches ${filters.join(' ')}`)
  count.failed++
} else await runTests(files.map(file => join(root, file)))

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exit(count.failed === 0 && count.passed > 0 ? 0 : 1)

async function runTests(paths: string[]): Promise<void> {
  const tests = run({ files: paths, concurrency: 2, timeout: 600_000 })
  tests.on('test:pass', ({ name, skip, todo, details }) => {
    if (details.type === 'suite') return
    if (skip === undefined && todo === undefined) {
      count.passed++
      return
    }
    count.skipped++
    const reason = skip ?? todo
    if (reason === true || reason === '') {
      count.failed++
      console.log(`✖ ${name}: skipped without a reason`)
    } else console.log(`- ${name}: ${reason}`)
  })
  tests.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') count.failed++
  })
  const report = tests.compose(new spec())
  for await (const text of report) process.stdout.write(String(text))
}
