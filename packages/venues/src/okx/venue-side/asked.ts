import { fromQuery } from '../../wire/encodings.ts'
import { Fields } from '../../wire/fields.ts'

/** The parameters of a request, from its query, its body, or a frame. Empty ones count as absent. */
export interface Asked {
  get(key: string): string | undefined
  /** Whether a parameter is there and is a list or an object. */
  nests(key: string): boolean
}

/** Parameters of a JSON object. */
export const askedOf = (fields: Fields): Asked => ({
  get: key => {
    const value = fields.optional(key)
    return value === '' ? undefined : value
  },
  nests: key => fields.has(key) && fields.optional(key) === undefined,
})

/** Parameters of a query; undefined when a percent-encoding is broken. */
export function askedInQuery(query: string): Asked | undefined {
  const values = fromQuery(query)
  return values === undefined ? undefined : { get: key => values.get(key) || undefined, nests: () => false }
}

/** Parameters of a body: of one object, or of each of a list; undefined when it is neither. */
export const askedInBody = (body: string): readonly Asked[] | undefined => Fields.listOf(body)?.map(askedOf)

/** A whole number within bounds, or the default when it is absent or none. */
export function wholeOf(asked: Asked, key: string, otherwise: number, most: number): number {
  const text = asked.get(key)
  return text !== undefined && /^\d{1,15}$/.test(text) ? Math.min(most, Number(text)) : otherwise
}
