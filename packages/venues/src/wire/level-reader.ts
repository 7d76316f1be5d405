import { Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { skipBlanks } from './json-walk.ts'
import { type NumberReader, POW10 } from './number-reader.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const POWERS = POW10
const RECORD = RECORD_F64
const LANES = F64_LANES

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const OPEN = 91
const CLOSE = 93
/** The difference of `.` from `0`: what the digits of a whole part end on. */
const POINT = -2
const FOUR_ZEROS = 0x30303030
/** Slots of the careful reading of a row. */
const PRICE = 62
const LOTS = 63
/** What `#plainRows` leaves when it must give a row to the careful reading. */
const CAREFUL = -100

/**
 * Reads `[["price","quantity"], ...]` into lanes 0 and 1 of the records of a batch, as ticks and lots. The rest of the
 * records is filled by `fillLevels`, when all fields of the message are known: they may come in any order.
 *
 * The loop over plain rows is one function on purpose: a call for each number costs half as much again (measured). Price
 * and quantity share one pass of it, told apart by the lane.
 */
export class LevelReader {
  readonly #numbers: NumberReader
  readonly #batch: RecordBatch
  /** Where the row began that the plain reading did not take. */
  #rowAt = 0

  constructor(numbers: NumberReader, batch: RecordBatch) {
    this.#numbers = numbers
    this.#batch = batch
  }

  /** Records in the batch. */
  get count(): number {
    return this.#batch.count
  }

  /**
   * An array of rows, from its opening bracket to behind its closing one, appended to the batch.
   */
  read(p: number): number {
    const { bytes } = this.#numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] === CLOSE) return p + 1
    for (;;) {
      p = this.#plainRows(p)
      if (p !== CAREFUL) return p
      p = this.#row(skipBlanks(bytes, this.#rowAt))
      if (p < 0) return p
      p = skipBlanks(bytes, p)
      const next = bytes[p]
      if (next === CLOSE) return p + 1
      if (next !== COMMA) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
    }
  }

  /** Rows without blanks whose numbers fit nine digits, up to the end of the array or to the first that is not so. */
  #plainRows(p: number): number {
    const { bytes, view } = this.#numbers
    const batch = this.#batch
    const { f64 } = batch
    const { priceDecimals, priceStep, lotDecimals, lotStep } = this.#numbers
    let row = batch.count
    let rowAt = p
    rows: for (; ; row++, rowAt = p) {
      let lane = row * RECORD + LANES
      if (lane >= f64.length || bytes[p] !== OPEN || bytes[p + 1] !== QUOTE) break
      p += 2
      let missing = priceDecimals
      let step = priceStep
      for (let isPrice = true; ; isPrice = false) {
        const start = p
        let value = 0
        let x = view.getInt32(p, true) ^ FOUR_ZEROS
        if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
          x = Math.imul(x, 0x0a01)
          value = Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
          p += 4
        }
        let digit = bytes[p]! - ZERO
        while (digit >>> 0 <= 9) {
          value = (Math.imul(value, 10) + digit) | 0
          digit = bytes[++p]! - ZERO
        }
        if (p === start || p - start + missing > 9 || (bytes[start] === ZERO && p - start > 1)) break rows
        if (digit === POINT) {
          digit = bytes[++p]! - ZERO
          if (digit >>> 0 > 9) break rows
          if (missing >= 4) {
            x = view.getInt32(p, true) ^ FOUR_ZEROS
            if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
              x = Math.imul(x, 0x0a01)
              value = (Math.imul(value, 10_000) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
              p += 4
              missing -= 4
              digit = bytes[p]! - ZERO
            }
          }
          for (; missing > 0 && digit >>> 0 <= 9; missing--) {
            value = (Math.imul(value, 10) + digit) | 0
            digit = bytes[++p]! - ZERO
          }
          if (digit === 0 && view.getInt32(p, true) === FOUR_ZEROS) p += 4
          while (bytes[p] === ZERO) p++
        }
        if (bytes[p] !== QUOTE) break rows
        const scaled = missing === 0 ? value : value * POWERS[missing]!
        f64[lane] = step === 1 ? scaled : scaled / step
        if (step !== 1 && !Number.isInteger(f64[lane])) break rows
        if (!isPrice) break
        if (value === 0 || bytes[p + 1] !== COMMA || bytes[p + 2] !== QUOTE) break rows
        p += 3
        lane++
        missing = lotDecimals
        step = lotStep
      }
      const next = bytes[p + 2]
      if (bytes[p + 1] !== CLOSE || (next !== COMMA && next !== CLOSE)) break
      p += 3
      if (next === COMMA) continue
      batch.count = row + 1
      return p
    }
    batch.count = row
    this.#rowAt = rowAt
    return CAREFUL
  }

  /** One row, whatever its blanks and the length of its numbers; or the reason why it is refused. */
  #row(p: number): number {
    const { bytes, slots } = this.#numbers
    const { priceDecimals, priceStep, lotDecimals, lotStep } = this.#numbers
    const { f64, count } = this.#batch
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    p = this.#numbers.decimal(p + 1, priceDecimals, priceStep, PRICE)
    if (p < 0) return p
    p = skipBlanks(bytes, p)
    if (bytes[p] !== COMMA) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    p = this.#numbers.decimal(p + 1, lotDecimals, lotStep, LOTS)
    if (p < 0) return p
    p = skipBlanks(bytes, p)
    if (bytes[p] !== CLOSE) return Refusal.malformed
    if (slots[PRICE] === 0) return Refusal.badNumber
    if (count >= this.#batch.capacity) return Refusal.tooLarge
    f64[count * RECORD_F64 + F64_LANES] = slots[PRICE]!
    f64[count * RECORD_F64 + F64_LANES + 1] = slots[LOTS]!
    this.#batch.count++
    return p + 1
  }
}
