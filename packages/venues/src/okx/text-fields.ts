import { Refusal } from '@velocimex/core/feed/market-codec'
import { FieldType, type OwnFields } from '../wire/field-table.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import type { OrderRows } from './order-rows.ts'

const QUOTE = 34
const MINUS = 45
/** `"buy"` and `"sel` as little-endian words, and what stands behind the first four bytes. */
const BUY = 0x79756222
const SELL = 0x6c657322

/** Fields as OKX writes them: nearly every number is a text, and an empty one says that there is none. */
export const TextType = {
  /** `"123"`: a whole number 0..2^53-1. */
  int: FieldType.own,
  /** `"1597026383085"`: milliseconds; leaves microseconds. */
  time: 25,
  /** A JSON integer with or without a minus. */
  signed: 26,
  /** `"buy"` leaves 1, `"sell"` 0. */
  side: 27,
  /** Decimal text on the price grid; empty text leaves 0. */
  priceOrNone: 28,
  /** Decimal text on the quantity grid; empty text leaves 0. */
  lotsOrNone: 29,
  /** Rows of one side of a book; leaves the first record, and in the next slot the one behind the last. */
  rows: 30,
  /** Decimal text with or without a minus, of any decimals; leaves the number times 1e12 (a whole one). Empty: NaN. */
  rate: 31,
} as const

/** Reads the types of `TextType`. */
export class TextFields implements OwnFields {
  readonly #numbers: NumberReader
  readonly #rows: OrderRows

  constructor(numbers: NumberReader, rows: OrderRows) {
    this.#numbers = numbers
    this.#rows = rows
  }

  read(p: number, type: number, slot: number): number {
    const numbers = this.#numbers
    const { bytes, slots } = numbers
    switch (type + FieldType.own) {
      case TextType.int:
        return this.int(p, slot)
      case TextType.time:
        return this.time(p, slot)
      case TextType.signed:
        return this.signed(p, slot)
      case TextType.side:
        return this.#side(p, slot)
      case TextType.rows:
        return this.#levels(p, slot)
      case TextType.rate:
        return this.scaled(p, 12, slot)
    }
    if (bytes[p] !== QUOTE) return Refusal.malformed
    if (bytes[p + 1] !== QUOTE) return numbers.onGrid(p + 1, type + FieldType.own === TextType.priceOrNone, slot)
    slots[slot] = 0
    return p + 2
  }

  /** `"123"` */
  int(p: number, slot: number): number {
    const { bytes } = this.#numbers
    if (bytes[p] !== QUOTE) return Refusal.malformed
    p = this.#numbers.int(p + 1, slot)
    if (p < 0) return p
    return bytes[p] === QUOTE ? p + 1 : Refusal.badNumber
  }

  /** `"1597026383085"`, milliseconds since 1970 up to the year 2255; leaves microseconds. */
  time(p: number, slot: number): number {
    const { slots } = this.#numbers
    p = this.int(p, slot)
    if (p < 0) return p
    slots[slot] = slots[slot]! * 1000
    return slots[slot]! <= Number.MAX_SAFE_INTEGER ? p : Refusal.badNumber
  }

  /**
   * A decimal text times `10^decimals`: exact when it has no more decimals; otherwise, since OKX sends rates and marks with
   * up to eighteen, the nearest number - a whole one for rates, where the rest is less than anything that is paid.
   */
  scaled(p: number, decimals: number, slot: number): number {
    const numbers = this.#numbers
    const { bytes, slots } = numbers
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const end = numbers.signedDecimal(p + 1, decimals, slot)
    if (end !== Refusal.offGrid) return end
    const isNegative = bytes[p + 1] === MINUS
    const longer = numbers.float(isNegative ? p + 2 : p + 1, slot)
    if (longer < 0) return longer
    const value = slots[slot]! * 10 ** decimals
    const kept = decimals === 12 ? Math.round(value) : value
    if (kept > Number.MAX_SAFE_INTEGER) return Refusal.badNumber
    slots[slot] = isNegative ? 0 - kept : kept
    return longer
  }

  /** A JSON integer with or without a minus. */
  signed(p: number, slot: number): number {
    const { bytes, slots } = this.#numbers
    const isNegative = bytes[p] === MINUS
    const end = this.#numbers.int(isNegative ? p + 1 : p, slot)
    if (end >= 0 && isNegative) slots[slot] = 0 - slots[slot]!
    return end
  }

  #side(p: number, slot: number): number {
    const { bytes, view, slots } = this.#numbers
    const word = view.getInt32(p, true)
    const isBuy = word === BUY && bytes[p + 4] === QUOTE
    const isSell = word === SELL && bytes[p + 4] === 108 && bytes[p + 5] === QUOTE
    if (!isBuy && !isSell) return Refusal.malformed
    slots[slot] = isBuy ? 1 : 0
    return isBuy ? p + 5 : p + 6
  }

  #levels(p: number, slot: number): number {
    const { slots } = this.#numbers
    slots[slot] = this.#rows.count
    const end = this.#rows.read(p)
    slots[slot + 1] = this.#rows.count
    return end
  }
}
