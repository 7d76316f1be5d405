import type { Source } from './source.ts'
import { unquote } from './tokenize.ts'

/** One module that a file names. */
export interface Import {
  readonly specifier: string
  readonly line: number
  /** `export ... from`: hands on what another file offers. */
  readonly isReexport: boolean
}

/**
 * Every module a file imports: `import`, `import type`, `import()`, `import('x').Type`, `export ... from`. A computed
 * `import()` has no name and is not listed.
 */
export function importsOf(source: Source): Import[] {
  const imports: Import[] = []
  for (const [at, token] of source.tokens.entries()) {
    if (token.kind !== 'name' || source.at(at - 1) === '.') continue
    if (token.text === 'import') take(source.at(at + 1) === '(' ? at + 2 : named(source, at), false)
    else if (token.text === 'export') take(named(source, at), true)
  }
  return imports

  function take(at: number, isReexport: boolean): void {
    const token = source.tokens[at]
    if (token?.kind === 'string') imports.push({ specifier: unquote(token), line: token.line, isReexport })
  }
}

/** Index of the module's name in an `import` or `export` statement; -1 when it has none. */
function named(source: Source, at: number): number {
  let next = at + 1
  if (source.at(at) === 'import' && source.tokens[next]?.kind === 'string') return next
  if (source.at(next) === 'type') next++
  const isExport = source.at(at) === 'export'
  if (isExport && source.at(next) !== '{' && source.at(next) !== '*') return -1
  for (; next < source.tokens.length; next++) {
    if (source.at(next) === '{') next = Math.max(next, source.partner[next]!)
    else if (source.at(next) === 'from' && source.tokens[next + 1]?.kind === 'string') return next + 1
    else if (source.at(next) === ';' || source.at(next) === 'export') return -1
  }
  return -1
}

/** Files that a source names in texts, such as the entry of a worker: `new URL('./x-worker.ts', import.meta.url)`. */
export function mentionedFiles(source: Source): string[] {
  return source.tokens
    .filter(token => token.kind === 'string' && /^['"]\.\.?\/.*\.(tsx?|mjs)['"]$/.test(token.text))
    .map(unquote)
}
