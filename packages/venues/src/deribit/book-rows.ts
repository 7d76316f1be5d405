import { Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { DecimalReader } from '../wire/decimal-reader.ts'
import { Literal } from '../wire/literal.ts'
import { type NumberReader, POW10 } from '../wire/number-reader.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { Slot as Slots } from './frame-places.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const POWERS = POW10
const RECORD = RECORD_F64
const LANES = F64_LANES
const Refusal = Refusals
const Slot = Slots

const COMMA = 44
const ZERO = 48
const OPEN = 91
const CLOSE = 93
/** The difference of `.` from `0`: what the digits of a whole part end on. */
const POINT = -2
const FOUR_ZEROS = 0x30303030
const L = { new: new Literal('["new",'), change: new Literal('["change",'), delete: new Literal('["delete",') }

/**
 * Reads `[["new",42500.0,1000.0], ...]` without a blank into lanes 0 and 1 of the records of a batch, as ticks and lots. What
 * is deleted has no amount left, and what is not has one.
 *
 * The loop over rows is one function on purpose: a call for each number costs half as much again. Price and amount share
 * one pass of it, told apart by the lane; a number of more than nine digits or with an exponent is read by `DecimalReader`.
 */
export class BookRows {
  readonly #numbers: NumberReader
  readonly #decimals: DecimalReader
  readonly #batch: RecordBatch

  constructor(values: PlaceValues, batch: RecordBatch) {
    this.#numbers = values.numbers
    this.#decimals = values.decimals
    this.#batch = batch
  }

  /** The rows from their opening bracket to behind the closing one, appended to the batch; or a refusal. */
  read(p: number): number {
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = this.#numbers
    const batch = this.#batch
    const { f64 } = batch
    if (bytes[p] !== OPEN) return Refusal.malformed
    if (bytes[++p] === CLOSE) return p + 1
    for (let row = batch.count; ; row++) {
      let lane = row * RECORD + LANES
      if (lane >= f64.length) return Refusal.tooLarge
      const isDeletion = L.delete.isAt(view, p)
      if (isDeletion) p += L.delete.length
      else if (L.change.isAt(view, p)) p += L.change.length
      else if (L.new.isAt(view, p)) p += L.new.length
      else return Refusal.malformed
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
        for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) value = (Math.imul(value, 10) + digit) | 0
        let isPlain = p > start && p - start + missing <= 9 && (bytes[start] !== ZERO || p - start === 1)
        if (digit === POINT) {
          digit = bytes[++p]! - ZERO
          if (digit >>> 0 > 9) isPlain = false
          for (; missing > 0 && digit >>> 0 <= 9; missing--) {
            value = (Math.imul(value, 10) + digit) | 0
            digit = bytes[++p]! - ZERO
          }
          while (digit === 0) digit = bytes[++p]! - ZERO
        }
        const behind = isPrice ? COMMA : CLOSE
        const steps = (missing === 0 ? value : value * POWERS[missing]!) / step
        f64[lane] = steps
        if (!isPlain || bytes[p] !== behind || Math.floor(steps) !== steps) {
          p = this.#decimals.number(start, isPrice ? priceDecimals : lotDecimals, step, Slot.levelPrice)
          if (p < 0 || bytes[p] !== behind) return Refusal.malformed
          f64[lane] = this.#numbers.slots[Slot.levelPrice]!
        }
        p++
        if (!isPrice) break
        if (f64[lane] === 0) return Refusal.badNumber
        lane++
        missing = lotDecimals
        step = lotStep
      }
      if ((f64[lane] === 0) !== isDeletion) return Refusal.badNumber
      const next = bytes[p++]
      if (next === COMMA) continue
      if (next !== CLOSE) return Refusal.malformed
      batch.count = row + 1
      return p
    }
  }
}
