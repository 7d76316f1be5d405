import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipNumber } from './json-walk.ts'
import { FLOAT_DIGITS_MAX, POW10 } from './number-reader.ts'

const ZERO = 48
const MINUS = 45
const POINT = 46
const COMMA = 44
const CLOSE_LIST = 93
const CLOSE = 125
/** Digits that surely stay below 2^53. */
const PLAIN_DIGITS = 15
/** Greatest exponent that is worth reading; beyond it any number is 0 or too large. */
const EXPONENT_MAX = 400

/**
 * Reads JSON numbers as whole steps by their own digits, `42500.0`, `1.0e-4`: they never become a float. Leaves the number
 * in a slot and returns the position behind, or a `Refusal`; nothing is allocated.
 */
export class DecimalReader {
  readonly #bytes: Uint8Array
  readonly #slots: Float64Array
  #end = 0
  #exponent = 0

  constructor(bytes: Uint8Array, slots: Float64Array) {
    this.#bytes = bytes
    this.#slots = slots
  }

  /** A number that is not negative, in whole steps of `step / 10^decimals`. */
  exact(p: number, decimals: number, step: number, slot: number): number {
    const end = this.#plain(p, decimals, step, slot)
    if (end > 0) return end
    if (this.#bytes[p] === MINUS) return skipNumber(this.#bytes, p) < 0 ? Refusal.malformed : Refusal.badNumber
    return this.#scaled(p, decimals, step, false, slot)
  }

  /** A number of either sign times `10^decimals`, rounded to the nearest whole number, halves away from zero. */
  rounded(p: number, decimals: number, slot: number): number {
    const isNegative = this.#bytes[p] === MINUS
    const end = this.#scaled(isNegative ? p + 1 : p, decimals, 1, true, slot)
    if (end > 0 && isNegative) this.#slots[slot] = 0 - this.#slots[slot]!
    return end
  }

  /** A number of at least zero and at most 40 characters as the float64 nearest to it. */
  float(p: number, slot: number): number {
    const end = skipNumber(this.#bytes, p)
    if (end < 0) return end
    if (this.#bytes[p] === MINUS || end - p > FLOAT_DIGITS_MAX) return Refusal.badNumber
    if (this.#short(p, end, slot)) return end
    this.#slots[slot] = Number(String.fromCharCode(...this.#bytes.subarray(p, end)))
    return Number.isFinite(this.#slots[slot]!) ? end : Refusal.badNumber
  }

  /**
   * The nearest float64 of a number of at most 15 digits, without exponent: digits and power of ten are exact, so one
   * division rounds correctly (Clinger, "How to read floating point numbers accurately", PLDI 1990).
   */
  #short(p: number, end: number, slot: number): boolean {
    if (end - p > PLAIN_DIGITS) return false
    const bytes = this.#bytes
    let value = 0
    let point = end - 1
    for (let at = p; at < end; at++) {
      const digit = bytes[at]! - ZERO
      if (digit >>> 0 <= 9) value = value * 10 + digit
      else if (bytes[at] === POINT) point = at
      else return false
    }
    this.#slots[slot] = value / POW10[end - 1 - point]!
    return true
  }

  /** A number without exponent that fits 15 digits, as nearly all are; 0 when it is to be read with care. */
  #plain(p: number, decimals: number, step: number, slot: number): number {
    const bytes = this.#bytes
    const start = p
    let value = 0
    let missing = decimals
    let digit = bytes[p]! - ZERO
    while (digit >>> 0 <= 9) {
      value = value * 10 + digit
      digit = bytes[++p]! - ZERO
    }
    const whole = p - start
    if (whole === 0 || whole + decimals > PLAIN_DIGITS || (whole > 1 && bytes[start] === ZERO)) return 0
    if (bytes[p] === POINT) {
      digit = bytes[++p]! - ZERO
      if (digit >>> 0 > 9) return 0
      for (; missing > 0 && digit >>> 0 <= 9; missing--) {
        value = value * 10 + digit
        digit = bytes[++p]! - ZERO
      }
      while (bytes[p] === ZERO) p++
    }
    const next = bytes[p]
    if (next !== COMMA && next !== CLOSE_LIST && next !== CLOSE) return 0
    const scaled = missing === 0 ? value : value * POW10[missing]!
    if (step !== 1 && scaled % step !== 0) return 0
    this.#slots[slot] = step === 1 ? scaled : scaled / step
    return p
  }

  /** Digits are taken up to the place `decimals` behind the point; those beyond are zero, or rounded where it is allowed. */
  #scaled(p: number, decimals: number, step: number, mayRound: boolean, slot: number): number {
    const bytes = this.#bytes
    const refused = this.#measure(p)
    if (refused < 0) return refused
    let left = this.#exponent + decimals // Digits still to take, counted from the point.
    let behindPoint = false
    let value = 0
    let isOff = false
    let isHalf = false
    let isFirstDropped = true
    for (; p < this.#end; p++) {
      const byte = bytes[p]!
      if (byte === POINT) {
        behindPoint = true
        continue
      }
      const digit = byte - ZERO
      if (digit >>> 0 > 9) break // The exponent.
      const isTaken = behindPoint ? left > 0 : this.#placesTo(p) + left > 0
      if (behindPoint) left--
      if (isTaken) {
        value = value * 10 + digit
        if (value > Number.MAX_SAFE_INTEGER) return Refusal.badNumber
        continue
      }
      if (isFirstDropped) isHalf = digit >= 5 && (behindPoint ? left === -1 : this.#placesTo(p) + left === 0)
      isFirstDropped = false
      isOff ||= digit !== 0
    }
    if (isOff && !mayRound) return Refusal.offGrid
    if (isHalf) value++
    if (left > 0 && value > 0) value = left < POW10.length ? value * POW10[left]! : Number.POSITIVE_INFINITY
    if (value > Number.MAX_SAFE_INTEGER) return Refusal.badNumber
    if (value % step !== 0) return Refusal.offGrid
    this.#slots[slot] = value / step
    return this.#end
  }

  /** Where the number at `p` ends, where its whole part does, and its exponent. */
  #measure(p: number): number {
    const bytes = this.#bytes
    this.#end = skipNumber(bytes, p)
    if (bytes[p] === MINUS || this.#end < 0) return Refusal.malformed
    while ((bytes[p]! - ZERO) >>> 0 <= 9) p++
    this.#wholeEnd = p
    this.#exponent = 0
    if (bytes[p] === POINT) for (p++; (bytes[p]! - ZERO) >>> 0 <= 9; ) p++
    if (p === this.#end) return 0
    const isNegative = bytes[++p] === MINUS
    if ((bytes[p]! - ZERO) >>> 0 > 9) p++
    let exponent = 0
    for (; p < this.#end; p++) exponent = Math.min(EXPONENT_MAX, exponent * 10 + bytes[p]! - ZERO)
    this.#exponent = isNegative ? -exponent : exponent
    return 0
  }
  #wholeEnd = 0

  /** Digits of the whole part from the one at `p` on. */
  #placesTo(p: number): number {
    return this.#wholeEnd - p
  }
}
