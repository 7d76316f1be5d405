import { Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { INT_POW10 } from './decimal-shape.ts'
import { skipBlanks } from './json-walk.ts'
import type { NumberReader } from './number-reader.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const POWERS = INT_POW10
const RECORD = RECORD_F64
const LANES = F64_LANES

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const OPEN = 91
const CLOSE = 93
const FOUR_ZEROS = 0x30303030
/** Carries into the top bit of each byte above 9; and these bits. */
const ABOVE_NINE = 0x76767676
const TOP_BITS = 0x80808080
/** `["`, `","`, `"],` and `"]]` as little-endian words: what stands around the numbers of a row, and where its bytes lie. */
const ROW_OPEN = 0x225b
const BETWEEN = 0x222c22
const ROW_AGAIN = 0x2c5d22
const ROW_LAST = 0x5d5d22
const TWO_BYTES = 0xffff
const THREE_BYTES = 0xffffff
/** Slots of the careful reading of a row. */
const PRICE = 62
const LOTS = 63
/** What `#alikeRows` leaves when it must give a row to the careful reading. */
const CAREFUL = -100

/**
 * Reads `[["price","quantity"], ...]` into lanes 0 and 1 of the records of a batch, as ticks and lots. The rest of the
 * records is filled by `RecordWriter.levels`, when all fields of the message are known: they may come in any order.
 *
 * Rows of an instrument look alike, so where the points and quotes of a row stand is guessed from the row before
 * (`DecimalShape`), and tested. A right guess leaves no loop over digits: they are read as words, and the next row does
 * not wait for this one. A wrong guess costs time alone: the row is measured anew, or given to the careful reading.
 *
 * The loop is one function on purpose, price and quantity written out: whatever is called in it makes the compiler test
 * all arrays anew and keep positions as objects (measured: a call for each number costs half as much again).
 */
export class LevelReader {
  readonly #numbers: NumberReader
  readonly #batch: RecordBatch
  /** Where the row began that `#alikeRows` did not take. */
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
    for (let learntAt = -1; ; ) {
      p = this.#alikeRows(p)
      if (p !== CAREFUL) return p
      p = this.#rowAt
      if (p !== learntAt && this.#learn(p)) {
        learntAt = p
        continue
      }
      p = this.#row(skipBlanks(bytes, p))
      if (p < 0) return p
      p = skipBlanks(bytes, p)
      const next = bytes[p]
      if (next === CLOSE) return p + 1
      if (next !== COMMA) return Refusal.malformed
      p = skipBlanks(bytes, p + 1)
    }
  }

  /** Takes the shape of the row at `p`; false when it is none that `#alikeRows` reads. */
  #learn(p: number): boolean {
    const { bytes, priceShape, lotShape } = this.#numbers
    if (bytes[p] !== OPEN || bytes[p + 1] !== QUOTE) return false
    const end = priceShape.learn(bytes, p + 2)
    return end > 0 && bytes[end + 1] === COMMA && bytes[end + 2] === QUOTE && lotShape.learn(bytes, end + 3) > 0
  }

  /**
   * Rows without blanks whose numbers look like those before, up to the end of the array or to the first that is not so.
   * All that is needed of the shapes is copied first, as integers (`| 0`), or the loop would unpack it at each use; only
   * how many digits stand before a point changes within the loop. Sums end on `| 0` too: without it they are tested.
   *
   * tidy: long because a call within the loop costs a quarter of it and more, see above.
   */
  #alikeRows(p: number): number {
    const { bytes, view, priceShape, lotShape } = this.#numbers
    const batch = this.#batch
    const { f64 } = batch
    let priceWhole = priceShape.whole | 0
    let priceLow = priceShape.low | 0
    let priceHigh = priceShape.high | 0
    let priceLeast = priceShape.least | 0
    const priceBehind = priceShape.behind | 0
    const priceRest = priceShape.rest | 0
    const priceKept = priceShape.kept | 0
    const priceSpare = priceShape.spare | 0
    const priceShift = priceShape.shift | 0
    const priceSpareSecond = priceShape.spareSecond | 0
    const priceFirstScale = priceShape.firstScale | 0
    const priceDecimals = priceShape.decimals | 0
    const priceStep = priceShape.step | 0
    let lotWhole = lotShape.whole | 0
    let lotLow = lotShape.low | 0
    let lotHigh = lotShape.high | 0
    let lotLeast = lotShape.least | 0
    const lotBehind = lotShape.behind | 0
    const lotRest = lotShape.rest | 0
    const lotKept = lotShape.kept | 0
    const lotSpare = lotShape.spare | 0
    const lotShift = lotShape.shift | 0
    const lotSpareSecond = lotShape.spareSecond | 0
    const lotFirstScale = lotShape.firstScale | 0
    const lotDecimals = lotShape.decimals | 0
    const lotStep = lotShape.step | 0
    const lanes = (batch.capacity * RECORD) | 0
    let lane = (batch.count * RECORD + LANES) | 0
    let rowAt = p | 0
    for (p = rowAt; ; lane = (lane + RECORD) | 0, rowAt = p) {
      if (lane >= lanes || (view.getInt32(p, true) & TWO_BYTES) !== ROW_OPEN) break
      p = (p + 2) | 0
      {
        let point = (p + priceWhole) | 0
        if (bytes[point] !== priceBehind) {
          point = p
          while ((bytes[point]! - ZERO) >>> 0 <= 9) point = (point + 1) | 0
          priceWhole = (point - p) | 0
          if (priceWhole === 0 || priceWhole > priceShape.wholeMax || bytes[point] !== priceBehind) break
          priceLow = priceWhole >= 4 ? -1 : -1 << (32 - 8 * priceWhole)
          priceHigh = priceWhole >= 8 ? -1 : -1 << (64 - 8 * priceWhole)
          priceLeast = priceWhole === 1 ? 0 : POWERS[priceWhole - 1]!
        }
        let x = (view.getInt32((point - 4) | 0, true) ^ FOUR_ZEROS) & priceLow
        let bad = x | ((x + ABOVE_NINE) | 0)
        x = Math.imul(x, 0x0a01)
        let value = (Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
        if (priceWhole > 4) {
          x = (view.getInt32((point - 8) | 0, true) ^ FOUR_ZEROS) & priceHigh
          bad |= x | ((x + ABOVE_NINE) | 0)
          x = Math.imul(x, 0x0a01)
          value = (value + Math.imul(Math.imul((x >>> 8) & 255, 100) + (x >>> 24), 10_000)) | 0
        }
        if (value < priceLeast) break
        value = Math.imul(value, priceFirstScale)
        let second = 0
        if (priceRest > 0) {
          x = view.getInt32((point + 1) | 0, true) ^ FOUR_ZEROS
          let spare = x & priceSpare
          x = (x & priceKept) << priceShift
          bad |= x | ((x + ABOVE_NINE) | 0)
          x = Math.imul(x, 0x0a01)
          value = (value + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
          if (priceRest > 5) {
            second = view.getInt32((point + 5) | 0, true) ^ FOUR_ZEROS
            spare |= second & priceSpareSecond
          }
          if (spare !== 0) break
        }
        if (priceDecimals > 4) {
          x = (second & priceShape.keptSecond) << priceShape.shiftSecond
          bad |= x | ((x + ABOVE_NINE) | 0)
          x = Math.imul(x, 0x0a01)
          value = (Math.imul(value, priceShape.secondScale) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
        }
        p = (point + priceRest) | 0
        if ((bad & TOP_BITS) !== 0) break
        if (value === 0) break
        f64[lane] = priceStep === 1 ? value : value / priceStep
        if (priceStep !== 1 && !Number.isInteger(f64[lane])) break
      }
      if ((view.getInt32(p, true) & THREE_BYTES) !== BETWEEN) break
      p = (p + 3) | 0
      lotText: {
        let point = (p + lotWhole) | 0
        if (bytes[point] !== lotBehind) {
          // Venues that cut zeros off write a level that is gone as `0`.
          if (bytes[p] === ZERO && bytes[p + 1] === QUOTE) {
            f64[lane + 1] = 0
            p = (p + 1) | 0
            break lotText
          }
          point = p
          while ((bytes[point]! - ZERO) >>> 0 <= 9) point = (point + 1) | 0
          lotWhole = (point - p) | 0
          if (lotWhole === 0 || lotWhole > lotShape.wholeMax || bytes[point] !== lotBehind) break
          lotLow = lotWhole >= 4 ? -1 : -1 << (32 - 8 * lotWhole)
          lotHigh = lotWhole >= 8 ? -1 : -1 << (64 - 8 * lotWhole)
          lotLeast = lotWhole === 1 ? 0 : POWERS[lotWhole - 1]!
        }
        let x = (view.getInt32((point - 4) | 0, true) ^ FOUR_ZEROS) & lotLow
        let bad = x | ((x + ABOVE_NINE) | 0)
        x = Math.imul(x, 0x0a01)
        let value = (Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
        if (lotWhole > 4) {
          x = (view.getInt32((point - 8) | 0, true) ^ FOUR_ZEROS) & lotHigh
          bad |= x | ((x + ABOVE_NINE) | 0)
          x = Math.imul(x, 0x0a01)
          value = (value + Math.imul(Math.imul((x >>> 8) & 255, 100) + (x >>> 24), 10_000)) | 0
        }
        if (value < lotLeast) break
        value = Math.imul(value, lotFirstScale)
        let second = 0
        if (lotRest > 0) {
          x = view.getInt32((point + 1) | 0, true) ^ FOUR_ZEROS
          let spare = x & lotSpare
          x = (x & lotKept) << lotShift
          bad |= x | ((x + ABOVE_NINE) | 0)
          x = Math.imul(x, 0x0a01)
          value = (value + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
          if (lotRest > 5) {
            second = view.getInt32((point + 5) | 0, true) ^ FOUR_ZEROS
            spare |= second & lotSpareSecond
          }
          if (spare !== 0) break
        }
        if (lotDecimals > 4) {
          x = (second & lotShape.keptSecond) << lotShape.shiftSecond
          bad |= x | ((x + ABOVE_NINE) | 0)
          x = Math.imul(x, 0x0a01)
          value = (Math.imul(value, lotShape.secondScale) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)) | 0
        }
        p = (point + lotRest) | 0
        if ((bad & TOP_BITS) !== 0) break
        f64[lane + 1] = lotStep === 1 ? value : value / lotStep
        if (lotStep !== 1 && !Number.isInteger(f64[lane + 1])) break
      }
      const next = view.getInt32(p, true) & THREE_BYTES
      p = (p + 3) | 0
      if (next === ROW_AGAIN) continue
      if (next !== ROW_LAST) break
      batch.count = (lane + RECORD) >> 3
      return p
    }
    batch.count = lane >> 3
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
