import { encodeUtf8 } from './utf8.ts'

/** Longest name in bytes; venues' symbols and stream names are far shorter. */
export const NAME_BYTES_MAX = 64

/**
 * Names as bytes, each with a number: open addressing, compared byte by byte, so that a frame is looked up without making
 * a string. Bounded: at most half of its places are filled.
 */
export class NameTable {
  readonly #mask: number
  /** By place: the hash, the number (-1 where the place is free), and where in the pool the name lies. */
  readonly #hashes: Int32Array
  readonly #values: Int32Array
  readonly #starts: Int32Array
  readonly #lengths: Int32Array
  readonly #pool: Uint8Array
  #filled = 0

  /** @param names with their numbers, 0 or more; of equal names the last counts, and those too long are left out */
  constructor(names: Iterable<readonly [name: string, value: number]>) {
    const entries = [...new Map(names)].map(([name, value]) => ({ bytes: encodeUtf8(name), value }))
    const kept = entries.filter(({ bytes }) => bytes.length <= NAME_BYTES_MAX)
    let size = 16
    while (size < kept.length * 2) size *= 2
    this.#mask = size - 1
    this.#hashes = new Int32Array(size)
    this.#values = new Int32Array(size).fill(-1)
    this.#starts = new Int32Array(size)
    this.#lengths = new Int32Array(size)
    this.#pool = new Uint8Array(kept.reduce((sum, { bytes }) => sum + bytes.length, 0))
    for (const { bytes, value } of kept) this.#add(bytes, value)
  }

  /**
   * Number of the name that stands at [from, to) of a frame; -1 when it is none of these.
   * @param hash `hashName` of the bytes, which the caller may have computed on its way to `to`
   */
  find(frame: Uint8Array, from: number, to: number, hash: number): number {
    const length = to - from
    for (let place = (hash ^ (hash >>> 12)) & this.#mask; ; place = (place + 1) & this.#mask) {
      const value = this.#values[place]!
      if (value === -1) return -1
      if (this.#hashes[place] !== hash || this.#lengths[place] !== length) continue
      const pool = this.#pool
      const start = this.#starts[place]!
      let at = 0
      while (at < length && pool[start + at] === frame[from + at]) at++
      if (at === length) return value
    }
  }

  #add(bytes: Uint8Array, value: number): void {
    const hash = hashName(bytes, 0, bytes.length)
    let place = (hash ^ (hash >>> 12)) & this.#mask
    while (this.#values[place] !== -1) place = (place + 1) & this.#mask
    this.#hashes[place] = hash
    this.#values[place] = value
    this.#starts[place] = this.#filled
    this.#lengths[place] = bytes.length
    this.#pool.set(bytes, this.#filled)
    this.#filled += bytes.length
  }
}

/** Hash of the bytes [from, to). */
export function hashName(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
  return hash
}
