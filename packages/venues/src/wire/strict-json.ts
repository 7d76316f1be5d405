import { decodeUtf8 } from './utf8.ts'

/** A JSON number as its own text: nothing is rounded before somebody asks for a number of steps. */
export class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A JSON object: its keys are unique, and none can reach a prototype. */
export type JsonObject = ReadonlyMap<string, JsonValue>
/** What a strict reading yields. */
export type JsonValue = null | boolean | string | NumberText | JsonObject | readonly JsonValue[]

/** Deepest nesting that is read: venues use four levels. */
export const JSON_DEPTH_MAX = 16

const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * Reads one JSON text (RFC 8259) strictly: nothing before or behind it but blanks, no duplicate keys, well-formed UTF-8,
 * nesting bounded. Numbers keep their text. Slow and plain: it decides what the fast decoders may only confirm.
 *
 * @returns undefined when the bytes [from, to) are anything else
 */
export function readStrictJson(bytes: Uint8Array, from: number, to: number): JsonValue | undefined {
  const reader = new Reader(bytes, from, to)
  reader.blanks()
  const value = reader.value(0)
  if (value === undefined) return undefined
  reader.blanks()
  return reader.at === to ? value : undefined
}

class Reader {
  at: number
  readonly #bytes: Uint8Array
  readonly #to: number

  constructor(bytes: Uint8Array, from: number, to: number) {
    this.#bytes = bytes
    this.at = from
    this.#to = to
  }

  blanks(): void {
    for (;;) {
      const byte = this.#peek()
      if (byte !== SPACE && byte !== 9 && byte !== 10 && byte !== 13) return
      this.at++
    }
  }

  value(depth: number): JsonValue | undefined {
    if (depth > JSON_DEPTH_MAX) return undefined
    switch (this.#peek()) {
      case QUOTE:
        return this.#string()
      case 123:
        return this.#object(depth)
      case 91:
        return this.#array(depth)
      case 116:
        return this.#word('true', true)
      case 102:
        return this.#word('false', false)
      case 110:
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): JsonObject | undefined {
    const object = new Map<string, JsonValue>()
    this.at++
    this.blanks()
    if (this.#take(125)) return object
    for (;;) {
      this.blanks()
      const key = this.#peek() === QUOTE ? this.#string() : undefined
      if (key === undefined || object.has(key)) return undefined
      this.blanks()
      if (!this.#take(58)) return undefined
      this.blanks()
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      object.set(key, value)
      this.blanks()
      if (this.#take(125)) return object
      if (!this.#take(44)) return undefined
    }
  }

  #array(depth: number): readonly JsonValue[] | undefined {
    const array: JsonValue[] = []
    this.at++
    this.blanks()
    if (this.#take(93)) return array
    for (;;) {
      this.blanks()
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      array.push(value)
      this.blanks()
      if (this.#take(93)) return array
      if (!this.#take(44)) return undefined
    }
  }

  #string(): string | undefined {
    let text = ''
    let start = ++this.at
    for (;;) {
      const byte = this.#peek()
      if (byte < SPACE) return undefined // The end (-1) is below it too.
      if (byte === QUOTE || byte === BACKSLASH) {
        const part = decodeUtf8(this.#bytes, start, this.at)
        if (part === undefined) return undefined
        text += part
        this.at++
        if (byte === QUOTE) return text
        const escaped = this.#escape()
        if (escaped === undefined) return undefined
        text += escaped
        start = this.at
      } else this.at++
    }
  }

  #escape(): string | undefined {
    const letter = String.fromCharCode(Math.max(0, this.#peek()))
    this.at++
    if (letter !== 'u') return Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
    let hex = ''
    for (let digit = 0; digit < 4; digit++) hex += String.fromCharCode(Math.max(0, this.#peek(digit)))
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) return undefined
    this.at += 4
    return String.fromCharCode(Number.parseInt(hex, 16))
  }

  #number(): NumberText | undefined {
    let text = ''
    for (;;) {
      const byte = this.#peek(text.length)
      const belongs =
        (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46 || byte === 69 || byte === 101
      if (!belongs || text.length > 400) break
      text += String.fromCharCode(byte)
    }
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined
    this.at += text.length
    return new NumberText(text)
  }

  #word<T extends JsonValue>(word: string, value: T): T | undefined {
    for (let letter = 0; letter < word.length; letter++)
      if (this.#peek(letter) !== word.charCodeAt(letter)) return undefined
    this.at += word.length
    return value
  }

  #take(byte: number): boolean {
    if (this.#peek() !== byte) return false
    this.at++
    return true
  }

  /** The byte at or `ahead` of the cursor; -1 beyond the end. */
  #peek(ahead = 0): number {
    return this.at + ahead < this.#to ? this.#bytes[this.at + ahead]! : -1
  }
}
