// Answers the questions of speed: `npm run bench`, or some of them: `npm run bench -- ladder import`. `--json` prints the
// results as JSON. Each benchmark leaves bench/results/<name>.json, and all of them results/README.md. Exit code 1 when one failed or missed its target.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BenchEnd, runBench } from './harness/bench-process.ts'
import { machine } from './harness/machine.ts'
import { type BenchResult, report } from './harness/report.ts'
import { table } from './harness/table.ts'

const BENCH_MILLISECONDS = 30 * 60_000

const root = fileURLToPath(new URL('..', import.meta.url))
const results = join(root, 'bench', 'results')
const given = process.argv.slice(2)
const isJson = given.includes('--json')
const words = given.filter(word => word !== '--json')

const files = globSync('bench/*/*.bench.ts', { cwd: root })
  .sort()
  .map(path => ({ path, name: basename(path, '.bench.ts') }))
  .filter(({ name }) => words.length === 0 || words.includes(name))
const known = new Set(files.map(({ name }) => name))
const unknown = words.filter(word => !known.has(word))

const facts = machine(root)
const ends: BenchEnd[] = unknown.map(name => ({ name, rows: [], failure: 'there is no benchmark of this name' }))
if (files.length === 0 && unknown.length === 0)
  ends.push({ name: 'bench', rows: [], failure: 'no benchmark was found' })
console.error(`${facts.cpu}, ${facts.cores} cores, load ${facts.loadAverage[0]!.toFixed(2)}, node ${facts.node}`)
for (const { name, path } of files) {
  console.error(`\n${name} ...`)
  const end = await runBench(name, join(root, path), BENCH_MILLISECONDS)
  ends.push(end)
  if (end.failure !== undefined) continue
  mkdirSync(results, { recursive: true })
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify({ name, machine: facts, rows: end.rows }, null, 2)}\n`)
  if (!isJson) console.log(`\n${name}\n${table(end.rows)}`)
}
if (ends.some(({ failure }) => failure === undefined)) writePage()
const failed = ends.filter(({ failure, rows }) => failure !== undefined || rows.some(({ met }) => met === false))
if (isJson) console.log(JSON.stringify({ schemaVersion: 1, machine: facts, benchmarks: ends }))
for (const { name, failure } of failed) console.error(`${name}: ${failure ?? 'misses a target'}`)
process.exitCode = failed.length === 0 ? 0 : 1

/** The results of this run and of those before it on one page. */
function writePage(): void {
  const kept = globSync('*.json', { cwd: results }).sort()
  const found = kept.map(file => JSON.parse(readFileSync(join(results, file), 'utf8')) as BenchResult)
  writeFileSync(join(results, 'README.md'), report(found))
}
