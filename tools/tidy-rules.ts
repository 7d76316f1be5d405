import { dirname, join, normalize } from 'node:path'
import { blankOut } from './scan-source.ts'

/** One file of the code base. */
export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** Something that is not in order. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly rule: string
  readonly words: string
}

/** Order of the folders of the core: a folder imports itself and those before it. */
export const CORE_ORDER = [
  'clock',
  'market',
  'order',
  'bus',
  'feed',
  'book',
  'signal',
  'strategy',
  'patch',
  'risk',
  'execution',
  'exchange',
  'ledger',
  'report',
  'engine',
]

/** What a workspace may import of ours, and of others. */
const WORKSPACES: Readonly<
  Record<string, { readonly ours: readonly string[]; readonly others: readonly string[]; readonly node: boolean }>
> = {
  'packages/core': { ours: [], others: [], node: false },
  'packages/venues': { ours: ['core'], others: [], node: false },
  'packages/strategies': { ours: ['core'], others: [], node: false },
  'packages/protocol': { ours: [], others: [], node: false },
  'packages/host': {
    ours: ['core'],
    others: ['koffi', 'yaml', 'zod', 'ws', 'undici', 'pino', 'prom-client'],
    node: true,
  },
  'packages/store': {
    ours: ['core', 'host'],
    others: ['kysely', 'pg', 'redis', 'tigerbeetle-node', '@duckdb/node-api'],
    node: true,
  },
  'apps/backtester': { ours: ['core', 'venues', 'strategies', 'host', 'store'], others: ['zod'], node: true },
  'apps/trader': {
    ours: ['core', 'venues', 'strategies', 'protocol', 'host', 'store'],
    others: ['fastify', 'zod', 'jose'],
    node: true,
  },
  'apps/cli': {
    ours: ['core', 'venues', 'strategies', 'protocol', 'host', 'store', 'backtester', 'trader', 'simulator'],
    others: ['commander'],
    node: true,
  },
}

/** Packages that tests everywhere may use. */
const TEST_PACKAGES = ['fast-check']

