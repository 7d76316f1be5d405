import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { writeFinding } from './finding.ts'
import { Project } from './project.ts'
import { RULES } from './rules.ts'

/** What the rules say of files: `path:line rule`. */
function findings(files: Record<string, string>): string[] {
  const project = new Project(new Map(Object.entries(files)))
  return RULES.flatMap(rule => rule(project)).map(({ file, line, rule }) => `${file}:${line} ${rule}`)
}

/** A file beside a test that uses it, so that it is not dead; the last part of its path is the name imported. */
function findingsOf(path: string, text: string, others: Record<string, string> = {}): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const user = `${path.slice(0, path.lastIndexOf('/'))}/user.test.ts`
  return findings({ ...others, [path]: text, [user]: `import './${name}'` }).map(line => line.replace(`${path}:`, ''))
}

/** File | what it says | findings as `line rule`, nothing for none. */
const cases = `
  packages/core/src/market/a.ts   | import '../order/b.ts'                            | 1 direction
  packages/core/src/order/a.ts    | import type { B } from '../market/b.ts'           |
  packages/core/src/market/a.ts   | import type { B } from '../order/b.ts'            | 1 direction
  packages/core/src/market/a.ts   | import '../assert.ts'                             |
  packages/core/src/plumbing/a.ts | import '../market/b.ts'                           | 1 direction
  packages/core/src/assert.ts     | import './market/b.ts'                            | 1 direction
  packages/core/src/market/a.ts   | import { x } from '@velocimex/host/tape/tape'     | 1 direction
  packages/core/src/market/a.ts   | import { x } from '@velocimex/core/clock/clock'   | 1 direction
  packages/core/src/market/a.ts   | import '../../../host/src/tape/tape.ts'           | 1 direction
  packages/core/src/market/a.ts   | import { readFileSync } from 'node:fs'            | 1 direction
  packages/core/src/market/a.ts   | import { readFileSync } from 'fs'                 | 1 direction
  packages/core/src/market/a.ts   | import { z } from 'zod'                           | 1 direction
  packages/core/src/market/a.ts   | const x = await import('zod')                     | 1 direction
  packages/core/src/market/a.ts   | type X = import('../order/b.ts').B                | 1 direction
  packages/core/src/market/a.ts   | // import { z } from 'zod'                        |
  packages/core/src/market/a.ts   | const text = "import 'zod'"                       |
  packages/venues/src/kraken/a.ts | import { x } from '@velocimex/core/clock/clock'   |
  packages/venues/src/kraken/a.ts | import { x } from '@velocimex/strategies/quote'   | 1 direction
  packages/strategies/src/a.ts    | import { x } from '@velocimex/venues/venues'      | 1 direction
  packages/protocol/src/a.ts      | import { x } from '@velocimex/core/clock/clock'   | 1 direction
  packages/host/src/a.ts          | import { z } from 'zod/v4'                        |
  packages/host/src/a.ts          | import { metrics } from '@opentelemetry/api'      |
  packages/host/src/a.ts          | import fastify from 'fastify'                     | 1 direction
  packages/host/src/a.ts          | import { x } from '@velocimex/cli/program'        | 1 direction
  packages/unheard/src/a.ts       | const a = 1                                       | 1 direction
  apps/trader/src/a.ts            | import { x } from '@velocimex/strategies/quote'   |
  apps/trader/src/a.ts            | import { x } from '@velocimex/cli/program'        | 1 direction
  apps/cli/src/a.ts               | import { x } from '@velocimex/trader/main'        |
  apps/cli/src/a.ts               | import { x } from 'commander'                     |
  apps/dashboard/src/a.ts         | import { x } from '@velocimex/protocol/hub'       |
  apps/dashboard/src/a.ts         | import { x } from '@velocimex/core/clock/clock'   | 1 direction
  apps/dashboard/src/a.ts         | import 'node:fs'                                  | 1 direction
  packages/host/src/a.ts          | export { x } from './b.ts'                        | 1 direction
  packages/host/src/a.ts          | export * from './b.ts'                            | 1 direction
  packages/host/src/a.ts          | mkdirSync(x, { recursive: true })                 | 1 folders
  apps/cli/src/a.ts               | await mkdir(f(x), { recursive: true })            | 1 folders
  packages/host/src/a.test.ts     | mkdirSync(x, { recursive: true })                 |
  packages/host/src/a.ts          | mkdirSync(x)                                      |
  packages/host/src/a.ts          | rmSync(x, { recursive: true })                    |
  packages/core/src/clock/a.ts    | const at = Date.now()                             | 1 ambient
  packages/core/src/clock/a.ts    | const at = new Date()                             | 1 ambient
  packages/core/src/clock/a.ts    | const at = Date()                                 | 1 ambient
  packages/core/src/clock/a.ts    | const at = performance.now()                      | 1 ambient
  packages/core/src/clock/a.ts    | const x = Math.random()                           | 1 ambient
  packages/core/src/clock/a.ts    | const x = Math.max(random)                        |
  packages/core/src/clock/a.ts    | /// <reference types="node" />                    | 1 ambient
  packages/core/src/clock/a.ts    | const x = Date['now']()                           | 1 ambient
  packages/core/src/clock/a.ts    | const { now } = Date                              | 1 ambient
  packages/core/src/clock/a.ts    | const D = Date                                    | 1 ambient
  packages/core/src/clock/a.ts    | const x = new (Date as Clock)()                   | 1 ambient
  packages/core/src/clock/a.ts    | const x = Date.parse('2024-08-08 10:00')          | 1 ambient
  packages/core/src/clock/a.ts    | const x = Date.UTC(2024, 7, 8)                    |
  packages/core/src/clock/a.ts    | const x = Math['random']()                        | 1 ambient
  packages/core/src/clock/a.ts    | const { random } = Math                           | 1 ambient
  packages/core/src/clock/a.ts    | const x = Math?.random()                          | 1 ambient
  packages/core/src/clock/a.ts    | const x = Reflect.get(Math, 'random')()           | 1 ambient
  packages/core/src/clock/a.ts    | const x = new Intl.DateTimeFormat().format()      | 1 ambient
  packages/core/src/clock/a.ts    | const x = new WeakRef(y)                          | 1 ambient
  packages/core/src/clock/a.ts    | const x = eval(text)                              | 1 ambient
  packages/core/src/clock/a.ts    | const x = new Function(text)()                    | 1 ambient
  packages/core/src/clock/a.ts    | const x = await import(name)                      | 1 ambient
  packages/core/src/clock/a.ts    | setTimeout(f, 1)                                  | 1 ambient
  packages/core/src/clock/a.ts    | setInterval(f, 1)                                 | 1 ambient
  packages/core/src/clock/a.ts    | setImmediate(f)                                   | 1 ambient
  packages/core/src/clock/a.ts    | queueMicrotask(f)                                 | 1 ambient
  packages/core/src/clock/a.ts    | const x = process.env                             | 1 ambient
  packages/core/src/clock/a.ts    | const x = globalThis                              | 1 ambient
  packages/core/src/clock/a.ts    | const x = crypto.randomUUID()                     | 1 ambient
  packages/core/src/clock/a.ts    | await fetch(x)                                    | 1 ambient
  packages/core/src/clock/a.ts    | console.log(x)                                    | 1 ambient
  packages/core/src/clock/a.ts    | const text = 'Date.now()'                         |
  packages/core/src/clock/a.ts    | const x = this.process(book.fetch())              |
  packages/core/src/clock/a.ts    | const x = { process: 1 }                          |
  packages/core/src/clock/a.ts    | const x = \`at \${Date.now()}\`                   | 1 ambient
  packages/core/src/clock/a.test.ts | const at = Date.now()                           |
  packages/host/src/a.ts          | const at = Date.now()                             |
  packages/host/src/a.ts          | export const a = 1                                | 1 doc-comment
  packages/host/src/a.ts          | export interface A {}                             | 1 doc-comment
  packages/host/src/a.ts          | export type A = 1                                 | 1 doc-comment
  packages/host/src/a.ts          | export abstract class A {}                        | 1 doc-comment
  packages/host/src/a.ts          | export async function a() {}                      | 1 doc-comment
  packages/host/src/a.ts          | export default 1                                  | 1 doc-comment
  packages/host/src/a.ts          | const a = 1; export { a }                         | 1 doc-comment
  packages/host/src/a.ts          | // not a doc comment¶export const a = 1           | 2 doc-comment
  packages/host/src/a.ts          | /** One. */¶const b = 1¶export const a = 1        | 3 doc-comment
  packages/host/src/a.ts          | /** One. */¶export const a = 1                    |
  packages/host/src/a.ts          | /** Two. */¶export const a = 1¶export const b = 2 |
  packages/host/src/a.ts          | /** Two. */¶export const a = 1¶¶export const b = 2 | 4 doc-comment
  packages/host/src/OrderBook.ts  | const a = 1                                       | 1 file-name
  packages/host/src/order_book.ts | const a = 1                                       | 1 file-name
  packages/host/src/utils/a.ts    | const a = 1                                       | 1 file-name
  packages/host/src/types.ts      | const a = 1                                       | 1 file-name
  packages/host/src/shared/a.ts   | const a = 1                                       | 1 file-name
  packages/host/src/index.ts      | const a = 1                                       | 1 file-name
  packages/host/src/shared-memory.ts | const a = 1                                    |
  packages/host/src/a.ts          | class RiskManager {}                              | 1 class-name
  packages/host/src/a.ts          | class OrderManager {}                             |
  packages/host/src/a.ts          | class TapeHelper {}                               | 1 class-name
  packages/host/src/a.ts          | class BookImpl extends Book {}                    | 1 class-name
  packages/host/src/a.ts          | class MarketData {}                               | 1 class-name
  packages/host/src/a.ts          | // \x54ODO: later                                 | 1 unfinished
  packages/host/src/a.ts          | /* a¶ * \x46IXME */                               | 2 unfinished
  packages/host/src/a.ts          | const text = 'TODO'                               |
  packages/host/src/a.test.ts     | test.skip('x', () => {})                          | 1 skipped-test
  packages/host/src/a.test.ts     | it.only('x', () => {})                            | 1 skipped-test
  packages/host/src/a.test.ts     | test.todo('x')                                    | 1 skipped-test
  packages/host/src/a.test.ts     | context.skip()                                    | 1 skipped-test
  packages/host/src/a.test.ts     | context.skip('no recordings here')                |
  packages/host/src/a.test.ts     | test('x', { skip: true }, f)                      | 1 skipped-test
  packages/host/src/a.test.ts     | test('x', { skip: 'no recordings here' }, f)      |
  packages/host/src/a.test.ts     | test('x', { only: true }, f)                      | 1 skipped-test
`
for (const line of cases.trim().split('\n'))
  test(`rules: ${line.trim()}`, () => {
    const [path, text, expected] = line.split(' | ').map(part => part.replace(/ \|$/, '').trim()) as [
      string,
      string,
      string?,
    ]
    const others = Object.fromEntries(
      ['core/src/order/b', 'core/src/market/b', 'core/src/assert', 'host/src/b'].map(name => [
        `packages/${name}.ts`,
        '',
      ]),
    )
    delete others[path]
    const found = findingsOf(path, text.replaceAll('¶', '\n'), others)
    const relevant = found.filter(finding => !finding.includes('dead-file') && !finding.includes('user.test.ts'))
    deepEqual(relevant, expected === undefined || expected === '' ? [] : [expected])
  })

