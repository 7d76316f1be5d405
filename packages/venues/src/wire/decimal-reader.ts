import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipNumber, skipString } from './json-walk.ts'
import { FLOAT_DIGITS_MAX, type NumberReader, POW10 as POWERS_OF_TEN } from './number-reader.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const POW10 = POWERS_OF_TEN

/** Most digits behind the point of a number; more are refused. */
export const PLACES_MAX = 30
/** Largest exponent of a number, up and down; beyond it is refused. */
const EXPONENT_MAX = 99

const QUOTE = 34
const MINUS = 45
const ZERO = 48
const POINT = -2
/** `e` with its fifth bit set, as both cases have it then. */
const LETTER_E = 101
const FOUR_ZEROS = 0x30303030

/**
 * Reads decimals that are JSON numbers, `0.10000000` or `1e-08`, and such as are texts, in whole steps of a grid and
 * exactly; and tells how many digits stood behind the point, which checksums over digits need.
 */
export class DecimalReader {
  /** Digits behind the point of the number just read: 8 for `0.10000000` and for `1e-08`. */
  places = 0
  readonly #numbers: NumberReader

  constructor(numbers: NumberReader) {
    this.#numbers = numbers
  }

  /** A JSON number that is not negative, in steps of `step / 10^decimals`. What follows it is left to the caller. */
  number(p: number, decimals: number, step: number, slot: number): number {
    const end = this.#plain(p, decimals, step, slot)
    // A sign, an exponent or letters: read again with care.
    return end < 0 || (this.#numbers.bytes[end]! | 32) === LETTER_E ? this.#rare(p, decimals, step, false, slot) : end
  }

  /** A JSON number of either sign times `10^decimals`, rounded to the nearest whole number, halves away from zero. */
  rounded(p: number, decimals: number, slot: number): number {
    const { bytes, slots } = this.#numbers
    const isNegative = bytes[p] === MINUS
    const start = isNegative ? p + 1 : p
    let end = this.#plain(start, decimals, 1, slot)
    if (end < 0 || (bytes[end]! | 32) === LETTER_E) end = this.#rare(start, decimals, 1, true, slot)
    if (end >= 0 && isNegative) slots[slot] = 0 - slots[slot]!
    return end
  }

  /** A decimal text that is not negative and has no exponent, from its opening quote to behind its closing one. */
  text(p: number, decimals: number, step: number, slot: number): number {
    const { bytes } = this.#numbers
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const end = this.#plain(p + 1, decimals, step, slot)
    if (end >= 0 && bytes[end] === QUOTE) return end + 1
    if (skipString(bytes, p) < 0) return Refusal.malformed
    return end < 0 && end !== Refusal.malformed ? end : Refusal.badNumber
  }

  /** A JSON number 0 to 2^53 - 1 of at most 40 characters as the float64 nearest to it. */
  float(p: number, slot: number): number {
    const { bytes, slots } = this.#numbers
    const start = p
    let value = 0
    let point = -1
    for (; ; p++) {
      const digit = bytes[p]! - ZERO
      if (digit >>> 0 <= 9) value = value * 10 + digit
      else if (digit === POINT && point < 0) point = p
      else break
    }
    const end = skipNumber(bytes, start)
    if (end < 0) return Refusal.malformed
    if (bytes[start] === MINUS || end - start > FLOAT_DIGITS_MAX) return Refusal.badNumber
    const places = point < 0 ? 0 : p - point - 1
    // An integer below 2^53 over a power of ten up to 10^22 is rounded once, and so exactly; anything else takes the text.
    const isExact = end === p && value <= Number.MAX_SAFE_INTEGER && places <= 22
    slots[slot] = isExact ? value / POW10[places]! : Number(String.fromCharCode(...bytes.subarray(start, end)))
    return slots[slot]! <= Number.MAX_SAFE_INTEGER ? end : Refusal.badNumber
  }

  /** Digits with or without a point, four at once where there are (see `NumberReader`). Malformed when there are none. */
  #plain(p: number, decimals: number, step: number, slot: number): number {
    const { bytes, view, slots } = this.#numbers
    const start = p
    let value = 0
    let x = view.getInt32(p, true) ^ FOUR_ZEROS
    if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
      x = Math.imul(x, 0x0a01)
      value = Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
      p += 4
      x = view.getInt32(p, true) ^ FOUR_ZEROS
      if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
        x = Math.imul(x, 0x0a01)
        value = Math.imul(value, 10_000) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
        p += 4
      }
    }
    let digit = bytes[p]! - ZERO
    for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) value = value * 10 + digit
    if (p === start || (bytes[start] === ZERO && p > start + 1)) return Refusal.malformed
    this.places = 0
    let isOffGrid = false
    if (digit !== POINT) value *= POW10[decimals]!
    else {
      const behind = ++p
      let fraction = 0
      x = view.getInt32(p, true) ^ FOUR_ZEROS
      if (decimals >= 4 && ((x | (x + 0x76767676)) & 0x80808080) === 0) {
        x = Math.imul(x, 0x0a01)
        fraction = Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
        p += 4
        x = view.getInt32(p, true) ^ FOUR_ZEROS
        if (decimals >= 8 && ((x | (x + 0x76767676)) & 0x80808080) === 0) {
          x = Math.imul(x, 0x0a01)
          fraction = Math.imul(fraction, 10_000) + Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
          p += 4
        }
      }
      const last = behind + decimals
      digit = bytes[p]! - ZERO
      for (; p < last && digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) fraction = fraction * 10 + digit
      value = value * POW10[decimals]! + (p < last ? fraction * POW10[last - p]! : fraction)
      for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) if (digit > 0) isOffGrid = true
      this.places = p - behind
      if (p === behind) return Refusal.malformed
    }
    if (!(value <= Number.MAX_SAFE_INTEGER) || this.places > PLACES_MAX) return Refusal.badNumber
    if (isOffGrid) return Refusal.offGrid
    if (step !== 1) {
      if (value % step !== 0) return Refusal.offGrid
      value /= step
    }
    slots[slot] = value
    return p
  }

  /**
   * Any JSON number: digits are weighed by their places, so an exponent only moves the point. Those below the grid are zero;
   * or they are rounded, however many there are.
   */
  #rare(start: number, decimals: number, step: number, isRounded: boolean, slot: number): number {
    const { bytes, slots } = this.#numbers
    const end = skipNumber(bytes, start)
    if (end < 0) return Refusal.malformed
    let point = -1
    let p = start
    while (p < end && (bytes[p]! | 32) !== LETTER_E) {
      if (bytes[p]! - ZERO === POINT) point = p
      p++
    }
    const fraction = point < 0 ? 0 : p - point - 1
    const exponent = this.#exponent(p, end)
    this.places = Math.max(0, fraction - exponent)
    if ((bytes[start]! - ZERO) >>> 0 > 9) return Refusal.badNumber
    if (!isRounded && (Math.abs(exponent) > EXPONENT_MAX || this.places > PLACES_MAX)) return Refusal.badNumber
    // Digits from here on lie below the grid.
    const shift = exponent - fraction + decimals
    let kept = p - start - (point < 0 ? 0 : 1) + Math.min(0, shift)
    let value = 0
    let isUp = false
    let isOffGrid = false
    for (let at = start; at < p; at++) {
      if (at === point) continue
      const digit = bytes[at]! - ZERO
      if (kept > 0) value = value * 10 + digit
      else if (isRounded) isUp ||= kept === 0 && digit >= 5
      else if (digit > 0) isOffGrid = true
      kept--
    }
    if (isUp) value++
    if (shift > 0 && value > 0) value *= POW10[shift] ?? Number.POSITIVE_INFINITY
    if (!(value <= Number.MAX_SAFE_INTEGER)) return Refusal.badNumber
    if (isOffGrid || value % step !== 0) return Refusal.offGrid
    slots[slot] = value / step
    return end
  }

  /** The exponent between its letter and the end of the number; 0 where there is none, and 1000 at most. */
  #exponent(p: number, end: number): number {
    const { bytes } = this.#numbers
    if (p >= end) return 0
    const isNegative = bytes[p + 1] === 45
    let exponent = 0
    for (let at = p + 1; at < end; at++) {
      const digit = bytes[at]! - ZERO
      if (digit >>> 0 <= 9) exponent = Math.min(1000, exponent * 10 + digit)
    }
    return isNegative ? -exponent : exponent
  }
}