/** Ambient time, chance and world: a pure package is handed all of them. */
const AMBIENT =
  /\b(Date\.now|new Date\b|Date\(|performance\.|Math\.random|setTimeout|setInterval|setImmediate|queueMicrotask|process\.|globalThis|crypto\.|fetch\(|console\.)/

const NAMES_REFUSED = /(Manager|Helper|Util|Utils|Service|Handler|Processor|Data|Info|Base|Impl|Common|Misc)$/
const FOLDERS_REFUSED = new Set(['utils', 'util', 'common', 'helpers', 'shared', 'misc', 'types'])
const WORDS_REFUSED = /\b(TODO|FIXME|XXX|HACK)\b/
const LINES_MAX = 300
const TEST_LINES_MAX = 600
const FUNCTION_LINES_MAX = 70

const isTest = (path: string): boolean => /\.(test|conformance)\.ts$/.test(path)
const isPure = (path: string): boolean => /^packages\/(core|venues|strategies|protocol)\//.test(path) && !isTest(path)
const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
const workspaceOf = (path: string): string => path.split('/').slice(0, 2).join('/')

/** Imports of a file: what is named, and where. */
export function importsOf(file: SourceFile): { readonly to: string; readonly line: number }[] {
  const code = blankOut(file.text)
  const found: { to: string; line: number }[] = []
  for (const match of code.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*(['"])/g)) {
    const start = match.index + match[0].length
    const end = file.text.indexOf(match[1]!, start)
    found.push({ to: file.text.slice(start, end), line: lineAt(code, start) })
  }
  return found
}

/** Everything that is not in order in these files. */
export function findUntidy(files: readonly SourceFile[]): Finding[] {
  const paths = new Set(files.map(({ path }) => path))
  return [
    ...files.flatMap(file => [...checkDirection(file), ...checkSize(file), ...checkWords(file), ...checkExports(file)]),
    ...checkGraph(files, paths),
  ]
}

function checkDirection(file: SourceFile): Finding[] {
  const workspace = workspaceOf(file.path)
  const rules = WORKSPACES[workspace]
  if (rules === undefined) return []
  const findings: Finding[] = []
  const say = (line: number, words: string): void =>
    void findings.push({ path: file.path, line, rule: 'direction', words })
  const test = isTest(file.path)
  for (const { to, line } of importsOf(file)) {
    if (to.startsWith('.')) {
      const target = normalize(join(dirname(file.path), to))
      if (!target.startsWith(`${workspace}/`)) say(line, `${to} leaves the workspace; import it by its package name`)
      else if (workspace === 'packages/core' && !test) checkCore(file.path, target, words => say(line, words))
    } else if (to.startsWith('node:')) {
      if (!rules.node && !test) say(line, `${to}: ${workspace} is pure`)
    } else if (to.startsWith('@velocimex/')) {
      const name = to.split('/')[1]!
      if (!rules.ours.includes(name) && workspace !== `packages/${name}` && workspace !== `apps/${name}`)
        say(line, `${workspace} may not import ${name}`)
    } else {
      const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : to.split('/')[0]!
      if (!rules.others.includes(name) && !(test && TEST_PACKAGES.includes(name)))
        say(line, `${workspace} may not use the package ${name}`)
    }
  }
  return findings
}

function checkCore(path: string, target: string, say: (words: string) => void): void {
  const folder = (of: string): number => CORE_ORDER.indexOf(of.split('/')[3]!)
  const from = folder(path)
  const to = folder(target)
  if (target.split('/').length === 4) return // assert.ts and result.ts stand before all folders.
  if (to > from)
    say(`${CORE_ORDER[from] ?? 'a file of the root'} may not import ${CORE_ORDER[to]}: it stands to the right`)
}

function checkSize({ path, text }: SourceFile): Finding[] {
  const findings: Finding[] = []
  const lines = text.split('\n').length - 1
  const most = isTest(path) ? TEST_LINES_MAX : LINES_MAX
  if (lines > most)
    findings.push({ path, line: 1, rule: 'file length', words: `${lines} lines, at most ${most}: make it two files` })
  if (isTest(path)) return findings
  for (const { name, from, to, own } of functionsOf(text)) {
    const allowed = /tidy: long because/.test(
      text
        .split('\n')
        .slice(Math.max(0, from - 4), from)
        .join('\n'),
    )
    if (own > FUNCTION_LINES_MAX && !allowed)
      findings.push({
        path,
        line: from,
        rule: 'function length',
        words: `${name} has ${own} lines (to ${to}), at most ${FUNCTION_LINES_MAX}`,
      })
  }
  return findings
}

/** Functions and methods with a name, and how many lines are their own: those of functions inside them do not count. */
function functionsOf(text: string): { name: string; from: number; to: number; own: number }[] {
  const code = blankOut(text)
  const found: { name: string; start: number; end: number }[] = []
  const heads =
    /(?:function\s+([\w$]+)|^[ \t]+(?:static\s+|async\s+|get\s+|set\s+)*(#?[\w$]+)(?:<[^>\n]*>)?)\s*\((?:[^(){}]|\([^()]*\)|\{[^{}]*\})*\)\s*(?::[^{};=]+)?\{/gm
  for (const match of code.matchAll(heads)) {
    const name = match[1] ?? match[2]!
    if (['if', 'for', 'while', 'switch', 'catch'].includes(name)) continue
    const open = match.index + match[0].length
    let depth = 1
    let at = open
    for (; at < code.length && depth > 0; at++) depth += code[at] === '{' ? 1 : code[at] === '}' ? -1 : 0
    found.push({ name, start: match.index + match[0].search(/\S/), end: at })
  }
  return found.map(({ name, start, end }) => {
    const inner = found.filter(
      other =>
        other.start > start &&
        other.end < end &&
        !found.some(
          between =>
            between.start > start && between.end < end && between.start < other.start && between.end > other.end,
        ),
    )
    const span = (from: number, to: number): number => code.slice(from, to).split('\n').length
    const own = span(start, end) - inner.reduce((sum, other) => sum + span(other.start, other.end), 0)
    return { name, from: lineAt(code, start), to: lineAt(code, end), own }
  })
}

function checkWords({ path, text }: SourceFile): Finding[] {
  const findings: Finding[] = []
  const code = blankOut(text)
  const say = (line: number, rule: string, words: string): void => void findings.push({ path, line, rule, words })
  const parts = path.split('/')
  const name = parts.at(-1)!
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/.test(name)) say(1, 'file name', `${name} is not kebab-case`)
  if (name === 'index.ts') say(1, 'barrel', 'no index files: import the file itself')
  for (const part of [...parts.slice(0, -1), name.replace(/\..*$/, '')])
    if (FOLDERS_REFUSED.has(part)) say(1, 'vague name', `${part} says nothing: name the noun`)
  for (const [at, line] of text.split('\n').entries())
    if (WORDS_REFUSED.test(line) && path !== 'tools/tidy-rules.ts' && !path.startsWith('tools/tidy'))
      say(at + 1, 'unfinished', 'finish it, or write down why not in the docs')
  for (const [at, line] of code.split('\n').entries()) {
    if (isPure(path) && AMBIENT.test(line))
      say(at + 1, 'ambient', `${AMBIENT.exec(line)![0]} in a pure package: take it as an argument`)
    if (/\b(test|it|describe)\.(only|skip|todo)\(/.test(line))
      say(at + 1, 'skipped', 'a test that does not run needs a reason: use the skip option with words')
    const named = /\b(?:class|interface)\s+([\w$]+)/.exec(line)
    if (named !== null && NAMES_REFUSED.test(named[1]!) && named[1] !== 'OrderManager')
      say(at + 1, 'vague name', `${named[1]}: use the field's word`)
  }
  return findings
}

/** Every exported name has a doc comment right above it. */
function checkExports({ path, text }: SourceFile): Finding[] {
  if (isTest(path)) return []
  const findings: Finding[] = []
  const lines = text.split('\n')
  for (const [at, line] of blankOut(text).split('\n').entries()) {
    const match =
      /^export\s+(?:declare\s+|async\s+|abstract\s+)*(class|interface|function|const|let|type|enum)\s+([\w$]+)/.exec(
        line,
      )
    if (/^export\s+(\*|\{)/.test(line))
      findings.push({ path, line: at + 1, rule: 're-export', words: 'export things where they are made' })
    if (match === null) continue
    const above = lines.slice(0, at).findLast(each => each.trim() !== '') ?? ''
    // A run of like constants may share the comment of the first.
    const sibling = /^export const/.test(above) && match[1] === 'const'
    if (!above.trim().endsWith('*/') && !sibling)
      findings.push({ path, line: at + 1, rule: 'contract', words: `${match[2]} has no doc comment` })
  }
  return findings
}

/** Cycles between files, and files that nothing leads to. */
function checkGraph(files: readonly SourceFile[], paths: ReadonlySet<string>): Finding[] {
  const edges = new Map<string, string[]>()
  for (const file of files) {
    const targets = importsOf(file).flatMap(({ to }) => {
      const own = to.startsWith('.') ? normalize(join(dirname(file.path), to)) : ownPackage(to)
      return own !== undefined && paths.has(own) ? [own] : []
    })
    edges.set(file.path, targets)
  }
  const findings: Finding[] = []
  const seen = new Map<string, 'open' | 'done'>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (seen.get(path) === 'done') return
    if (seen.get(path) === 'open') {
      const cycle = [...trail.slice(trail.indexOf(path)), path]
      findings.push({ path, line: 1, rule: 'cycle', words: cycle.join(' -> ') })
      return
    }
    seen.set(path, 'open')
    for (const next of edges.get(path)!) visit(next, [...trail, path])
    seen.set(path, 'done')
  }
  for (const { path } of files) visit(path, [])
  const reached = new Set([...edges].filter(([path]) => !isTest(path)).flatMap(([, targets]) => targets))
  const entry = /(^tools\/|^bench\/|\/main\.ts$|-worker\.ts$|\.(test|conformance)\.ts$)/
  for (const { path } of files)
    if (!entry.test(path) && !reached.has(path))
      findings.push({ path, line: 1, rule: 'dead file', words: 'nothing but tests imports it' })
  return findings
}

function ownPackage(to: string): string | undefined {
  const match = /^@velocimex\/([\w-]+)\/(.+)$/.exec(to)
  if (match === null) return undefined
  const folder = ['core', 'venues', 'strategies', 'protocol', 'host', 'store'].includes(match[1]!) ? 'packages' : 'apps'
  return `${folder}/${match[1]}/src/${match[2]}.ts`
}
