import type { Source } from './source.ts'

/** Where a function begins and ends. */
export interface FunctionSpan {
  /** Its name; `(arrow)` when it has none. */
  readonly name: string
  readonly line: number
  readonly lines: number
}

const NOT_CALLED = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await', 'return', 'typeof'])
/** Behind these a brace opens the type of an object, not a body. */
const BEFORE_TYPE = new Set([':', '|', '&', '<', ',', '(', '[', '=>', '=', 'extends', 'is', 'keyof', 'readonly'])

/** Every function with a body in braces, and arrows whose value stands in brackets; the outermost first. */
export function functionsOf(source: Source): FunctionSpan[] {
  const spans: FunctionSpan[] = []
  for (const at of source.tokens.keys()) {
    const body = source.at(at) === '=>' ? arrowBody(source, at) : source.at(at) === '(' ? callableBody(source, at) : -1
    if (body < 0 || source.partner[body]! < 0) continue
    const start = source.at(at) === '=>' ? arrowStart(source, at) : at
    const line = source.lineAt(start)
    spans.push({ name: nameOf(source, start), line, lines: source.lineAt(source.partner[body]!) - line + 1 })
  }
  return spans
}

function arrowBody(source: Source, at: number): number {
  return '([{'.includes(source.at(at + 1)) && source.at(at + 1) !== '' ? at + 1 : -1
}

/** The token in which an arrow's parameters begin. */
function arrowStart(source: Source, at: number): number {
  for (let before = at - 1; before >= 0 && source.lineAt(before) > source.lineAt(at) - 30; before--) {
    if (source.at(before) === ')') return source.partner[before]!
    if (source.at(before) === ';' || source.at(before) === '=') break
  }
  return at - 1
}

/** Index of the brace that opens the body behind a parameter list; -1 when the parentheses are something else. */
function callableBody(source: Source, at: number): number {
  const before = source.tokens[at - 1]
  if (before === undefined || source.partner[at]! < 0) return -1
  const isNamed = (before.kind === 'name' && !NOT_CALLED.has(before.text)) || [']', '>', '*'].includes(before.text)
  if (!isNamed && before.kind !== 'string') return -1
  let next = source.partner[at]! + 1
  if (source.at(next) === ':') next = behindType(source, next)
  return source.at(next) === '{' ? next : -1
}

/** Index behind a return type that starts with the colon at an index. */
function behindType(source: Source, colon: number): number {
  for (let at = colon + 1; at < source.tokens.length; at++) {
    const text = source.at(at)
    if (text === '{' && !BEFORE_TYPE.has(source.at(at - 1))) return at
    if ('([{'.includes(text)) at = Math.max(at, source.partner[at]!)
    else if (';)}]'.includes(text) || text === '=>') return -1
  }
  return -1
}

function nameOf(source: Source, start: number): string {
  for (let at = start - 1; at >= Math.max(0, start - 6); at--) {
    const token = source.tokens[at]!
    if (token.kind === 'name' && !['async', 'function', 'const', 'return'].includes(token.text)) return token.text
  }
  return '(arrow)'
}
