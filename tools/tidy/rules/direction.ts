import { isBuiltin } from 'node:module'
import type { Finding } from '../finding.ts'
import type { Import } from '../imports.ts'
import { type Project, pathOf } from '../project.ts'
import type { Source } from '../source.ts'
import { CORE_ORDER, TEST_PACKAGES, type Workspace, workspaceOf } from '../workspaces.ts'

const CORE = 'packages/core/src/'

/** Imports point one way: between workspaces, to packages of others, and between the folders of core. */
export function direction(project: Project): Finding[] {
  return project.sources.flatMap(source => {
    const { workspace } = source
    if (workspace === undefined)
      return [finding(source, 1, 'this workspace is not in the table', 'Add it to tools/tidy/workspaces.ts')]
    return project.importsOf(source).flatMap(one => check(source, workspace, one))
  })
}

function check(source: Source, from: Workspace, { specifier, line, isReexport }: Import): Finding[] {
  if (isReexport)
    return [finding(source, line, `hands on ${specifier}`, 'Let its users import it from where it is declared')]
  const path = pathOf(source.path, specifier)
  const wrong =
    path === undefined
      ? outside(source, from, specifier)
      : (between(source, from, specifier, path) ?? inCore(source, path))
  return wrong === undefined ? [] : [finding(source, line, ...wrong)]
}

type Words = readonly [what: string, remedy: string]

/** Modules of Node and packages of others. */
function outside(source: Source, from: Workspace, specifier: string): Words | undefined {
  if (isBuiltin(specifier)) {
    if (from.isBrowser && !source.isTest) return [`${specifier} is not in a browser`, 'Use what the browser has']
    if (!from.isPure || source.isTest) return undefined
    return [
      `${from.folder} is pure and imports ${specifier}`,
      'Take what it gives as an argument, or move the file to packages/host',
    ]
  }
  const allowed = [...from.thirdParty, ...(source.isTest ? TEST_PACKAGES : [])]
  if (allowed.some(name => matches(name, specifier))) return undefined
  return [`${from.folder} may not import the package ${specifier}`, `Allowed are: ${allowed.join(', ') || 'none'}`]
}

function matches(allowed: string, specifier: string): boolean {
  if (allowed.endsWith('*')) return specifier.startsWith(allowed.slice(0, -1))
  return specifier === allowed || specifier.startsWith(`${allowed}/`)
}

function between(source: Source, from: Workspace, specifier: string, path: string): Words | undefined {
  const to = workspaceOf(path)
  if (to === from)
    return specifier.startsWith('.')
      ? undefined
      : [`imports its own package as ${specifier}`, 'Import relative, with .ts']
  if (specifier.startsWith('.'))
    return [`leaves its workspace with ${specifier}`, 'Import @velocimex/<package>/<folder>/<file>']
  const allowed =
    to !== undefined &&
    from.imports.some(folder => to.folder === folder || (folder.endsWith('/') && to.folder.startsWith(folder)))
  if (allowed) return undefined
  const known = from.imports.join(', ') || 'nothing'
  return [
    `${source.path.split('/').slice(0, 2).join('/')} imports ${specifier}`,
    `It may import ${known}: declare the interface you need here and let a caller fill it`,
  ]
}

function inCore(source: Source, path: string): Words | undefined {
  if (!source.path.startsWith(CORE) || !path.startsWith(CORE)) return undefined
  const [from, to] = [source.path, path].map(file => file.slice(CORE.length).split('/')) as [string[], string[]]
  if (to.length === 1) return undefined
  if (from.length === 1) return [`${from[0]} is under all folders and imports ${to[0]}`, 'Move it into a folder']
  const [left, right] = [CORE_ORDER.indexOf(to[0]!), CORE_ORDER.indexOf(from[0]!)]
  if (right < 0) return [`the folder ${from[0]} is not in the order of core`, 'Add it to tools/tidy/workspaces.ts']
  if (left >= 0 && left <= right) return undefined
  return [
    `${from[0]} imports ${to[0]}, which is on its right`,
    `The order is ${CORE_ORDER.join(' ')}: declare the interface you need in ${from[0]}`,
  ]
}

const finding = (source: Source, line: number, what: string, remedy: string): Finding => ({
  file: source.path,
  line,
  rule: 'direction',
  what,
  remedy,
})
