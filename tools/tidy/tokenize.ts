/** What a token is. Comments are kept apart, because grammar does not see them. */
export type TokenKind = 'name' | 'number' | 'string' | 'template' | 'regex' | 'punctuation' | 'comment'

/** A piece of source text. */
export interface Token {
  readonly kind: TokenKind
  /** As it stands in the file, quotes and comment marks included. */
  readonly text: string
  readonly start: number
  /** Offset behind its last character. */
  readonly end: number
  /** Line of its first character, from 1. */
  readonly line: number
}

/** The tokens of a file, and which bracket belongs to which. */
export interface Tokens {
  readonly tokens: readonly Token[]
  readonly comments: readonly Token[]
  /** Index of the partner of the bracket at an index; -1 for anything else and for a bracket without partner. */
  readonly partner: Int32Array
}

/** Names after which a slash begins a regular expression, because no value has ended. */
const BEFORE_REGEX = new Set(
  'return typeof case in of delete void throw new instanceof do else yield await extends default'.split(' '),
)
const BEFORE_PARENTHESES = new Set(['if', 'while', 'for', 'with'])
const LONG_PUNCTUATION = ['...', '=>', '?.', '++', '--']

/**
 * Cuts TypeScript into tokens: enough grammar to tell code from comments, strings, templates and regular expressions,
 * and no more. Malformed text never throws: an unterminated literal becomes a punctuation of one character, which is
 * also what happens to an apostrophe in the text of a JSX element.
 */
export function tokenize(text: string): Tokens {
  return new Tokenizer(text).run()
}

class Tokenizer {
  readonly #text: string
  readonly #tokens: Token[] = []
  readonly #comments: Token[] = []
  /** Open brackets by their token index, innermost last. */
  readonly #open: number[] = []
  readonly #partners: number[] = []
  #at = 0
  #line = 1
  #counted = 0

  constructor(text: string) {
    this.#text = text
  }

