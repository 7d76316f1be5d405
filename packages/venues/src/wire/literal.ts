import { encodeUtf8 } from './utf8.ts'

/**
 * Fixed bytes of a frame, cut into words of four for comparing; the last word overlaps the one before. Shorter literals
 * than four bytes are compared singly.
 */
export class Literal {
  readonly length: number
  /** Little-endian words at offsets 0, 4, 8, ... and, when the length is no multiple of four, at length - 4. */
  readonly words: Int32Array
  /** Offset of the last word. */
  readonly last: number
  readonly bytes: Uint8Array
  /** The first and the last word. */
  readonly first: number
  readonly final: number

  constructor(text: string) {
    this.bytes = encodeUtf8(text)
    this.length = this.bytes.length
    this.last = this.length - 4
    const view = new DataView(this.bytes.buffer)
    const offsets: number[] = []
    for (let at = 0; at + 4 <= this.length; at += 4) offsets.push(at)
    if (this.length >= 4 && this.length % 4 !== 0) offsets.push(this.last)
    this.words = Int32Array.from(offsets, offset => view.getInt32(offset, true))
    this.first = this.words[0] ?? 0
    this.final = this.words.at(-1) ?? 0
  }
}
