import { likely } from '@velocimex/host/config/nearest'
import { CommandError, EXIT } from './exit-codes.ts'

/** A name that is none of those there are: wrong usage, with what may have been meant. @param kind of it: `venue` */
export function unknownName(kind: string, name: string, known: readonly string[]): CommandError {
  const meant = likely(name, known, 2)
  const guess = meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`
  return new CommandError(EXIT.usage, `${kind} ${name} is not known; known are ${known.join(', ')}${guess}`)
}
