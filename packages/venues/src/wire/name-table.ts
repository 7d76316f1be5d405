import { encodeUtf8 } from './utf8.ts'

/** Longest name in bytes; venues' symbols and stream names are far shorter. */
export const NAME_BYTES_MAX = 64
/** An odd number of many bits, to spread words over a table: 2^32 over the golden ratio. */
const SPREAD = 0x9e3779b1 | 0

/**
 * Names as bytes, each with a number: open addressing, hashed and compared four bytes at a time, so that a frame is looked
 * up without making a string. Bounded: at most half of its places are filled.
 */
export class NameTable {
  readonly #mask: number
  /** By place: the hash, the number (-1 where the place is free), the length, and where in the pool the name begins. */
  readonly #hashes: Int32Array
  readonly #values: Int32Array
  readonly #starts: Int32Array
  readonly #lengths: Int32Array
  /** Little-endian words of the names, each filled up with zeros. */
  readonly #pool: Int32Array
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
    this.#pool = new Int32Array(kept.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 4), 0))
    for (const { bytes, value } of kept) this.#add(bytes, value)
  }

  /** Number of the name that stands at [from, to) of a frame, which goes on for three bytes; -1 when it is none of these. */
  find(frame: DataView, from: number, to: number): number {
    const length = to - from
    const tail = to - 3 // From here on no whole word is left.
    let hash = length
    let p = from
    for (; p < tail; p += 4) hash = mixed(hash, frame.getInt32(p, true))
    const rest = ~(-1 << (8 * (to - p)))
    if (p < to) hash = mixed(hash, frame.getInt32(p, true) & rest)
    const pool = this.#pool
    for (let place = hash & this.#mask; ; place = (place + 1) & this.#mask) {
      const value = this.#values[place]!
      if (value === -1) return -1
      if (this.#hashes[place] !== hash || this.#lengths[place] !== length) continue
      let word = this.#starts[place]!
      p = from
      while (p < tail && pool[word] === frame.getInt32(p, true)) {
        word++
        p += 4
      }
      if (p < tail) continue
      if (p === to || pool[word] === (frame.getInt32(p, true) & rest)) return value
    }
  }

  #add(bytes: Uint8Array, value: number): void {
    const words = Int32Array.from({ length: Math.ceil(bytes.length / 4) }, (_, word) => wordAt(bytes, 4 * word))
    const hash = words.reduce(mixed, bytes.length)
    let place = hash & this.#mask
    while (this.#values[place] !== -1) place = (place + 1) & this.#mask
    this.#hashes[place] = hash
    this.#values[place] = value
    this.#starts[place] = this.#filled
    this.#lengths[place] = bytes.length
    this.#pool.set(words, this.#filled)
    this.#filled += words.length
  }
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, SPREAD)
  return product ^ (product >>> 15)
}

/** The word at `p`, with zeros behind the end. */
function wordAt(bytes: Uint8Array, p: number): number {
  let word = 0
  for (let at = 0; at < 4; at++) word |= (bytes[p + at] ?? 0) << (8 * at)
  return word
}
