import { assert } from '@velocimex/core/assert'
import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipBlanks, skipString, skipValue } from './json-walk.ts'
import { Literal } from './literal.ts'
import { NameTable } from './name-table.ts'
import type { NumberReader } from './number-reader.ts'

const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN = 123
const CLOSE = 125
/** `"x":` as a little-endian word, with the letter cut out. */
const LETTER_KEY = 0x3a220022

/**
 * Whether a field must be there. `needed`: always. `optional`: it may be absent where nothing unknown stands in the
 * object, lest a damaged key be taken for its absence. `free`: it may be absent.
 */
export type Presence = 'needed' | 'optional' | 'free'

/**
 * Steps through the fields of one object, for readers that read each value themselves:
 *
 *     for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) p = <value of walk.field at p>
 *     // p is behind the object, or a refusal; a refused value may be handed to `next`, which hands it back
 *
 * Keys may come in any order and with any blanks, and unknown fields are stepped over; but a key that is known counts
 * once and must be written plainly. The order of the list is the one in which the venue sends: then each key is
 * recognised by one comparison.
 */
export class ObjectWalk {
  /** Number in the list of the field whose value comes next; -1 when the object has ended or is refused. */
  field = -1
  /** Bit n: field n was there. */
  seen = 0
  /** Fields stepped over. */
  unknown = 0
  readonly #numbers: NumberReader
  readonly #depth: number
  readonly #literals: readonly Literal[]
  readonly #names: NameTable
  /** Numbers of the fields whose keys are one ASCII letter, by the letter; -1 where there is none. */
  readonly #byLetter = new Int8Array(256).fill(-1)
  readonly #needed: number
  readonly #optional: number
  #expected = 0
  #isFirst = false

  /** @param depth at which the object stands in the frame @param keys at most 31 */
  constructor(numbers: NumberReader, depth: number, keys: readonly (readonly [key: string, presence: Presence])[]) {
    assert(keys.length < 32, 'a walk has at most 31 fields', keys.length)
    this.#numbers = numbers
    this.#depth = depth
    this.#literals = keys.map(([key]) => new Literal(`"${key}":`))
    this.#names = new NameTable(keys.map(([key], number) => [key, number]))
    for (const [number, [key]] of keys.entries()) if (key.length === 1) this.#byLetter[key.charCodeAt(0)] = number
    const bits = (wanted: Presence): number =>
      keys.reduce((sum, [, presence], number) => (presence === wanted ? sum | (1 << number) : sum), 0)
    this.#needed = bits('needed')
    this.#optional = bits('optional')
  }

  /** Enters the object that opens at `p`. */
  open(p: number): number {
    this.#expected = 0
    this.#isFirst = true
    this.seen = 0
    this.unknown = 0
    return this.#numbers.bytes[p] === OPEN ? p + 1 : Refusal.malformed
  }

  /** The value of the next field, from behind the one before. */
  next(p: number): number {
    if (p < 0) return this.#refuse(p)
    const { bytes, view } = this.#numbers
    for (;;) {
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      if (bytes[p] === CLOSE) return this.#end(p + 1)
      if (!this.#isFirst) {
        if (bytes[p] !== COMMA) return this.#refuse(Refusal.malformed)
        p++
      }
      this.#isFirst = false
      let number = this.#expected
      const literal = this.#literals[number]
      if (literal?.isAt(view, p)) p += literal.length
      else if (((view.getInt32(p, true) & 0xffff00ff) | 0) === LETTER_KEY && this.#byLetter[bytes[p + 1]!]! >= 0) {
        number = this.#byLetter[bytes[p + 1]!]!
        p += 4
      } else {
        p = this.#key(p)
        if (p < 0) return this.#refuse(p)
        number = this.#found
      }
      if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
      if (number < 0) {
        this.unknown++
        p = skipValue(bytes, p, this.#depth + 1)
        if (p < 0) return this.#refuse(p)
        continue
      }
      if ((this.seen & (1 << number)) !== 0) return this.#refuse(Refusal.missingField)
      this.seen |= 1 << number
      this.#expected = number + 1
      this.field = number
      return p
    }
  }

  /** Whether a field was there. */
  has(field: number): boolean {
    return (this.seen & (1 << field)) !== 0
  }

  /** Number of the key just read; -1 for one that is not in the list. */
  #found = -1

  /** A key at `p`, with the blanks around it and its colon. */
  #key(p: number): number {
    const { bytes, view } = this.#numbers
    p = skipBlanks(bytes, p)
    const from = p + 1
    const to = skipString(bytes, p) - 1
    if (to < 0) return Refusal.malformed
    for (let at = from; at < to; at++) if (bytes[at] === BACKSLASH) return Refusal.malformed
    this.#found = this.#names.find(view, from, to)
    p = skipBlanks(bytes, to + 1)
    return bytes[p] === COLON ? p + 1 : Refusal.malformed
  }

  #end(p: number): number {
    const isWhole = (this.seen & this.#needed) === this.#needed
    const isPlain = this.unknown === 0 || (this.seen & this.#optional) === this.#optional
    return this.#refuse(isWhole && isPlain ? p : Refusal.missingField)
  }

  #refuse(p: number): number {
    this.field = -1
    return p
  }
}