test('files in a circle are found, whatever their imports carry', () => {
  const circle = {
    'packages/host/src/a.ts': "import { b } from './b.ts'",
    'packages/host/src/b.ts': "import type { C } from './c.ts'",
    'packages/host/src/c.ts': "import { a } from '@velocimex/host/a'",
  }
  const found = findings(circle).filter(line => line.endsWith('cycle'))
  deepEqual(found, ['packages/host/src/c.ts:1 cycle'])
  deepEqual(
    findings({ ...circle, 'packages/host/src/c.ts': '' }).filter(line => line.endsWith('cycle')),
    [],
  )
})

test('a file that nothing uses is dead, and one that a program, a worker or a test starts from is not', () => {
  const found = findings({
    'apps/cli/src/main.ts': "import './used.ts'\nnew Worker(new URL('./far/started.ts', import.meta.url))",
    'apps/cli/src/used.ts': '',
    'apps/cli/src/far/started.ts': '',
    'apps/cli/src/ring-worker.ts': '',
    'apps/cli/src/used.test.ts': '',
    'apps/cli/src/forgotten.ts': "import './forgotten.ts'",
    'apps/cli/bin/run.mjs': '',
    'tools/check.ts': '',
    'tools/check/old.ts': '',
    'bench/book/ladder.bench.ts': '',
  })
  deepEqual(
    found.filter(line => line.endsWith('dead-file')),
    ['apps/cli/src/forgotten.ts:1 dead-file', 'tools/check/old.ts:1 dead-file'],
  )
})

