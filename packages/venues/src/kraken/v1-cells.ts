import { Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import { skipBlanks } from '../wire/json-walk.ts'
import { Slot as Slots, type WireParts } from './wire-parts.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Slot = Slots

const QUOTE = 34
const POINT = 46
const ZERO = 48
const FOUR_ZEROS = 0x30303030
const COMMA = 44
const OPEN = 91
const CLOSE = 93
const LETTER_R = 114

/**
 * Steps through the rows of v1, whose cells are texts: `["5541.30000","2.50700000","1534614248.123678"]`. Each method takes
 * a position and returns the one behind, or a refusal; a refusal may be handed to the next, which hands it back.
 */
export class V1Cells {
  readonly #parts: WireParts

  constructor(parts: WireParts) {
    this.#parts = parts
  }

  /** From the opening bracket of a row to its first cell. */
  open(p: number): number {
    const { bytes } = this.#parts.numbers
    return bytes[p] === OPEN ? skipBlanks(bytes, p + 1) : Refusal.malformed
  }

  /** From behind a cell to the one after it. */
  comma(p: number): number {
    if (p < 0) return p
    const { bytes } = this.#parts.numbers
    const at = skipBlanks(bytes, p)
    return bytes[at] === COMMA ? skipBlanks(bytes, at + 1) : Refusal.malformed
  }

  /** From behind the last cell to behind the row. */
  close(p: number): number {
    if (p < 0) return p
    const { bytes } = this.#parts.numbers
    const at = skipBlanks(bytes, p)
    return bytes[at] === CLOSE ? at + 1 : Refusal.malformed
  }

  /** A price that is not zero, in ticks. */
  price(p: number, slot: number): number {
    if (p < 0) return p
    const { numbers, decimals } = this.#parts
    const end = decimals.text(p, numbers.priceDecimals, numbers.priceStep, slot)
    return end >= 0 && numbers.slots[slot] === 0 ? Refusal.badNumber : end
  }

  /** A price that may be zero, in ticks. */
  anyPrice(p: number, slot: number): number {
    const { numbers, decimals } = this.#parts
    return p < 0 ? p : decimals.text(p, numbers.priceDecimals, numbers.priceStep, slot)
  }

  /** A quantity in lots. */
  lots(p: number, slot: number): number {
    const { numbers, decimals } = this.#parts
    return p < 0 ? p : decimals.text(p, numbers.lotDecimals, numbers.lotStep, slot)
  }

  /** An instant in seconds with up to six decimals, `"1534614248.123678"`, as microseconds. */
  time(p: number, slot: number): number {
    return p < 0 ? p : this.#parts.decimals.text(p, 6, 1, slot)
  }

  /** A whole number as text. */
  whole(p: number, slot: number): number {
    return p < 0 ? p : this.#parts.decimals.text(p, 0, 1, slot)
  }

  /**
   * Rows of one side of a book, appended to the batch; leaves which record is the first, and in the next slot the one
   * behind the last. `Slot.time` becomes the latest instant of the rows that are not marked `r`: those are told again.
   */
  levels(p: number, slot: number): number {
    const { numbers, batch } = this.#parts
    const { bytes, slots } = numbers
    slots[slot] = batch.count
    p = this.open(p)
    if (p >= 0 && bytes[p] !== CLOSE) {
      p = this.#level(p)
      while (p >= 0 && bytes[(p = skipBlanks(bytes, p))] === COMMA) p = this.#level(skipBlanks(bytes, p + 1))
    }
    slots[slot + 1] = batch.count
    return this.close(p)
  }

  #level(p: number): number {
    const { numbers, decimals, batch, places } = this.#parts
    const { bytes, slots } = numbers
    const row = batch.count
    if (row >= batch.capacity) return Refusal.tooLarge
    let end = bytes[p] === OPEN ? decimals.text(p + 1, numbers.priceDecimals, numbers.priceStep, Slot.price) : -1
    places[row * 2] = decimals.places
    end = bytes[end] === COMMA ? decimals.text(end + 1, numbers.lotDecimals, numbers.lotStep, Slot.lots) : -1
    places[row * 2 + 1] = decimals.places
    end = bytes[end] === COMMA ? this.#usualTime(end + 1) : -1
    if (bytes[end] === CLOSE) {
      if (slots[Slot.cell]! > slots[Slot.time]!) slots[Slot.time] = slots[Slot.cell]!
      end++
    } else end = this.#anyLevel(p, row)
    if (end < 0) return end
    if (slots[Slot.price] === 0) return Refusal.badNumber
    const lane = row * RECORD_F64 + F64_LANES
    batch.f64[lane] = slots[Slot.price]!
    batch.f64[lane + 1] = slots[Slot.lots]!
    batch.count = row + 1
    return end
  }

  /**
   * An instant of ten and six digits, as they all are from 2001 to 2255: read without a loop, whose length the
   * processor would have to guess. -1 for any other.
   */
  #usualTime(p: number): number {
    const { bytes, view, slots } = this.#parts.numbers
    let x = view.getInt32(p + 1, true) ^ FOUR_ZEROS
    let y = view.getInt32(p + 5, true) ^ FOUR_ZEROS
    let z = view.getInt32(p + 12, true) ^ FOUR_ZEROS
    const areDigits = ((x | (x + 0x76767676) | y | (y + 0x76767676) | z | (z + 0x76767676)) & 0x80808080) === 0
    const ninth = bytes[p + 9]! - ZERO
    const tenth = bytes[p + 10]! - ZERO
    const fifth = bytes[p + 16]! - ZERO
    const sixth = bytes[p + 17]! - ZERO
    if (!areDigits || ninth >>> 0 > 9 || tenth >>> 0 > 9 || fifth >>> 0 > 9 || sixth >>> 0 > 9) return -1
    if (bytes[p] !== QUOTE || bytes[p + 1] === ZERO || bytes[p + 11] !== POINT || bytes[p + 18] !== QUOTE) return -1
    x = Math.imul(x, 0x0a01)
    y = Math.imul(y, 0x0a01)
    z = Math.imul(z, 0x0a01)
    const first = Math.imul((x >>> 8) & 255, 100) + (x >>> 24)
    const second = Math.imul((y >>> 8) & 255, 100) + (y >>> 24)
    const micros = Math.imul(Math.imul((z >>> 8) & 255, 100) + (z >>> 24), 100) + Math.imul(fifth, 10) + sixth
    const eight = Math.imul(first, 10_000) + second
    slots[Slot.cell] = (eight * 100 + Math.imul(ninth, 10) + tenth) * 1_000_000 + micros
    return slots[Slot.cell]! <= Number.MAX_SAFE_INTEGER ? p + 19 : -1
  }

  /** A row with blanks, or marked as told again. */
  #anyLevel(p: number, row: number): number {
    const { numbers, decimals, places } = this.#parts
    const { bytes, slots } = numbers
    p = this.anyPrice(this.open(p), Slot.price)
    places[row * 2] = decimals.places
    p = this.lots(this.comma(p), Slot.lots)
    places[row * 2 + 1] = decimals.places
    p = this.time(this.comma(p), Slot.cell)
    if (p < 0) return p
    p = skipBlanks(bytes, p)
    if (bytes[p] !== COMMA) {
      if (slots[Slot.cell]! > slots[Slot.time]!) slots[Slot.time] = slots[Slot.cell]!
      return this.close(p)
    }
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] !== QUOTE || bytes[p + 1] !== LETTER_R || bytes[p + 2] !== QUOTE) return Refusal.malformed
    return this.close(p + 3)
  }
}
