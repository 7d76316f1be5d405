import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipBlanks, skipNumber, skipString, skipValue } from './json-walk.ts'
import type { NumberReader } from './number-reader.ts'
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
  readonly #view: DataView

  constructor({ bytes, view }: NumberReader) {
    this.#bytes = bytes
    this.#view = view
  }

  /**
   * An object, from its opening brace to behind its closing one.
   * @param depth at which it stands
   * @returns the position behind it, or a `Refusal`
   */
  object(p: number, table: PlaceTable, depth: number): number {
    const { at } = this
    const bytes = this.#bytes
    const view = this.#view
    const { from, to, literals, following } = table
    if (bytes[p] !== OPEN) return Refusal.malformed
    for (let place = from; place < to; place++) at[place] = 0
    let unknown = 0
    let next = bytes[++p]!
    if (next !== QUOTE && bytes[(p = skipBlanks(bytes, p))] === CLOSE) {
      this.unknown = 0
      return p + 1
    }
    let key = 0
    do {
      let number = following[key]!
      if (number > 0 && literals[number]!.isAt(view, p)) p += literals[number]!.length
      else {
        p = this.#key(p, table)
        if (p < 0) return p
        number = this.#found
        if (number > 0) following[key] = number
      }
      if (number > 0) key = number
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      const place = from + number - 1
      if (number === 0 || place >= to) unknown++
      else if (at[place] !== 0) return Refusal.missingField
      else at[place] = p
      p = this.#skip(p, depth + 1)
      if (p < 0) return p
      next = bytes[p]!
      if (next <= 32) next = bytes[(p = skipBlanks(bytes, p))]!
      p++
    } while (next === COMMA)
    this.unknown = unknown
    return next === CLOSE ? p : Refusal.malformed
  }

  /** The first element of the list at `p`; 0 when it is empty, or a refusal when there is no list. */
  first(p: number): number {
    const bytes = this.#bytes
    if (p === 0) return Refusal.missingField
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    if (bytes[++p]! <= 32) p = skipBlanks(bytes, p)
    return bytes[p] === CLOSE_LIST ? 0 : p
  }

  /** The element of a list behind the one that ends at `end`; 0 when there is none, or a refusal. */
  next(end: number): number {
    const bytes = this.#bytes
    let p = end
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    if (bytes[p] === CLOSE_LIST) return 0
    if (bytes[p] !== COMMA) return Refusal.malformed
    return bytes[++p]! <= 32 ? skipBlanks(bytes, p) : p
  }

  #skip(p: number, depth: number): number {
    const bytes = this.#bytes
    const first = bytes[p]!
    if (first === QUOTE) return skipString(bytes, p)
    return (first - 48) >>> 0 <= 9 ? skipNumber(bytes, p) : skipValue(bytes, p, depth)
  }

  /** A key, its colon and the blanks around them. Sets `#found`. */
  #key(p: number, table: PlaceTable): number {
    const bytes = this.#bytes
    if (bytes[p] !== QUOTE) p = skipBlanks(bytes, p)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const from = p + 1
    for (p++; bytes[p] !== QUOTE; p++) {
      const byte = bytes[p]!
      if (byte === BACKSLASH || byte < 32) return Refusal.malformed
      if (byte >= 128 && skipString(bytes, from - 1) < 0) return Refusal.malformed
    }
    this.#found = Math.max(0, table.names.find(this.#view, from, p))
    p = skipBlanks(bytes, p + 1)
    return bytes[p] === COLON ? p + 1 : Refusal.malformed
  }
  /** Number of the key just read; 0 for one that is not known. */
  #found = 0
}
