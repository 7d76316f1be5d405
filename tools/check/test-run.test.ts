import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { lastLine, tally } from './outcome.ts'
import { runStep } from './steps.ts'
import { runTestFile } from './test-file.ts'
import { chooseTests, runTests } from './test-run.ts'

const directory = mkdtempSync(join(tmpdir(), 'velocimex-check-test-'))
after(() => rmSync(directory, { recursive: true }))
const HEAD = "import { test } from 'node:test'\nimport { equal } from 'node:assert/strict'\n"

function write(name: string, body: string): string {
  writeFileSync(join(directory, name), HEAD + body)
  return name
}

/** What a test file says | passed failed skipped | words of the failures and skips. */
const stories: [string, string, [number, number, number], RegExp][] = [
  ['passes', "test('a', () => {}); test('b', async () => {})", [2, 0, 0], /^$/],
  ['fails', "test('a', () => {}); test('b', () => equal(1, 2))", [1, 1, 0], /1 !== 2/],
  [
    'fails-with-cause',
    "test('a', () => { throw new Error('outer', { cause: new Error('inner') }) })",
    [0, 1, 0],
    /outer[\s\S]*caused by[\s\S]*inner/,
  ],
  [
    'counts-leaves',
    "test('a', async t => { await t.test('b', () => {}); await t.test('c', () => equal(1, 2)) })",
    [1, 1, 0],
    /1 !== 2/,
  ],
  ['skips', "test('a', { skip: 'no server here' }, () => {})", [0, 0, 1], /^no server here$/],
  ['skips-within', "test('a', t => t.skip('no recordings'))", [0, 0, 1], /^no recordings$/],
  ['skips-silently', "test('a', { skip: true }, () => {})", [0, 1, 0], /without a reason/],
  [
    'hangs',
    "test('a', () => {}); test('b', () => new Promise(() => setInterval(() => {}, 1000)))",
    [1, 1, 0],
    /did not end within 3 s/,
  ],
  ['spins', "test('a', () => { for (;;); })", [0, 1, 0], /did not end within 3 s/],
  ['stays-alive', "test('a', () => { setInterval(() => {}, 1000) })", [1, 1, 0], /keeps the process alive/],
  [
    'leaves-early',
    "test('a', () => {}); test('b', () => process.exit(0))",
    [0, 1, 0],
    /left with exit code 0 before one was through/,
  ],
  ['is-killed', "test('a', () => process.kill(process.pid, 'SIGKILL'))", [0, 1, 0], /was ended by SIGKILL/],
  ['throws', "test('a', () => {}); throw new Error('at the top')", [0, 1, 0], /at the top/],
  ['does-not-parse', 'const = 1', [0, 1, 0], /SyntaxError|Expression expected|Unexpected/],
  ['is-empty', '', [0, 1, 0], /holds no test/],
]
for (const [name, body, [passed, failed, skipped], words] of stories)
  test(`a test file that ${name.replaceAll('-', ' ')}`, async () => {
    const outcomes = await runTestFile(directory, write(`${name}.test.ts`, body), 3000)
    const told = outcomes.filter(({ outcome }) => outcome !== 'passed').map(({ words }) => words)
    deepEqual(tally(outcomes), { passed, failed, skipped }, told.join('\n'))
    match(told.join('\n'), words)
    for (const { where } of outcomes) equal(where.startsWith(`${name}.test.ts`) || where.includes('/'), true, where)
  })

test('one file that breaks does not stop the others', async () => {
  const files = ['crash.test.ts', 'good.test.ts', 'also-good.test.ts']
  write(files[0]!, 'process.abort()')
  for (const file of files.slice(1)) write(file, "test('a', () => {})")
  const told: string[] = []
  const outcomes = await runTests(directory, files, file => told.push(file))
  deepEqual(tally(outcomes), { passed: 2, failed: 1, skipped: 0 })
  deepEqual(told.sort(), files.sort())
})

test('a program that a test leaves behind ends with it', async () => {
  const body = `
import { spawn } from 'node:child_process'
test('a', t => { const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); child.unref(); t.diagnostic('x') })`
  deepEqual(tally(await runTestFile(directory, write('leaves-child.test.ts', body), 20_000)), {
    passed: 1,
    failed: 0,
    skipped: 0,
  })
})

test('words choose files as people say them', () => {
  const files = [
    'packages/core/src/book/ladder.test.ts',
    'packages/core/src/bus/ring.test.ts',
    'tools/tidy/rules.test.ts',
  ]
  deepEqual(chooseTests(files, []), files)
  deepEqual(chooseTests(files, ['core/book']), files.slice(0, 1))
  deepEqual(chooseTests(files, ['packages/core/src/bus']), files.slice(1, 2))
  deepEqual(chooseTests(files, ['ring', 'tidy']), files.slice(1))
  deepEqual(chooseTests(files, ['nothing']), [])
})

test('a step passes by its exit code, and tells its output', async () => {
  const run = async (body: string) => {
    writeFileSync(join(directory, 'step.mjs'), body)
    const { outcome, words } = await runStep(directory, { name: 'step', args: ['step.mjs'] })
    return [outcome, words]
  }
  deepEqual(await run('console.log("all is well")'), ['passed', 'all is well'])
  deepEqual(await run('console.error("line 7 is long"); process.exitCode = 1'), ['failed', 'line 7 is long'])
  equal(((await run(`process.stdout.write('x'.repeat(150_000)); process.exitCode = 2`))[1] as string).length, 150_000)
})

test('the last line is the tally, and nothing found is a failure', () => {
  const check = fileURLToPath(new URL('../check.ts', import.meta.url))
  const run = spawnSync(process.execPath, [check, 'no/such/place'], { encoding: 'utf8' })
  equal(run.status, 1)
  equal(run.stdout.trimEnd().split('\n').at(-1), '0 passed, 1 failed, 0 skipped')
  match(run.stdout, /no test file was found for no\/such\/place/)
  equal(lastLine({ passed: 3, failed: 0, skipped: 1 }), '3 passed, 0 failed, 1 skipped')
})
