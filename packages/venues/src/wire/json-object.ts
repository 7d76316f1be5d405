/** The fields of a JSON object as `JSON.parse` makes it, none of them known to be there or of any type. */
export type JsonFields = Readonly<Record<string, unknown>>

/** Whether a value of `JSON.parse` is an object: neither a list nor null. */
export const isJsonFields = (value: unknown): value is JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a JSON text holds; undefined when it is none. Where digits matter, `Fields` keeps them and this does not. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The fields of the JSON object that a text holds; undefined for anything else. */
export function objectIn(text: string): JsonFields | undefined {
  const value = jsonIn(text)
  return isJsonFields(value) ? value : undefined
}
