import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipBlanks, skipString, skipValue } from './json-walk.ts'
import { PLACES_MAX, type PlaceTable } from './place-table.ts'

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN = 123
const CLOSE = 125

/**
 * Finds where the values of an object lie, whatever the order of its fields: for messages that name their instrument
 * behind the prices, and nest lists of objects. Values are read afterwards, in the order that suits their reader.
 *
 * Every byte passed is tested. A known key counts once and is written plainly; unknown fields are stepped over.
 */
export class PlaceReader {
  /** Where the value of each place begins; 0 for a field that was not there. */
  readonly at = new Int32Array(PLACES_MAX)
  /** Fields of the object just read that its table does not know. */
  unknown = 0
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * An object, from its opening brace to behind its closing one.
   * @param depth at which it stands
   * @returns the position behind it, or a `Refusal`
   */
  object(p: number, table: PlaceTable, depth: number): number {
    const { at } = this
    const bytes = this.#bytes
    if (bytes[p] !== OPEN) return Refusal.malformed
    for (let place = table.from; place < table.to; place++) at[place] = 0
    this.unknown = 0
    let next = bytes[(p = skipBlanks(bytes, p + 1))]
    if (next === CLOSE) return p + 1
    do {
      p = skipBlanks(bytes, p)
      const from = p + 1
      p = this.#key(p)
      if (p < 0) return p
      const place = table.names.find(bytes, from, p, this.#hash)
      p = skipBlanks(bytes, p + 1)
      if (bytes[p] !== COLON) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
      if (place < 0) this.unknown++
      else if (at[place] !== 0) return Refusal.missingField
      else at[place] = p
      p = skipValue(bytes, p, depth + 1)
      if (p < 0) return p
      next = bytes[(p = skipBlanks(bytes, p))]
      p++
    } while (next === COMMA)
    return next === CLOSE ? p : Refusal.malformed
  }

  /** The first element of the list at `p`; 0 when it is empty, or a refusal when there is no list. */
  first(p: number): number {
    const bytes = this.#bytes
    if (p === 0) return Refusal.missingField
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    return bytes[p] === CLOSE_LIST ? 0 : p
  }

  /** The element of a list behind the one that ends at `end`; 0 when there is none, or a refusal. */
  next(end: number): number {
    const bytes = this.#bytes
    const p = skipBlanks(bytes, end)
    if (bytes[p] === CLOSE_LIST) return 0
    return bytes[p] === COMMA ? skipBlanks(bytes, p + 1) : Refusal.malformed
  }

  /** Closing quote of the key that opens at `p`; sets its hash. */
  #key(p: number): number {
    const bytes = this.#bytes
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const start = p
    let hash = 0
    for (p++; ; p++) {
      const byte = bytes[p]!
      if (byte === QUOTE) break
      if (byte === BACKSLASH || byte < 32) return Refusal.malformed
      hash = (Math.imul(hash, 31) + byte) | 0
      if (byte >= 128 && skipString(bytes, start) < 0) return Refusal.malformed
    }
    this.#hash = hash
    return p
  }
  #hash = 0
}
