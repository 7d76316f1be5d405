import { JSON_DEPTH_MAX } from './json-walk.ts'

/** A JSON number as its own text: nothing is rounded before somebody asks for a number of steps. */
export class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A JSON string that was written with escapes, and what it says. Readers of frames refuse it where they compare names. */
export class EscapedText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A JSON object. No key can reach a prototype, and none hides another. */
export class JsonObject {
  /** First value of each key, in the order of the text. */
  readonly fields = new Map<string, JsonValue>()
  /** Keys that occur more than once. */
  readonly repeated = new Set<string>()
  /** Whether a key was written with escapes. */
  hasEscapedKey = false
}

/** What a strict reading yields. */
export type JsonValue = null | boolean | string | EscapedText | NumberText | JsonObject | readonly JsonValue[]

/**
 * Reads one JSON text (RFC 8259) strictly: nothing before or behind it but blanks, nesting bounded. It differs from
 * `JSON.parse` in that numbers keep their digits and repeated keys are told.
 *
 * @returns undefined when the text is anything else
 */
export function readStrictJson(text: string): JsonValue | undefined {
  const reader = new Reader(text)
  const value = reader.value(0)
  reader.blanks()
  return reader.at === text.length ? value : undefined
}

class Reader {
  at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  blanks(): void {
    while (' \t\n\r'.includes(this.#text[this.at] ?? 'x')) this.at++
  }

  value(depth: number): JsonValue | undefined {
    this.blanks()
    if (depth > JSON_DEPTH_MAX) return undefined
    switch (this.#text[this.at]) {
      case '"':
        return this.#string()
      case '{':
        return this.#object(depth)
      case '[':
        return this.#array(depth)
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): JsonObject | undefined {
    const object = new JsonObject()
    this.at++
    if (this.#take('}')) return object
    do {
      this.blanks()
      const key = this.#text[this.at] === '"' ? this.#string() : undefined
      if (key === undefined || !this.#take(':')) return undefined
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      const name = typeof key === 'string' ? key : key.text
      if (typeof key !== 'string') object.hasEscapedKey = true
      if (object.fields.has(name)) object.repeated.add(name)
      else object.fields.set(name, value)
    } while (this.#take(','))
    return this.#take('}') ? object : undefined
  }

  #array(depth: number): readonly JsonValue[] | undefined {
    const array: JsonValue[] = []
    this.at++
    if (this.#take(']')) return array
    do {
      const value = this.value(depth + 1)
      if (value === undefined) return undefined
      array.push(value)
    } while (this.#take(','))
    return this.#take(']') ? array : undefined
  }

  #string(): string | EscapedText | undefined {
    const start = this.at++
    let isEscaped = false
    for (; this.#text[this.at] !== '"'; this.at++) {
      if (this.at >= this.#text.length) return undefined
      if (this.#text[this.at] !== '\\') continue
      isEscaped = true
      this.at++
    }
    try {
      const said = JSON.parse(this.#text.slice(start, ++this.at)) as string
      return isEscaped ? new EscapedText(said) : said
    } catch {
      return undefined
    }
  }

  #number(): NumberText | undefined {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
    pattern.lastIndex = this.at
    const text = pattern.exec(this.#text)?.[0]
    if (text === undefined) return undefined
    this.at += text.length
    return new NumberText(text)
  }

  #word<T extends JsonValue>(word: string, value: T): T | undefined {
    if (!this.#text.startsWith(word, this.at)) return undefined
    this.at += word.length
    return value
  }

  /** Steps over blanks and one character behind them, if it is this. */
  #take(character: string): boolean {
    this.blanks()
    if (this.#text[this.at] !== character) return false
    this.at++
    return true
  }
}