  run(): Tokens {
    if (this.#text.startsWith('#!')) this.#take('comment', this.#endOfLine(0))
    while (this.#at < this.#text.length) this.#next()
    return { tokens: this.#tokens, comments: this.#comments, partner: Int32Array.from(this.#partners) }
  }

  #next(): void {
    const text = this.#text
    const char = text[this.#at]!
    if (char.trim() === '') this.#at++
    else if (text.startsWith('//', this.#at)) this.#take('comment', this.#endOfLine(this.#at))
    else if (text.startsWith('/*', this.#at)) this.#take('comment', this.#behind('*/', this.#at + 2))
    else if (char === "'" || char === '"') this.#take('string', this.#endOfString(char))
    else if (char === '`') this.#template(this.#at + 1)
    else if (char === '}' && this.#tokens[this.#open.at(-1) ?? -1]?.text === '${') {
      this.#close(char)
      this.#template(this.#at)
    } else if (/[\w$#\u0080-\uffff]/.test(char)) this.#word(char)
    else if (char === '/' && this.#regexMayStart()) this.#take('regex', this.#endOfRegex())
    else this.#punctuation(char)
  }

  #word(char: string): void {
    const pattern = /[\w$#\u0080-\uffff]+/y
    pattern.lastIndex = this.#at
    this.#take(/\d/.test(char) ? 'number' : 'name', this.#at + pattern.exec(this.#text)![0].length)
  }

  #punctuation(char: string): void {
    if ('([{'.includes(char)) {
      this.#open.push(this.#tokens.length)
      this.#take('punctuation', this.#at + 1)
    } else if (')]}'.includes(char)) this.#close(char)
    else {
      const long = LONG_PUNCTUATION.find(mark => this.#text.startsWith(mark, this.#at))
      this.#take('punctuation', this.#at + (long ?? char).length)
    }
  }

  #close(char: string): void {
    const from = this.#open.pop()
    const to = this.#tokens.length
    this.#take('punctuation', this.#at + char.length)
    if (from === undefined) return
    this.#partners[from] = to
    this.#partners[to] = from
  }

  /** A chunk of a template: up to the closing backtick, or up to an expression in it. @param from behind the opening one */
  #template(from: number): void {
    let at = from
    while (at < this.#text.length && this.#text[at] !== '`' && !this.#text.startsWith('${', at))
      at += this.#text[at] === '\\' ? 2 : 1
    if (at >= this.#text.length) this.#take('punctuation', this.#at + 1)
    else if (this.#text[at] === '`') this.#take('template', at + 1)
    else {
      if (at > this.#at) this.#take('template', at)
      this.#open.push(this.#tokens.length)
      this.#take('punctuation', at + 2)
    }
  }

  #take(kind: TokenKind, end: number): void {
    for (; this.#counted < this.#at; this.#counted++) if (this.#text.charCodeAt(this.#counted) === 10) this.#line++
    const cut = end === this.#at + 1 && (kind === 'string' || kind === 'regex') // Unterminated: one character.
    const token = {
      kind: cut ? ('punctuation' as const) : kind,
      text: this.#text.slice(this.#at, end),
      start: this.#at,
      end,
      line: this.#line,
    }
    this.#at = end
    if (kind === 'comment') this.#comments.push(token)
    else {
      this.#tokens.push(token)
      this.#partners.push(-1)
    }
  }

  #endOfLine(from: number): number {
    const end = this.#text.indexOf('\n', from)
    return end < 0 ? this.#text.length : end
  }

  #behind(mark: string, from: number): number {
    const at = this.#text.indexOf(mark, from)
    return at < 0 ? this.#text.length : at + mark.length
  }

  #endOfString(quote: string): number {
    for (let at = this.#at + 1; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      if (this.#text[at] === '\\') at++
      else if (this.#text[at] === quote) return at + 1
    }
    return this.#at + 1
  }

  #endOfRegex(): number {
    let inClass = false
    for (let at = this.#at + 1; at < this.#text.length && this.#text[at] !== '\n'; at++) {
      const char = this.#text[at]
      if (char === '\\') at++
      else if (char === '[') inClass = true
      else if (char === ']') inClass = false
      else if (char === '/' && !inClass) {
        const flags = /[a-z]*/y
        flags.lastIndex = at + 1
        return at + 1 + flags.exec(this.#text)![0].length
      }
    }
    return this.#at + 1
  }

  /** Whether a slash here begins a regular expression: it does unless a value has just ended. */
  #regexMayStart(): boolean {
    const at = this.#tokens.length - 1
    const last = this.#tokens[at]
    if (last === undefined) return true
    if (last.kind === 'name') return BEFORE_REGEX.has(last.text) && !isMember(this.#tokens, at)
    if (last.kind !== 'punctuation') return false
    if (last.text === '<') return false // The end tag of a JSX element.
    if (last.text === ')') {
      const before = this.#tokens[this.#partners[at]! - 1]
      return before !== undefined && BEFORE_PARENTHESES.has(before.text)
    }
    // `count! / 2` asserts a value; `!/x/.test(y)` negates.
    if (last.text === '!') return !(this.#tokens[at - 1]?.end === last.start && this.#endsValue(at - 1))
    return last.text !== ']' && last.text !== '++' && last.text !== '--'
  }

  #endsValue(at: number): boolean {
    const { kind, text } = this.#tokens[at]!
    if (kind === 'name') return !BEFORE_REGEX.has(text) || isMember(this.#tokens, at)
    return kind !== 'punctuation' || text === ')' || text === ']' || text === '}'
  }
}

/** Whether the name at an index is a property: it stands behind a dot. */
export function isMember(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.text
  return before === '.' || before === '?.'
}

/** What a string token says, its quotes removed; escapes stay as they are. */
export const unquote = (token: Token): string => token.text.slice(1, -1)
