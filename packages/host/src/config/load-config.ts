import { readFileSync } from 'node:fs'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'
import { checkSchema } from './schema-issues.ts'

/** Longest configuration file that is read. */
const BYTES_MAX = 1 << 20

/** Why a file cannot be read, for people. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the file does not exist'],
  ['EISDIR', 'it is a folder, not a file'],
])

/** Why a configuration was not taken. */
export type ConfigFault = 'not_found' | 'invalid'

/** One thing wrong with a configuration, with its place. */
export interface ConfigIssue {
  /** Dotted path of the key, `risk.maxPosition`; empty for the whole file. */
  readonly path: string
  readonly line: number
  readonly column: number
  readonly words: string
  /** Ready to print: place, words, the source line and a caret. */
  readonly text: string
}

/** A configuration, or everything that is wrong with it. */
export type ConfigResult<T> = Result<T, ConfigFault> & { readonly issues: readonly ConfigIssue[] }

/**
 * Reads and checks a YAML file (JSON is YAML too). All issues are told, each with line, column and remedy.
 * @param keys all key names of the schema, for the guess at what an unknown key meant
 */
export function loadConfig<T>(path: string, schema: z.ZodType<T>, keys: readonly string[] = []): ConfigResult<T> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const words = WORDS.get(code ?? '') ?? message
    return { ...refuse('not_found'), issues: [{ path: '', line: 0, column: 0, words, text: `${path}: ${words}` }] }
  }
  return parseConfig(path, text, schema, keys)
}

/** `loadConfig` for a text that is at hand. @param name how the text is called in issues */
export function parseConfig<T>(
  name: string,
  text: string,
  schema: z.ZodType<T>,
  keys: readonly string[] = [],
): ConfigResult<T> {
  const counter = new LineCounter()
  const issueAt = (offset: number, path: string, words: string): ConfigIssue => {
    const { line, col } = counter.linePos(offset)
    const source = text.split('\n')[line - 1] ?? ''
    const label = path === '' ? '' : `${path}  `
    return {
      path,
      line,
      column: col,
      words,
      text: `${name}:${line}:${col}  ${label}${words}\n    ${source}\n    ${' '.repeat(Math.max(0, col - 1))}^`,
    }
  }
  if (text.length > BYTES_MAX)
    return { ...refuse('invalid'), issues: [issueAt(0, '', `the file is longer than ${BYTES_MAX >> 20} MB`)] }
  if (text.trim() === '') return { ...refuse('invalid'), issues: [issueAt(0, '', 'the file is empty')] }
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, prettyErrors: false })
  if (document.errors.length > 0)
    return { ...refuse('invalid'), issues: document.errors.map(error => issueAt(error.pos[0], '', error.message)) }
  let plain: unknown
  try {
    plain = document.toJS({ maxAliasCount: 50 })
  } catch (cause) {
    return { ...refuse('invalid'), issues: [issueAt(0, '', (cause as Error).message)] }
  }
  const checked = checkSchema(schema, plain, keys)
  if (checked.ok) return { ...ok(checked.value), issues: [] }
  // Found again in the source: unknown keys at the key, others at the value.
  const issues = checked.issues.map(({ path, words, isKey }) =>
    issueAt(offsetOf(document.contents, path, isKey), path.join('.'), words),
  )
  return { ...refuse('invalid'), issues }
}

/** Offset of the value (or key) at a path; of the nearest that is there when it is missing. */
function offsetOf(root: Node | null, path: readonly string[], ofKey: boolean): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const [depth, key] of path.entries()) {
    const last = depth === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(item => isScalar(item.key) && String(item.key.value) === key)
      if (pair === undefined) return offset
      offset = ((last && ofKey ? pair.key : (pair.value ?? pair.key)) as Node).range?.[0] ?? offset
      node = pair.value
    } else {
      node = (node as { items?: unknown[] } | null)?.items?.[Number(key)]
      offset = (node as Node | undefined)?.range?.[0] ?? offset
    }
  }
  return offset
}
