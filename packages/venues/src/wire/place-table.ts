import { assert } from '@velocimex/core/assert'
import { Literal } from './literal.ts'
import { NameTable } from './name-table.ts'

/** Places that a frame's fields may have in all: the room of `PlaceReader.at`. */
export const PLACES_MAX = 64

/**
 * The known keys of one kind of object, each with a place of its own. Tables whose objects lie inside each other must not
 * share places; others may.
 */
export class PlaceTable {
  /** Numbers of the keys, from 1. */
  readonly names: NameTable
  readonly from: number
  /** Behind the last place. */
  readonly to: number
  /** The keys with quotes and colon, as they stand in a frame without blanks; none has the number 0. */
  readonly literals: readonly (Literal | undefined)[]
  /** Which key came behind each when it came last: a guess that spares a look-up. Behind 0 comes the first of an object. */
  readonly following: Int32Array
  readonly #keys: readonly string[]

  /**
   * @param from place of the first key; those of the others follow
   * @param passed keys that the venue sends too and that are stepped over, to be recognised as quickly
   */
  constructor(from: number, keys: readonly string[], passed: readonly string[] = []) {
    assert(from + keys.length <= PLACES_MAX, 'places are few', from)
    this.from = from
    this.to = from + keys.length
    this.#keys = keys
    const all = [...keys, ...passed]
    this.names = new NameTable(all.map((key, at) => [key, at + 1]))
    this.literals = [undefined, ...all.map(key => new Literal(`"${key}":`))]
    this.following = new Int32Array(all.length + 1)
  }

  /** Place of a key that the table knows. */
  place(key: string): number {
    const at = this.#keys.indexOf(key)
    assert(at >= 0, 'the key is in the table', key)
    return this.from + at
  }
}
