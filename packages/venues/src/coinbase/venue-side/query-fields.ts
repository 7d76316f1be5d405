/** The fields of a query, of which each may stand several times. */
export class QueryFields {
  readonly #fields: readonly (readonly [string, string])[]

  /** @param query without the question mark; what is not percent-encoded as it should be is left as it is */
  constructor(query: string) {
    this.#fields = query
      .split('&')
      .filter(part => part !== '')
      .map(part => {
        const [key = '', value = ''] = part.split('=').map(part => decoded(part.replaceAll('+', ' ')))
        return [key.replace(/\[\]$/, ''), value] as const
      })
  }

  /** The first value; undefined when there is none. */
  get(key: string): string | undefined {
    return this.#fields.find(([name]) => name === key)?.[1]
  }

  /** All values, those in one field apart at their commas. */
  all(key: string): string[] {
    return this.#fields.filter(([name]) => name === key).flatMap(([, value]) => value.split(','))
  }
}

/** A text without its percent-encoding; as it is when that is broken. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
