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
/** `"," ` without its blank, and `","0` - the cell that is dead -, as little-endian words. */
const BETWEEN = 0x222c22
const DEAD = 0x30222c22
/** Most decimals of grids whose fractions fit an int32. */
const PLAIN_DECIMALS = 9
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
    const { bytes, priceDecimals, lotDecimals } = this.#numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] === CLOSE) return p + 1
    const isFine = priceDecimals > PLAIN_DECIMALS || lotDecimals > PLAIN_DECIMALS
    for (;;) {
      if (isFine) this.#rowAt = p
      else {
        p = this.#plainRows(p)
        if (p !== CAREFUL) return p
      }
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
   * the array or to the first that is not so. Whole and fraction are read as int32 each. One loop on purpose: a call for
   * each number costs half as much again (measured).
   */
  #plainRows(p: number): number {
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = this.#numbers
    const batch = this.#batch
    const { f64 } = batch
    const { digitsAt } = this
    let row = batch.count
    let rowAt = p
    rows: for (; ; row++, rowAt = p) {
      let lane = row * RECORD + LANES
      if (lane >= f64.length || bytes[p] !== OPEN || bytes[p + 1] !== QUOTE) break
      p += 2
      let decimals = priceDecimals
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
        const whole = p - start
        if (whole === 0 || whole > 9 || whole + decimals > 15 || (whole > 1 && bytes[start] === ZERO)) break rows
        let scaled = decimals === 0 ? value : value * POWERS[decimals]!
        if (digit === POINT) {
          let missing = decimals
          let part = 0
          if ((digit = bytes[++p]! - ZERO) >>> 0 > 9) break rows
          for (; missing > 0 && digit >>> 0 <= 9; missing--) {
            part = (Math.imul(part, 10) + digit) | 0
            digit = bytes[++p]! - ZERO
          }
          scaled += missing === 0 ? part : part * POWERS[missing]!
          while (bytes[p] === ZERO) p++
        }
        // Behind a price stands `","`, behind a quantity the cell that is dead, and the quote of the last.
        const behind = view.getInt32(p, true)
        if ((behind & 0xffffff) !== BETWEEN || (isPrice && scaled === 0)) break rows
        f64[lane] = step === 1 ? scaled : scaled / step
        if (step !== 1 && !Number.isInteger(f64[lane])) break rows
        if (!isPrice) {
          digitsAt[row * 2 + 1] = start
          if (behind !== DEAD || (view.getInt32(p + 4, true) & 0xffffff) !== BETWEEN) break rows
          p += 7
          break
        }
        digitsAt[row * 2] = start
        p += 3
        lane++
        decimals = lotDecimals
        step = lotStep
      }
      p = this.#count(p, row)
      const next = bytes[p + 2]
      if (p < 0 || bytes[p] !== QUOTE || bytes[p + 1] !== CLOSE || (next !== COMMA && next !== CLOSE)) break
      p += 3
      if (next === COMMA) continue
      batch.count = row + 1
      return p
    }
    batch.count = row
    this.#rowAt = rowAt
    return CAREFUL
  }

  /** The number of orders of a row, up to nine digits. Returns where it ends, -1 when it is none. */
  #count(p: number, row: number): number {
    const { bytes } = this.#numbers
    const start = p
    let digit = bytes[p]! - ZERO
    let count = 0
    while (digit >>> 0 <= 9) {
      count = (Math.imul(count, 10) + digit) | 0
      digit = bytes[++p]! - ZERO
    }
    this.orders[row] = count
    return p - start > 9 || p === start || (bytes[start] === ZERO && p - start > 1) ? -1 : p
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
