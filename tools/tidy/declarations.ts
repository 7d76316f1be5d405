import type { Source } from './source.ts'

/** A name that a file exports by declaring it. */
export interface Declaration {
  readonly kind: 'function' | 'class' | 'interface' | 'type' | 'const' | 'default'
  readonly name: string
  readonly line: number
  /** A doc comment stands directly before it, or before the one whose comment it shares. */
  readonly isDocumented: boolean
}

const KINDS = ['function', 'class', 'interface', 'type', 'const', 'let', 'var', 'enum', 'namespace', 'default']
const MODIFIERS = new Set(['declare', 'abstract', 'async'])

/**
 * The exported declarations of a file. Constants of one line that follow each other without a blank line share the
 * comment of the first, and so do the signatures of one overloaded function.
 */
export function declarationsOf(source: Source): Declaration[] {
  const found: Declaration[] = []
  for (const [at, token] of source.tokens.entries()) {
    if (token.text !== 'export' || token.kind !== 'name' || source.at(at - 1) === '.') continue
    let next = at + 1
    while (MODIFIERS.has(source.at(next))) next++
    const keyword = source.at(next)
    if (!KINDS.includes(keyword) || (keyword === 'type' && source.at(next + 1) === '{')) continue
    const name =
      keyword === 'default' ? 'default' : source.at(next + 1) === '*' ? source.at(next + 2) : source.at(next + 1)
    const kind =
      keyword === 'let' || keyword === 'var' || keyword === 'enum' || keyword === 'namespace' ? 'const' : keyword
    const before = found.at(-1)
    const follows =
      kind === 'function' ? before?.name === name : kind === 'const' && isUnderConstant(source, token.line)
    const shares = before?.isDocumented === true && follows && commentBefore(source, token.start) === undefined
    found.push({
      kind: kind as Declaration['kind'],
      name,
      line: token.line,
      isDocumented: shares || commentBefore(source, token.start)?.startsWith('/**') === true,
    })
  }
  return found
}

/** Names of the classes that a file declares, exported or not, with the index of the name. */
export function classesOf(source: Source): { readonly name: string; readonly line: number }[] {
  return source.tokens.flatMap((token, at) => {
    const next = source.tokens[at + 1]
    const isClass =
      token.kind === 'name' && token.text === 'class' && source.at(at - 1) !== '.' && next?.kind === 'name'
    return isClass && next.text !== 'extends' ? [{ name: next.text, line: next.line }] : []
  })
}

/** The comment that stands directly before an offset, with nothing but space between. */
function commentBefore(source: Source, start: number): string | undefined {
  const comment = source.comments.findLast(candidate => candidate.end <= start)
  return comment !== undefined && source.text.slice(comment.end, start).trim() === '' ? comment.text : undefined
}

/** Whether the line above is an exported constant too. */
const isUnderConstant = (source: Source, line: number): boolean =>
  source.text.split('\n')[line - 2]?.startsWith('export const ') === true
