import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { arePresent, PEERS } from '../peers.ts'
import { runBench } from './bench-process.ts'
import { machine } from './machine.ts'
import { report } from './report.ts'
import { figure, table } from './table.ts'

const directory = mkdtempSync(join(tmpdir(), 'velocimex-bench-test-'))
after(() => rmSync(directory, { recursive: true }))

async function run(body: string, milliseconds = 20_000) {
  const path = join(directory, 'x.bench.ts')
  writeFileSync(path, `export const name = 'x'; ${body}`)
  return runBench('x', path, milliseconds)
}

test('a benchmark answers with its rows from a process of its own', async () => {
  const end = await run(
    `export const run = async () => [{ question: 'pid', ours: process.pid, unit: 'pid', met: typeof gc === 'function' }]`,
  )
  equal(end.failure, undefined)
  equal(end.rows[0]!.met, true, 'the garbage collector can be called')
  equal(end.rows[0]!.ours === process.pid, false)
})

test('a benchmark that throws, leaves, answers nothing or hangs says so', async () => {
  match((await run(`export const run = () => { throw new Error('x') }`)).failure!, /exit code 1/)
  match((await run(`export const run = () => process.exit(3)`)).failure!, /exit code 3/)
  match((await run(`export const run = () => []`)).failure!, /answered nothing/)
  match(
    (await run(`export const run = () => new Promise(() => setInterval(() => {}, 1000))`, 1000)).failure!,
    /SIGKILL/,
  )
})

test('rows stand in columns', () => {
  const rows = [
    {
      question: 'level update',
      ours: 71.234,
      unit: 'ns/update',
      peer: 'ccxt 4',
      peerValue: 812.6,
      ratio: 11.41,
      target: '2x',
      met: true,
    },
    { question: 'import', ours: 1234567, unit: 'messages/s', target: '2e6', met: false },
  ]
  deepEqual(table(rows).split('\n'), [
    'question      ours                  peer         ratio  target',
    'level update  71.2 ns/update        ccxt 4: 813  11.4x  2x      ✓',
    'import        1,230,000 messages/s                      2e6     ✗',
  ])
  deepEqual([0, 0.0123456, 999.9, 1e9].map(figure), ['0', '0.0123', '1,000', '1,000,000,000'])
})

test('a name that no benchmark has fails, as one JSON object', () => {
  const program = fileURLToPath(new URL('../run.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'unheard-of', '--json'], {
    encoding: 'utf8',
  })
  equal(status, 1)
  const { schemaVersion, benchmarks, machine: facts } = JSON.parse(stdout)
  deepEqual([schemaVersion, benchmarks[0].name, typeof facts.cpu], [1, 'unheard-of', 'string'])
  match(stderr, /unheard-of: there is no benchmark of this name/)
})

test('a machine tells what a figure depends on', () => {
  const { commit, cores, loadAverage } = machine(directory)
  deepEqual([commit, cores > 0, loadAverage.length], ['unknown', true, 3])
})

test('peers are present only at their exact versions', () => {
  const install = (version: (name: string) => string): void => {
    for (const name of Object.keys(PEERS)) {
      mkdirSync(join(directory, 'node_modules', name), { recursive: true })
      writeFileSync(join(directory, 'node_modules', name, 'package.json'), JSON.stringify({ version: version(name) }))
    }
  }
  equal(arePresent(directory), false)
  install(name => PEERS[name]!)
  equal(arePresent(directory), true)
  install(name => (name === 'ccxt' ? '1.0.0' : PEERS[name]!))
  equal(arePresent(directory), false)
})

test('results stand on a page, with the machine and what was missed', () => {
  const rows = [
    { question: 'a|b', ours: 12.34, unit: 'ns', peer: 'ws 8', peerValue: 100, ratio: 8.1, target: '>= 8x', met: true },
    { question: 'c', ours: 5, unit: 'kB', target: '<= 4 kB', met: false },
    { question: 'd', ours: 1, unit: 's' },
  ]
  const facts = {
    ...machine(directory),
    date: '2026-11-21T11:40:59.000Z',
    commit: '0123456789abcdef',
    loadAverage: [1.26],
  }
  const page = report([{ name: 'one', machine: facts, rows }])
  match(page, /^1 targets met, 1 missed\.$/m)
  match(page, /^2026-11-21T11:40Z, 0123456789, .*, load 1\.3 before it began\.$/m)
  match(page, /^\| a\\\|b \| 12\.3 ns \| ws 8: 100 \| 8\.1x \| >= 8x \| met \|$/m)
  match(page, /^\| c \| 5 kB \| {2}\| {2}\| <= 4 kB \| missed \|$/m)
  match(page, /^\| d \| 1 s \| {2}\| {2}\| {2}\| {2}\|$/m)
})
