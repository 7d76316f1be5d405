import { encodeUtf8 } from './utf8.ts'

/** Longest name in bytes; venues' symbols and stream names are far shorter. */
export const NAME_BYTES_MAX = 96

/**
 * Names as bytes, each with a number: open addressing, compared byte by byte, so that a frame is looked up without making
 * a string. Bounded: at most half of its places are filled.
 */
export class NameTable {
  readonly mask: number
  /** Hash by place; see `hashName`. */
  readonly hashes: Int32Array
  /** Number by place, -1 where the place is free. */
  readonly values: Int32Array
  /** Name bytes by place. */
  readonly names: Uint8Array[] = []
  #count = 0

  /** @param capacity most names it will hold */
  constructor(capacity: number) {
    let size = 16
    while (size < capacity * 2) size *= 2
    this.mask = size - 1
    this.hashes = new Int32Array(size)
    this.values = new Int32Array(size).fill(-1)
  }

  /** Adds a name. False when the table is full or the name too long; adding it again sets its number. */
  add(name: string, value: number): boolean {
    const bytes = encodeUtf8(name)
    if (bytes.length > NAME_BYTES_MAX) return false
    const place = this.#place(bytes)
    if (this.values[place] === -1) {
      if (2 * (this.#count + 1) > this.mask + 1) return false
      this.#count++
    }
    this.hashes[place] = hashName(bytes, 0, bytes.length)
    this.values[place] = value
    this.names[place] = bytes
    return true
  }

  #place(bytes: Uint8Array): number {
    const hash = hashName(bytes, 0, bytes.length)
    let place = (hash ^ (hash >>> 12)) & this.mask
    while (this.values[place] !== -1) {
      const name = this.names[place]!
      if (name.length === bytes.length && name.every((byte, at) => byte === bytes[at])) break
      place = (place + 1) & this.mask
    }
    return place
  }
}

/** Hash of the bytes [from, to), as the byte cursor computes it on the way. */
export function hashName(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
  return hash
}
