import { Literal } from './literal.ts'
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
  readonly names: Literal[] = []
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
    this.hashes[place] = hashName(viewOf(bytes), 0, bytes.length)
    this.values[place] = value
    this.names[place] = new Literal(name)
    return true
  }

  #place(bytes: Uint8Array): number {
    const hash = hashName(viewOf(bytes), 0, bytes.length)
    let place = (hash ^ (hash >>> 12)) & this.mask
    while (this.values[place] !== -1) {
      const name = this.names[place]!.bytes
      if (name.length === bytes.length && name.every((byte, at) => byte === bytes[at])) break
      place = (place + 1) & this.mask
    }
    return place
  }
}

/**
 * Hash of the bytes [from, to): of their number and of four bytes each at the start, in the middle and at the end. Three
 * loads instead of a walk; names that share all of them share a place and are told apart by comparing.
 */
export function hashName(view: DataView, from: number, to: number): number {
  const length = to - from
  if (length < 4) {
    let hash = length
    for (let at = from; at < to; at++) hash = Math.imul(hash, 31) + view.getUint8(at)
    return hash | 0
  }
  const ends = view.getInt32(from, true) ^ Math.imul(view.getInt32(to - 4, true), 0x85ebca6b)
  return (Math.imul(ends ^ view.getInt32(from + ((length - 4) >> 1), true), 0x9e3779b1) + length) | 0
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
