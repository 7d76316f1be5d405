import { assert } from '@velocimex/core/assert'
import { SLACK } from '@velocimex/core/feed/market-codec'
import { encodeUtf8 } from './utf8.ts'

/**
 * Fixed bytes of a frame, compared four at a time: the first word, the second, those between, and the last, which overlaps
 * the one before when the length is no multiple of four. The words are fields of their own that are written only once,
 * which a field with an initializer is not: the compiler then knows them where the literal is a constant.
 */
export class Literal {
  /** In bytes. */
  declare readonly length: number
  declare private readonly first: number
  declare private readonly second: number
  declare private readonly last: number
  declare private readonly between: Int32Array

  /** @param text four bytes at least, in UTF-8, and no more than the slack behind a frame */
  constructor(text: string) {
    const { buffer, length } = encodeUtf8(text)
    assert(length >= 4 && length <= SLACK, 'a literal has at least four bytes and no more than the slack', text)
    const view = new DataView(buffer)
    this.length = length
    this.first = view.getInt32(0, true)
    this.second = length > 8 ? view.getInt32(4, true) : 0
    this.last = view.getInt32(length - 4, true)
    const betweens = Math.max(0, Math.ceil(length / 4) - 3)
    this.between = Int32Array.from({ length: betweens }, (_, word) => view.getInt32(8 + 4 * word, true))
  }

  /** A name between quotes; undefined for one too short or too long for a literal, which has to be looked up. */
  static quoted(name: string): Literal | undefined {
    const { length } = encodeUtf8(name)
    return length >= 2 && length <= SLACK - 2 ? new Literal(`"${name}"`) : undefined
  }

  /** Whether these bytes stand at `p`, which is not behind the end of the frame. */
  isAt(view: DataView, p: number): boolean {
    const { length } = this
    if (view.getInt32(p, true) !== this.first || view.getInt32(p + length - 4, true) !== this.last) return false
    if (length <= 8) return true
    if (view.getInt32(p + 4, true) !== this.second) return false
    if (length <= 12) return true
    const between = this.between
    for (let word = 0; word < between.length; word++)
      if (view.getInt32(p + 8 + 4 * word, true) !== between[word]) return false
    return true
  }
}