test('300 lines are allowed, 301 are not; a test may have 600', () => {
  const long = (path: string, lines: number): string[] =>
    findingsOf(path, '//\n'.repeat(lines)).filter(line => line.includes('long-file'))
  deepEqual(long('packages/host/src/a.ts', 300), [])
  deepEqual(long('packages/host/src/a.ts', 301), ['301 long-file'])
  deepEqual(long('packages/host/src/a.test.ts', 600), [])
  deepEqual(long('packages/host/src/a.conformance.ts', 601), ['601 long-file'])
})

/** The first and last line of functions of every kind; the body is put between. */
const functions = `
  function f(a: number): void { | }
  function f(): { a: number } { | }
  function f(): Result<A, 'b'> & { readonly words?: string } { | }
  const f = (): number => { | }
  const f = async <T>(a: T) => { | }
  const f = () => [ | ]
  class A { method(a = {}): Promise<void> { | } }
  class A { static async *method<T>(): AsyncGenerator<T> { | } }
  class A { get size(): number { | } }
  const a = { method() { | } }
  test('a', () => { | })
  export default function () { | }
`
for (const line of functions.trim().split('\n'))
  test(`70 lines are allowed, 71 are not: ${line.trim()}`, () => {
    const [head, tail] = line.trim().split(' | ') as [string, string]
    const long = (lines: number): number =>
      findingsOf('packages/host/src/a.ts', `${head}\n${'//\n'.repeat(lines - 2)}${tail}`).filter(
        found => found === '1 long-function',
      ).length
    deepEqual([long(70), long(71)], [0, 1])
  })

