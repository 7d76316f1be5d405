import { likely } from '@velocimex/host/config/nearest'

/** Why a running trader did not do what it was told: a reason for programs, and words for people. */
export class Refusal {
  /** `not_found`: what was named does not exist; `not_possible`: not as things stand now. */
  readonly reason: 'not_found' | 'not_possible'
  readonly words: string

  constructor(reason: Refusal['reason'], words: string) {
    this.reason = reason
    this.words = words
  }
}

/**
 * There is no such thing; the words say what there is.
 * @param kind of it in the singular: `account` @param where it was looked for: `on okx-swap`; empty for everywhere
 */
export function notFound(kind: string, name: string, known: readonly string[], where = ''): Refusal {
  const guess = likely(name, known, 1)[0]
  const meant = guess === undefined ? '' : `; did you mean ${guess}?`
  const place = where === '' ? '' : ` ${where}`
  return new Refusal(
    'not_found',
    `there is no ${kind} ${JSON.stringify(name)}${place}; there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ') || 'none'}${meant}`,
  )
}

/** It is not possible as things stand. */
export const notPossible = (words: string): Refusal => new Refusal('not_possible', words)

/** No account has that name. */
export const noAccount = (name: string, accounts: readonly { readonly name: string }[]): Refusal =>
  notFound(
    'account',
    name,
    accounts.map(each => each.name),
  )
