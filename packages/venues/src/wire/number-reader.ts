import { Refusal } from '@velocimex/core/feed/market-codec'
import { DecimalShape } from './decimal-shape.ts'
import type { GridTable } from './grid-table.ts'
import { skipNumber, skipString } from './json-walk.ts'

/** Powers of ten that a float64 holds exactly. */
export const POW10 = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

/** Longest text that is read as a float64. */
export const FLOAT_DIGITS_MAX = 40

const QUOTE = 34
const ZERO = 48
/** The differences of `.` and `"` from `0`: what a digit loop ends on. */
const POINT = -2
const CLOSING = -14
const FOUR_ZEROS = 0x30303030

/**
 * Reads numbers from the bytes of a frame. Every method takes the position of the first byte, leaves the number in a slot
 * and returns the position behind it, or a `Refusal`. All loops end at the sentinel 0 behind the frame. Nothing is
 * allocated: numbers are left in a Float64Array, because a float64 that is returned may be boxed.
 *
 * Four digits are read at once. Of a little-endian word x of them:
 *
 *     x ^ 0x30303030                  turns each digit into 0..9, and anything else into something above
 *     + 0x76767676                    sets the top bit of each byte above 9 (and what overflows has it set before)
 *     * 0x0a01                        adds ten times each byte to the next: bytes 1 and 3 are then the two pairs
 */
