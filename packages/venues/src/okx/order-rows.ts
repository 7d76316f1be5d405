import { Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { skipBlanks } from '../wire/json-walk.ts'
import { type NumberReader, POW10 } from '../wire/number-reader.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const RECORD = RECORD_F64
const LANES = F64_LANES
const POWERS = POW10

const QUOTE = 34
const COMMA = 44
const OPEN = 91
const CLOSE = 93
const ZERO = 48
/** The difference of `.` from `0`: what the digits of a whole part end on. */
const POINT = -2
const FOUR_ZEROS = 0x30303030
/** `","` with the byte behind it cut out, and `0","`, a cell of nothing, as little-endian words. */
const BETWEEN = 0x222c22
const NONE = 0x222c2230
/** The largest number of which ten thousand times, and four digits, are an int32. */
const PART_MAX = 200_000
/** What `#plainRows` leaves when it must give a row to the careful reading. */
const CAREFUL = -100
/** Slots of the numbers of a row. */
const PRICE = 60
const LOTS = 61
const UNUSED = 62
const ORDERS = 63

/**
 * Reads `[["price","quantity","0","orders"], ...]` into lanes 0, 1 and 3 of the records of a batch: ticks, lots, the
 * number of orders. The third cell is dead: any whole number is passed over. The rest of the records is filled when all
 * fields of the message are known.
 */
export class OrderRows {
  /** Where in the frame the digits of each record's price begin, and behind them those of its quantity: two to a record. */
  readonly digitsAt: Int32Array
  /** The number of orders at each level, by record. */
  readonly orders: Float64Array
  readonly #numbers: NumberReader
  readonly #batch: RecordBatch
  /** Where the row began that the plain reading did not take. */
  #rowAt = 0

  constructor(numbers: NumberReader, batch: RecordBatch) {
    this.#numbers = numbers
    this.#batch = batch
    this.digitsAt = new Int32Array(batch.capacity * 2)
    this.orders = new Float64Array(batch.capacity)
  }

  /** Records in the batch. */
  get count(): number {
    return this.#batch.count
  }

  /** An array of rows, from its opening bracket to behind its closing one, appended to the batch. */
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

  /**
   * Rows without blanks whose numbers have up to nine digits before the point and fifteen on their grid, up to the end of
   * the array or to the first that is not so. Whole and fraction are read as integers of their own.
   *
   * One loop without calls on purpose: what a call may change, the compiler tests again behind it. For the same reason each
   * array is used once before the loop - it is then known within it -, and positions are kept integers by `| 0` (measured:
   * a quarter of the time of a row).
   *
   * tidy: long because a call within the loop costs that, and as much again for itself.
   */
  #plainRows(from: number): number {
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = this.#numbers
    const batch = this.#batch
    const { capacity, f64 } = batch
    const { digitsAt, orders } = this
    const priceScale = POWERS[priceDecimals]!
    const lotScale = POWERS[lotDecimals]!
    let p = from | 0
    let rowAt = p
    let row = batch.count | 0
    this.#rowAt = p
    if (row >= capacity || bytes[p] !== OPEN || view.getUint8(p + 1) !== QUOTE) return CAREFUL
    f64[row * RECORD] = orders[row] = digitsAt[row * 2] = 0
    rows: for (; row < capacity; row = (row + 1) | 0, rowAt = p) {
      if (bytes[p] !== OPEN || bytes[p + 1] !== QUOTE) break
      const first = (row * RECORD + LANES) | 0
      p = (p + 2) | 0
      digitsAt[row * 2] = p
      let decimals = priceDecimals | 0
      let scale = priceScale
      let step = priceStep
      gone: {
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
          if (whole === 0 || whole > 9 || whole + decimals > 15 || (whole > 1 && bytes[start] === ZERO)) break rows
          let scaled = value * scale
          if (digit === POINT) {
            p = (p + 1) | 0
            digit = bytes[p]! - ZERO
            if (digit >>> 0 > 9) break rows
            let missing = decimals
            let part = 0
            while (missing >= 4 && part <= PART_MAX) {
              x = view.getInt32(p, true) ^ FOUR_ZEROS
              if (((x | (x + 0x76767676)) & 0x80808080) !== 0) break
              x = Math.imul(x, 0x0a01)
              part = (Math.imul(part, 10_000) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
              missing = (missing - 4) | 0
              p = (p + 4) | 0
              digit = bytes[p]! - ZERO
            }
            const before = missing
            let tail = 0
            for (; missing > 0 && digit >>> 0 <= 9; missing = (missing - 1) | 0) {
              tail = (Math.imul(tail, 10) + digit) | 0
              p = (p + 1) | 0
              digit = bytes[p]! - ZERO
            }
            const fraction = part === 0 ? tail : part * POWERS[before - missing]! + tail
            scaled += missing === 0 ? fraction : fraction * POWERS[missing]!
            while (bytes[p] === ZERO) p = (p + 1) | 0
          }
          if (step !== 1) {
            scaled /= step
            if (!Number.isInteger(scaled)) break rows
          }
          f64[lane] = scaled
          if ((view.getInt32(p, true) & 0xffffff) !== BETWEEN) break rows
          p = (p + 3) | 0
          if (lane !== first) break
          if (scaled === 0) break rows
          digitsAt[row * 2 + 1] = p
          if (view.getInt32(p, true) === NONE && view.getInt32(p + 4, true) === NONE) {
            f64[lane + 1] = 0
            p = (p + 8) | 0
            break gone
          }
          decimals = lotDecimals | 0
          scale = lotScale
          step = lotStep
        }
        if (view.getInt32(p, true) !== NONE) break
        p = (p + 4) | 0
      }
      let count = bytes[p]! - ZERO
      if (count >>> 0 > 9) break
      const second = (p + 1) | 0
      for (p = second; bytes[p] !== QUOTE; p = (p + 1) | 0) {
        const digit = bytes[p]! - ZERO
        if (digit >>> 0 > 9 || count === 0 || p - second > 7) break rows
        count = (Math.imul(count, 10) + digit) | 0
      }
      orders[row] = count
      const next = bytes[p + 2]
      if (bytes[p + 1] !== CLOSE || (next !== COMMA && next !== CLOSE)) break
      p = (p + 3) | 0
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
    const numbers = this.#numbers
    const { bytes, slots } = numbers
    const batch = this.#batch
    const row = batch.count
    if (bytes[p] !== OPEN) return Refusal.malformed
    if (row >= batch.capacity) return Refusal.tooLarge
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] !== QUOTE) return Refusal.malformed
    this.digitsAt[row * 2] = p + 1
    p = this.#cell(numbers.decimal(p + 1, numbers.priceDecimals, numbers.priceStep, PRICE))
    if (p < 0) return p
    if (slots[PRICE] === 0) return Refusal.badNumber
    this.digitsAt[row * 2 + 1] = p
    p = this.#cell(numbers.decimal(p, numbers.lotDecimals, numbers.lotStep, LOTS))
    if (p < 0) return p
    p = this.#cell(this.#whole(p, UNUSED))
    if (p < 0) return p
    p = this.#whole(p, ORDERS)
    if (p < 0) return p
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    if (bytes[p] !== CLOSE) return Refusal.malformed
    const lane = row * RECORD + LANES
    batch.f64[lane] = slots[PRICE]!
    batch.f64[lane + 1] = slots[LOTS]!
    this.orders[row] = slots[ORDERS]!
    batch.count = row + 1
    return p + 1
  }

  /** The comma and the opening quote between two cells; `p` may be a refusal. */
  #cell(p: number): number {
    if (p < 0) return p
    const { bytes } = this.#numbers
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    if (bytes[p] !== COMMA) return Refusal.malformed
    p++
    if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
    return bytes[p] === QUOTE ? p + 1 : Refusal.malformed
  }

  /** A whole number and the quote behind it. */
  #whole(p: number, slot: number): number {
    const { bytes, slots } = this.#numbers
    const digit = bytes[p]! - 48
    if (digit >>> 0 <= 9 && bytes[p + 1] === QUOTE) {
      slots[slot] = digit
      return p + 2
    }
    p = this.#numbers.int(p, slot)
    if (p < 0) return p
    return bytes[p] === QUOTE ? p + 1 : Refusal.badNumber
  }
}
