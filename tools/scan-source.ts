/**
 * A source text with everything that is no code blanked out: comments, the contents of strings, templates and regular
 * expressions. Positions and lines stay where they are, so that rules can look for words without meeting prose.
 */
export function blankOut(source: string): string {
  const out = source.split('')
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to; at++) if (out[at] !== '\n') out[at] = ' '
  }
  const depths: number[] = [] // Brace depth of each template substitution that is open.
  let depth = 0
  for (let at = 0; at < source.length; at++) {
    const letter = source[at]!
    const pair = source.slice(at, at + 2)
    if (pair === '//') at = skipTo(source, at, '\n', blank) - 1
    else if (pair === '/*') at = skipPast(source, at, '*/', blank)
    else if (letter === "'" || letter === '"') at = skipString(source, at, letter, blank)
    else if (letter === '/' && startsRegex(out, at)) at = skipRegex(source, at, blank)
    else if (letter === '`' || (letter === '}' && depths.at(-1) === depth)) {
      if (letter === '}') depths.pop()
      at = skipTemplate(source, at, blank)
      if (source[at] === '{') depths.push(depth)
    } else if (letter === '{') depth++
    else if (letter === '}') depth--
  }
  return out.join('')
}

type Blank = (from: number, to: number) => void

function skipTo(source: string, from: number, end: string, blank: Blank): number {
  const found = source.indexOf(end, from)
  const to = found < 0 ? source.length : found
  blank(from, to)
  return to
}

function skipPast(source: string, from: number, end: string, blank: Blank): number {
  const found = source.indexOf(end, from + 2)
  const to = found < 0 ? source.length : found + end.length
  blank(from, to)
  return to - 1
}

function skipString(source: string, from: number, quote: string, blank: Blank): number {
  let at = from + 1
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1
  blank(from + 1, at)
  return at
}

/** Walks a template's text. Ends on its closing backtick, or on the brace of a substitution. */
function skipTemplate(source: string, from: number, blank: Blank): number {
  let at = from + 1
  while (at < source.length && source[at] !== '`' && source.slice(at, at + 2) !== '${')
    at += source[at] === '\\' ? 2 : 1
  blank(from + 1, at)
  return source[at] === '`' ? at : at + 1
}

function skipRegex(source: string, from: number, blank: Blank): number {
  let inClass = false
  let at = from + 1
  for (; at < source.length && source[at] !== '\n' && (source[at] !== '/' || inClass); at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '[') inClass = true
    else if (source[at] === ']') inClass = false
  }
  blank(from + 1, at)
  return at
}

/** A slash begins a regular expression where a value may stand: after an operator, an opening bracket or a keyword. */
function startsRegex(out: readonly string[], at: number): boolean {
  let before = at - 1
  while (before >= 0 && /\s/.test(out[before]!)) before--
  if (before < 0) return true
  const letter = out[before]!
  if (!/[\w$)\]}'"`]/.test(letter)) return true
  if (!/\w/.test(letter)) return false
  let word = ''
  for (let back = before; back >= 0 && /\w/.test(out[back]!); back--) word = out[back]! + word
  return ['return', 'typeof', 'case', 'in', 'of', 'await', 'yield', 'throw', 'new', 'void', 'delete'].includes(word)
}