export class NumberReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  /** Numbers read, by slot. */
  readonly slots = new Float64Array(64)
  /** Grids by which `onGrid` reads; see `useGrids`. */
  priceDecimals = 0
  priceStep = 1
  lotDecimals = 0
  lotStep = 1
  readonly #grids: GridTable
  /** Whose grids these are; -1 before the first. */
  #instrument = -1
  readonly #unlike = new DecimalShape(0, 1)

  constructor(bytes: Uint8Array, grids: GridTable) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#grids = grids
  }

  /** Reads prices and quantities by the grids of an instrument from now on. */
  useGrids(instrument: number): void {
    if (instrument === this.#instrument) return
    const { priceDecimals, priceStep, lotDecimals, lotStep } = this.#grids
    this.priceDecimals = priceDecimals[instrument]!
    this.priceStep = priceStep[instrument]!
    this.lotDecimals = lotDecimals[instrument]!
    this.lotStep = lotStep[instrument]!
    this.#instrument = instrument
  }

  /** What the last price of that instrument looked like. */
  get priceShape(): DecimalShape {
    return this.#grids.priceShape[this.#instrument] ?? this.#unlike
  }

  /** What its last quantity looked like. */
  get lotShape(): DecimalShape {
    return this.#grids.lotShape[this.#instrument] ?? this.#unlike
  }

  /** A JSON integer 0..2^53-1. What follows it is left to the caller: a point or an exponent would make it another number. */
  int(p: number, slot: number): number {
    const { bytes, view } = this
    const start = p
    let high = 0
    let low = 0
    let x = view.getInt32(p, true) ^ FOUR_ZEROS
    const y = view.getInt32(p + 4, true) ^ FOUR_ZEROS
    if (((x | (x + 0x76767676) | y | (y + 0x76767676)) & 0x80808080) === 0) {
      x = Math.imul(x, 0x0a01)
      const z = Math.imul(y, 0x0a01)
      high =
        Math.imul(Math.imul((x >>> 8) & 255, 100) + (x >>> 24), 10_000) + Math.imul((z >>> 8) & 255, 100) + (z >>> 24)
      p += 8
      x = view.getInt32(p, true) ^ FOUR_ZEROS
      if (((x | (x + 0x76767676)) & 0x80808080) === 0) {
        x = Math.imul(x, 0x0a01)
        low = Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
        p += 4
      }
    }
    let digit = bytes[p]! - ZERO
    while (digit >>> 0 <= 9 && p - start < 17) {
      low = (Math.imul(low, 10) + digit) | 0
      digit = bytes[++p]! - ZERO
    }
    const digits = p - start
    if (digits === 0 || digits > 16 || (bytes[start] === ZERO && digits > 1)) return this.noInt(start)
    this.slots[slot] = digits < 9 ? high + low : high * POW10[digits - 8]! + low
    return digits < 16 || this.slots[slot]! <= Number.MAX_SAFE_INTEGER ? p : Refusal.badNumber
  }

  /** Why what begins at `start` is no whole number: it is none of JSON's, or one with a sign, a fraction, too many digits. */
  noInt(start: number): number {
    return skipNumber(this.bytes, start) < 0 ? Refusal.malformed : Refusal.badNumber
  }

  /** A decimal text, from behind its opening quote to behind its closing one, in steps of the grid of prices or of lots. */
  onGrid(p: number, isPrice: boolean, slot: number): number {
    const { bytes, view } = this
    const start = p
    let value = 0
    let missing = isPrice ? this.priceDecimals : this.lotDecimals
    const most = 9 - missing
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
    // Up to nine digits fit an int32. All that is rare is read again, with care.
    if (p === start || p - start > most || (bytes[start] === ZERO && p - start > 1))
      return this.#rare(start, isPrice, slot)
    if (digit === POINT) {
      digit = bytes[++p]! - ZERO
      if (digit >>> 0 > 9) return this.#rare(start, isPrice, slot)
      while (missing > 0 && digit >>> 0 <= 9) {
        value = (Math.imul(value, 10) + digit) | 0
        digit = bytes[++p]! - ZERO
        missing--
      }
      if (digit === 0) {
        if (view.getInt32(p, true) === FOUR_ZEROS) p += 4
        while ((digit = bytes[p]! - ZERO) === 0) p++
      }
    }
    if (digit !== CLOSING || (isPrice ? this.priceStep : this.lotStep) !== 1) return this.#rare(start, isPrice, slot)
    this.slots[slot] = missing === 0 ? value : value * POW10[missing]!
    return p + 1
  }

  #rare(start: number, isPrice: boolean, slot: number): number {
    return isPrice
      ? this.decimal(start, this.priceDecimals, this.priceStep, slot)
      : this.decimal(start, this.lotDecimals, this.lotStep, slot)
  }

  /**
   * A decimal text of any length, from behind its opening quote to behind its closing one, in whole steps of
   * `step / 10^decimals`; or the reason why it is none.
   */
  decimal(p: number, decimals: number, step: number, slot: number): number {
    const { bytes } = this
    const start = p
    let value = 0
    let missing = decimals
    let isOffGrid = false
    let isTooLarge = false
    let digit = bytes[p]! - ZERO
    while (digit >>> 0 <= 9) {
      value = value * 10 + digit
      isTooLarge ||= value > Number.MAX_SAFE_INTEGER
      digit = bytes[++p]! - ZERO
    }
    if (p === start || (bytes[start] === ZERO && p > start + 1)) return this.#noDecimal(start)
    if (digit === POINT) {
      digit = bytes[++p]! - ZERO
      if (digit >>> 0 > 9) return this.#noDecimal(start)
      for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) {
        if (missing === 0) isOffGrid ||= digit > 0
        else {
          missing--
          value = value * 10 + digit
          isTooLarge ||= value > Number.MAX_SAFE_INTEGER
        }
      }
    }
    if (digit !== CLOSING) return this.#noDecimal(start)
    value *= POW10[missing]!
    if (isTooLarge || value > Number.MAX_SAFE_INTEGER) return Refusal.badNumber
    if (isOffGrid || value % step !== 0) return Refusal.offGrid
    this.slots[slot] = value / step
    return p + 1
  }

  /** A text that is no decimal is a bad number; what is no text is malformed. */
  #noDecimal(start: number): number {
    return skipString(this.bytes, start - 1) < 0 ? Refusal.malformed : Refusal.badNumber
  }

  /** A decimal text with or without a minus; empty text leaves NaN. */
  signedDecimal(p: number, decimals: number, slot: number): number {
    const { bytes, slots } = this
    if (bytes[p] === QUOTE) {
      slots[slot] = Number.NaN
      return p + 1
    }
    const isNegative = bytes[p] === 45
    const end = this.decimal(isNegative ? p + 1 : p, decimals, 1, slot)
    if (end < 0) return isNegative && end !== Refusal.offGrid ? this.#noDecimal(p) : end
    if (isNegative) slots[slot] = 0 - slots[slot]!
    return end
  }

  /** A decimal text of at most `FLOAT_DIGITS_MAX` characters as the float64 nearest to it. */
  float(p: number, slot: number): number {
    const { bytes } = this
    const start = p
    let value = 0
    let places = 0 // Digits behind the point that are in `value`.
    let zeros = 0 // Zeros behind the point that count only when another digit follows.
    let digit = bytes[p]! - ZERO
    for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) value = value * 10 + digit
    if (p === start || (bytes[start] === ZERO && p > start + 1)) return this.#noDecimal(start)
    if (digit === POINT) {
      digit = bytes[++p]! - ZERO
      if (digit >>> 0 > 9) return this.#noDecimal(start)
      for (; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) {
        zeros++
        if (digit === 0) continue
        value = value * (POW10[zeros] ?? Number.POSITIVE_INFINITY) + digit
        places += zeros
        zeros = 0
      }
    }
    if (digit !== CLOSING) return this.#noDecimal(start)
    if (p - start > FLOAT_DIGITS_MAX) return Refusal.badNumber
    // An integer below 2^53 over a power of ten up to 10^22 is rounded once, and so exactly; more digits take the text.
    const isExact = value <= Number.MAX_SAFE_INTEGER && places <= 22
    this.slots[slot] = isExact ? value / POW10[places]! : Number(String.fromCharCode(...bytes.subarray(start, p)))
    return p + 1
  }
}
