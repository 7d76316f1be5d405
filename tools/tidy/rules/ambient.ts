import type { Finding } from '../finding.ts'
import type { Project } from '../project.ts'
import type { Source } from '../source.ts'
import { isMember } from '../tokenize.ts'

/** Names that reach out of a pure function, and what to take instead. */
const AMBIENT: ReadonlyMap<string, string> = new Map([
  ...'setTimeout setInterval setImmediate queueMicrotask'
    .split(' ')
    .map(name => [name, 'Schedule on the Scheduler'] as const),
  ['performance', 'Take a Clock as an argument'],
  ['process', 'Take what you need as an argument'],
  ['globalThis', 'Take what you need as an argument'],
  ['crypto', 'Take the bytes or the hash function as an argument'],
  ['fetch', 'Let packages/host fetch, and take the bytes'],
  ['console', 'Return what is to be said; apps print'],
  ['Intl', "Write numbers and instants by hand: it asks the machine's zone and language"],
  ['WeakRef', 'Free what you hold; when garbage is collected is chance'],
  ['FinalizationRegistry', 'Free what you hold; when garbage is collected is chance'],
  ['eval', 'Write the code that you mean'],
])

/** Pure packages name no clock, no chance and nothing of the outside: the same inputs give the same day. */
export function ambient(project: Project): Finding[] {
  return project.sources
    .filter(source => source.workspace?.isPure === true && !source.isTest)
    .flatMap(source => [...source.tokens.flatMap((_, at) => look(source, at)), ...references(source)])
}

/** `/// <reference types="node" />` would give every pure file the names that the compiler keeps from them. */
function references({ path, comments }: Source): Finding[] {
  return comments
    .filter(({ text }) => /^\/\/\/\s*<reference/.test(text))
    .map(({ line }) => {
      const what = 'a reference brings in names of the outside'
      return { file: path, line, rule: 'ambient', what, remedy: 'Take what you need as an argument' }
    })
}

function look(source: Source, at: number): Finding[] {
  const token = source.tokens[at]!
  if (token.kind !== 'name' || isMember(source.tokens, at) || isKey(source, at)) return []
  const [what, remedy] = named(source, at)
  return what === undefined ? [] : [{ file: source.path, line: token.line, rule: 'ambient', what, remedy: remedy! }]
}

function named(source: Source, at: number): [string?, string?] {
  const name = source.at(at)
  const member = ['.', '?.'].includes(source.at(at + 1)) ? source.at(at + 2) : ''
  // Whatever is not a plain member of these two may be their clock or their chance under another name.
  if (name === 'Math' && (member === '' || member === 'random'))
    return ['Math.random is chance', 'Take a Random as an argument; name other members as Math.max']
  if (name === 'Date' && member !== 'UTC')
    return ['Date is a clock', 'Take a Clock as an argument; instants are Micros']
  if (name === 'Function' && (source.at(at + 1) === '(' || source.at(at - 1) === 'new'))
    return ['Function makes code of text', 'Write the code that you mean']
  if (name === 'import' && source.at(at + 1) === '(' && source.tokens[at + 2]?.kind !== 'string')
    return ['a computed import() may name anything', 'Import by name']
  const remedy = AMBIENT.get(name)
  return remedy === undefined ? [] : [`${name} reaches out of a pure package`, remedy]
}

/** `{ process: 1 }` and `readonly process: string` name a field, not the global. */
function isKey(source: Source, at: number): boolean {
  const after = source.at(at + 1)
  const before = source.at(at - 1)
  return (
    (after === ':' || (after === '?' && source.at(at + 2) === ':')) &&
    ['{', ',', ';', 'readonly', '(', '}'].includes(before)
  )
}
