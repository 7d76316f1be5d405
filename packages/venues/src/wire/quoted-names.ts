import { NAME_BYTES_MAX, NameTable } from './name-table.ts'

const QUOTES = 0x22222222
/** What stands in JSON as it is, one byte a character, without being escaped. */
const PLAIN = /^[ !#-[\]-~]+$/

/**
 * Names with numbers, found where they stand in a frame with a quote behind. The quote is looked for by words: of a word
 * whose quotes were turned into zeros, `(x - 0x01010101) & ~x & 0x80808080` sets the top bit of the first of them, and
 * none below it.
 */
export class QuotedNames {
  /** Where the closing quote of the name that was found stands. */
  end = 0
  readonly #names: NameTable

  /** @param names with their numbers, 0 or more; those that JSON would escape are left out */
  constructor(names: Iterable<readonly [name: string, value: number]>) {
    this.#names = new NameTable([...names].filter(([name]) => PLAIN.test(name)))
  }

  /** Number of the name that begins at `p`, behind its opening quote; -1 when it is none of these. */
  find(frame: DataView, p: number): number {
    const most = p + NAME_BYTES_MAX - 4
    for (let at = p; at < most; at += 4) {
      const x = frame.getInt32(at, true) ^ QUOTES
      const quotes = (x - 0x01010101) & ~x & 0x80808080
      if (quotes === 0) continue
      this.end = at + ((31 - Math.clz32(quotes & -quotes)) >>> 3)
      return this.#names.find(frame, p, this.end)
    }
    return -1
  }
}
