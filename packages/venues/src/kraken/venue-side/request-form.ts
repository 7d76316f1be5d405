import { JsonObject, NumberText, readStrictJson } from '../../wire/strict-json.ts'

/** The parameters of a call, over REST (form or JSON) or the socket: texts by name, numbers by their own digits. */
export class RequestForm {
  readonly #values: ReadonlyMap<string, string>
  readonly #tree: JsonObject | undefined

  private constructor(values: ReadonlyMap<string, string>, tree?: JsonObject) {
    this.#values = values
    this.#tree = tree
  }

  /** Query and body of a request; a body that is a JSON object is taken as such. Undefined when it is broken. */
  static of(query: string, body: string): RequestForm | undefined {
    const values = new Map<string, string>()
    const isJson = body.trimStart().startsWith('{')
    const tree = isJson ? readStrictJson(body) : undefined
    if (isJson && !(tree instanceof JsonObject)) return undefined
    if (tree instanceof JsonObject) for (const [key, text] of textsOf(tree)) values.set(key, text)
    for (const pair of `${query}&${isJson ? '' : body}`.split('&').filter(part => part !== '')) {
      const at = pair.indexOf('=')
      try {
        const plain = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
        values.set(plain(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : plain(pair.slice(at + 1)))
      } catch {
        return undefined
      }
    }
    return new RequestForm(values, tree instanceof JsonObject ? tree : undefined)
  }

  /** The fields of an object; lists of texts and numbers are joined by commas. */
  static ofObject(object: JsonObject): RequestForm {
    return new RequestForm(new Map(textsOf(object)), object)
  }

  /** A parameter; undefined when it is absent or empty. */
  get(key: string): string | undefined {
    const value = this.#values.get(key)
    return value === '' ? undefined : value
  }

  /** The parts of a parameter between commas; none when it is absent. */
  list(key: string): readonly string[] {
    return this.get(key)?.split(',') ?? []
  }

  /** The objects of a list, each with what it shares with the others; none when it is absent or the request was a form. */
  forms(key: string, common: Readonly<Record<string, string | undefined>>): readonly RequestForm[] {
    const list = this.#tree?.fields.get(key)
    const objects = Array.isArray(list) ? list.filter(each => each instanceof JsonObject) : []
    const shared = Object.entries(common).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return objects.map(object => new RequestForm(new Map([...shared, ...textsOf(object)]), object))
  }

  /** A whole number, or the default when it is absent or none. */
  int(key: string, otherwise: number): number {
    const text = this.get(key)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise
  }

  /** The first of these names that is there and says more than nothing (0, none, false); undefined for none. */
  firstOf(names: readonly string[]): string | undefined {
    return names.find(name => !['0', 'none', 'false', 'static'].includes(this.get(name) ?? '0') || this.#holds(name))
  }

  #holds(name: string): boolean {
    return this.#tree?.fields.get(name) instanceof JsonObject
  }

  /** Whether it is `true`. */
  flag(key: string): boolean {
    return this.get(key) === 'true'
  }
}

function textsOf(object: JsonObject): [string, string][] {
  return [...object.fields].flatMap(([key, value]): [string, string][] => {
    const text = textOf(value)
    if (text !== undefined) return [[key, text]]
    if (!Array.isArray(value)) return []
    return [
      [
        key,
        value
          .map(textOf)
          .filter(part => part !== undefined)
          .join(),
      ],
    ]
  })
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value)
  return value instanceof NumberText ? value.text : undefined
}