test('a function may be longer with its reason above it', () => {
  const body = 'x()\n'.repeat(80)
  const found = (above: string): string[] =>
    findingsOf('packages/host/src/a.ts', `${above}function f() {\n${body}}\nf()`).filter(line =>
      line.includes('long-function'),
    )
  deepEqual(found('// tidy: long because a call a row costs half as much again\n'), [])
  deepEqual(found('// tidy: long because\n').length, 1)
})

test('blocks that are no functions may be longer', () => {
  for (const head of [
    'if (a(b)) {',
    'for (const a of b()) {',
    'switch (a) {',
    'interface A {',
    'const a: A = {',
    'class A {',
  ])
    deepEqual(
      findingsOf('packages/host/src/a.ts', `${head}\n${'//\n'.repeat(99)}}`).filter(found =>
        found.includes('long-function'),
      ),
      [],
    )
})

test('a finding reads: place, rule, what, remedy', () => {
  const project = new Project(new Map([['packages/core/src/clock/a.test.ts', "import 'zod'"]]))
  const [only, ...others] = RULES.flatMap(rule => rule(project)).map(writeFinding)
  equal(others.length, 0)
  match(only!, /^packages\/core\/src\/clock\/a\.test\.ts:1 direction: .+ zod\. Allowed are: fast-check$/)
})
