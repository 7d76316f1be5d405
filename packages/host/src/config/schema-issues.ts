import { ok, type Result, refuse } from '@velocimex/core/result'
import type { z } from 'zod'
import { nearest } from './nearest.ts'

/** One thing that is wrong with a value that came from outside. */
export interface SchemaIssue {
  /** Keys and places that lead to it; empty for the whole value. */
  readonly path: readonly string[]
  /** What is allowed there and what was given: `must be a whole number of at least 1, was "x"`. */
  readonly words: string
  /** The key itself is not known, not its value. */
  readonly isKey: boolean
}

/** Longest part of a given value that is repeated to the person who gave it. */
const SHOWN_MAX = 60
/** Values under such keys are never repeated: what a person reads may be read by others. */
const SECRET = /secret|key|pass|token/i
/** What was given is added to such words, unless they say it already. */
const RULE = /^must (?!.*, was )/

/**
 * Checks a value against a schema. Every issue is one clause for a person, never the library's own words.
 * @param known names of keys, for the guess at what an unknown one meant
 */
export function checkSchema<T>(
  schema: z.ZodType<T>,
  value: unknown,
  known: readonly string[] = [],
): Result<T, 'invalid'> & { readonly issues: readonly SchemaIssue[] } {
  const parsed = schema.safeParse(value, { error: ruleOf })
  if (parsed.success) return { ...ok(parsed.data), issues: [] }
  return { ...refuse('invalid'), issues: parsed.error.issues.flatMap(issue => issuesOf(issue, value, known)) }
}

/** An issue as one line: `limits.2.value must be a text, was 5`. */
export const issueText = ({ path, words }: SchemaIssue): string =>
  path.length === 0 ? words : `${path.join('.')} ${words}`

/** All issues as one line, for an answer or an error. */
export const issuesText = (issues: readonly SchemaIssue[]): string => issues.map(issueText).join('; ')

function issuesOf(issue: z.core.$ZodIssue, root: unknown, known: readonly string[]): SchemaIssue[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => {
      const guess = nearest(key, known)
      const words = `is not a known key${guess === undefined ? '' : `; did you mean ${guess}?`}`
      return { path: [...path, key], words, isKey: true }
    })
  const value = valueAt(root, issue.path)
  if (issue.code === 'invalid_union') {
    const fitting = issue.errors.find(isFitting)
    const inner = fitting?.map(each => ({ ...each, path: [...issue.path, ...each.path] }))
    if (inner !== undefined) return inner.flatMap(each => issuesOf(each as z.core.$ZodIssue, root, known))
  }
  const words = wordsOf(issue.message, value, path)
  const choices = issue.code === 'invalid_value' ? issue.values.map(String) : []
  const guess = typeof value === 'string' ? nearest(value, choices) : undefined
  return [{ path, words: guess === undefined ? words : `${words}; did you mean ${guess}?`, isKey: false }]
}

/** Whether a value has the shape of a union's branch, so that only parts of it are wrong. */
const isFitting = (branch: readonly z.core.$ZodIssue[]): boolean =>
  branch.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys')

function wordsOf(message: string, value: unknown, path: readonly string[]): string {
  if (!RULE.test(message)) return message
  if (value === undefined) return path.length === 0 ? message : `is missing: it ${message}`
  return path.some(key => SECRET.test(key)) && typeof value !== 'object' ? message : `${message}, was ${shown(value)}`
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'a mapping of keys'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}...` : text
}

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined | null)?.[key], root)

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: 'a text', number: 'a number', int: 'a whole number', boolean: 'true or false', array: 'a list' },
  ...{ object: 'a mapping of keys', record: 'a mapping of keys', nan: 'not a number', null: 'null' },
}

/** What a schema allows where it does not say so itself. */
function ruleOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[String(issue['expected'])] ?? String(issue['expected'])}`
    case 'invalid_value':
      return `must be ${listed((issue['values'] as readonly unknown[]).map(String))}`
    case 'too_small':
      return `must ${sizeWords(issue, 'minimum', issue['inclusive'] === false ? 'more than' : 'at least')}`
    case 'too_big':
      return `must ${sizeWords(issue, 'maximum', issue['inclusive'] === false ? 'less than' : 'at most')}`
    case 'not_multiple_of':
      return `must be a multiple of ${String(issue['divisor'])}`
    case 'invalid_format':
      return issue['format'] === 'regex' ? `must have the form ${String(issue['pattern'])}` : undefined
    case 'invalid_union':
      return unionWords(issue)
    default:
      return undefined
  }
}

function sizeWords(issue: z.core.$ZodRawIssue, bound: 'minimum' | 'maximum', than: string): string {
  const count = Number(issue[bound])
  if (issue['origin'] === 'string') return `have ${than} ${counted(count, 'letter')}`
  if (issue['origin'] === 'array' || issue['origin'] === 'set') return `have ${than} ${counted(count, 'entry')}`
  return `be ${than} ${String(issue[bound])}`
}

const counted = (count: number, what: string): string =>
  `${count} ${count === 1 ? what : what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`}`

/** What each of the branches wants of the value itself. */
function unionWords(issue: z.core.$ZodRawIssue): string {
  const branches = (issue['errors'] ?? []) as readonly (readonly z.core.$ZodIssue[])[]
  const wants = branches.flatMap(([first]) => (first?.path.length === 0 ? rulesOf(first) : []))
  // Branches that are told apart by a key have not been tried when that key names none of them.
  const rules = wants.length > 0 ? wants : ((issue['options'] ?? []) as readonly unknown[]).map(String)
  return `must be ${listed([...new Set(rules)])}`
}

const rulesOf = (issue: z.core.$ZodIssue): readonly string[] =>
  issue.code === 'invalid_value' ? issue.values.map(String) : [issue.message.replace(/^must be /, '')]

/** `a, b or c`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`
