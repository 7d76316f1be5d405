import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { LevelReader } from './level-reader.ts'
import { type NumberReader, POW10 } from './number-reader.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const RECORD = RECORD_F64
const LANES = F64_LANES
const POWERS = POW10

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const OPEN = 91
const CLOSE = 93
/** The difference of `.` from `0`: what the digits of a whole part end on. */
const POINT = -2
const FOUR_ZEROS = 0x30303030
/** `","` and `0"]` as little-endian words, the byte behind cut out. */
const BETWEEN = 0x222c22
const NONE = 0x5d2230
/** What stands for rows that are given to the reader of all rows. */
const OTHER = -1

/**
 * Rows `[["price","quantity"], ...]` of venues that cut zeros off, as `LevelReader` reads them: there a number is seldom as
 * long as the one before, and to guess where it ends costs twice the time of counting its digits (measured). Rows with
 * blanks or with numbers of more than nine digits on their grid are left to that reader, which alone refuses.
 */
export class TrimmedRows {
  readonly #numbers: NumberReader
  readonly #batch: RecordBatch
  readonly #levels: LevelReader

  constructor(numbers: NumberReader, batch: RecordBatch, levels: LevelReader) {
    this.#numbers = numbers
    this.#batch = batch
    this.#levels = levels
  }

  /** Records in the batch. */
  get count(): number {
    return this.#batch.count
  }

  /** An array of rows, from its opening bracket to behind its closing one, appended to the batch; or a `Refusal`. */
  read(p: number): number {
    const { bytes } = this.#numbers
    if (bytes[p] === OPEN && bytes[p + 1] === CLOSE) return p + 2
    const end = this.#plainRows(p)
    return end === OTHER ? this.#levels.read(p) : end
  }

  /**
   * Rows of that kind alone, counted when the last of them has been read; otherwise `OTHER`, and none is.
   *
   * tidy: long because a call within the loop costs a quarter of it and more: what it may change, the compiler tests again.
   * For the same reason each array is used once before the loop, and positions are kept integers by `| 0`.
   */
  #plainRows(from: number): number {
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = this.#numbers
    const batch = this.#batch
    const { capacity, f64 } = batch
    let row = batch.count | 0
    let p = (from + 1) | 0
    if (row >= capacity || bytes[from] !== OPEN || view.getUint8(p) !== OPEN) return OTHER
    f64[row * RECORD] = 0
    for (; row < capacity; row = (row + 1) | 0) {
      if (bytes[p] !== OPEN || bytes[p + 1] !== QUOTE) return OTHER
      const first = (row * RECORD + LANES) | 0
      p = (p + 2) | 0
      let missing = priceDecimals | 0
      let step = priceStep
      for (let lane = first; ; lane = (lane + 1) | 0) {
        const start = p
        let value = 0
        let x = view.getInt32(p, true) ^ FOUR_ZEROS
        if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
          x = Math.imul(x, 0x0a01)
          value = (Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
          p = (p + 4) | 0
        }
        let digit = bytes[p]! - ZERO
        while (digit >>> 0 <= 9) {
          value = (Math.imul(value, 10) + digit) | 0
          p = (p + 1) | 0
          digit = bytes[p]! - ZERO
        }
        const whole = (p - start) | 0
        if (whole === 0 || whole + missing > 9 || (whole > 1 && bytes[start] === ZERO)) return OTHER
        if (digit === POINT) {
          p = (p + 1) | 0
          digit = bytes[p]! - ZERO
          if (digit >>> 0 > 9) return OTHER
          for (; missing > 0 && digit >>> 0 <= 9; missing = (missing - 1) | 0) {
            value = (Math.imul(value, 10) + digit) | 0
            p = (p + 1) | 0
            digit = bytes[p]! - ZERO
          }
          while (bytes[p] === ZERO) p = (p + 1) | 0
        }
        const scaled = missing === 0 ? value : value * POWERS[missing]!
        f64[lane] = step === 1 ? scaled : scaled / step
        if (step !== 1 && !Number.isInteger(f64[lane])) return OTHER
        if (lane !== first) break
        if (value === 0 || (view.getInt32(p, true) & 0xffffff) !== BETWEEN) return OTHER
        p = (p + 3) | 0
        if ((view.getInt32(p, true) & 0xffffff) === NONE) {
          f64[lane + 1] = 0
          p = (p + 1) | 0
          break
        }
        missing = lotDecimals | 0
        step = lotStep
      }
      const next = bytes[p + 2]
      if (bytes[p] !== QUOTE || bytes[p + 1] !== CLOSE) return OTHER
      p = (p + 3) | 0
      if (next === COMMA) continue
      if (next !== CLOSE) return OTHER
      batch.count = row + 1
      return p
    }
    return OTHER
  }
}
