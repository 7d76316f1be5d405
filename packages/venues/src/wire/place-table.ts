import { assert } from '@velocimex/core/assert'
import { NameTable } from './name-table.ts'

/** Places that a frame's fields may have in all: the room of `PlaceReader.at`. */
export const PLACES_MAX = 64

/**
 * The known keys of one kind of object, each with a place of its own. Tables whose objects lie inside each other must not
 * share places; others may.
 */
export class PlaceTable {
  readonly names: NameTable
  readonly from: number
  readonly to: number
  readonly #keys: readonly string[]

  /** @param from place of the first key; those of the others follow */
  constructor(from: number, keys: readonly string[]) {
    assert(from + keys.length <= PLACES_MAX, 'places are few', from)
    this.from = from
    this.to = from + keys.length
    this.#keys = keys
    this.names = new NameTable(keys.map((key, at) => [key, from + at]))
  }

  /** Place of a key that the table knows. */
  place(key: string): number {
    const at = this.#keys.indexOf(key)
    assert(at >= 0, 'the key is in the table', key)
    return this.from + at
  }
}
