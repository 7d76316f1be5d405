import { Refusal } from '@velocimex/core/feed/market-codec'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { DecimalReader } from './decimal-reader.ts'
import { GridTable } from './grid-table.ts'
import { readIsoInstant } from './iso-instant.ts'
import { NAME_BYTES_MAX, NameTable } from './name-table.ts'
import { NumberReader } from './number-reader.ts'
import { PlaceReader } from './place-reader.ts'

const QUOTE = 34
const BACKSLASH = 92
const NULL = 0x6c6c756e
/** Most digits of an id that are kept when the whole does not fit 2^53. */
const ID_DIGITS_MAX = 15

/**
 * Reads the values whose places are known. Every method takes the place of a value, 0 for a field that was not there,
 * leaves a number in its slot and returns the position behind the value, or a `Refusal`.
 */
export class PlaceValues {
  readonly numbers: NumberReader
  readonly slots: Float64Array
  readonly places: PlaceReader
  readonly decimals: DecimalReader
  readonly #bytes: Uint8Array
  readonly #symbols: NameTable

  /** @param venue whose symbols the frames name */
  constructor(bytes: Uint8Array, venue: string, instruments: InstrumentTable) {
    this.#bytes = bytes
    this.numbers = new NumberReader(bytes, new GridTable(instruments.all))
    this.slots = this.numbers.slots
    this.places = new PlaceReader(this.numbers)
    this.decimals = new DecimalReader(this.numbers)
    const own = instruments.all.filter(instrument => instrument.venue === venue)
    this.#symbols = new NameTable(own.map(({ symbol, index }) => [symbol, index]))
  }

  /** Index of the instrument that a text names, whose grids are used from now on; or a refusal. */
  symbol(p: number): number {
    const end = this.textEnd(p)
    if (end < 0) return end
    const instrument = this.symbolIn(p + 1, end)
    return instrument < 0 ? Refusal.unknownSymbol : instrument
  }

  /** Index of the instrument whose name stands at [from, to), whose grids are used from now on; -1 for none. */
  symbolIn(from: number, to: number): number {
    const instrument = this.#symbols.find(this.numbers.view, from, to)
    if (instrument >= 0) this.numbers.useGrids(instrument)
    return instrument
  }

  /** Number of the text among names; -1 when it is no plainly written text of theirs. */
  name(p: number, names: NameTable): number {
    const bytes = this.#bytes
    if (p === 0 || bytes[p] !== QUOTE) return -1
    const end = this.textEnd(p)
    return end < 0 ? -1 : names.find(this.numbers.view, p + 1, end)
  }

  /** Closing quote of a short text written plainly that opens at `p`; a refusal for any other value. */
  textEnd(p: number): number {
    const bytes = this.#bytes
    if (p === 0) return Refusal.missingField
    if (bytes[p] !== QUOTE) return Refusal.malformed
    let end = p + 1
    let byte = bytes[end]!
    while (byte !== QUOTE && byte !== BACKSLASH && byte >= 32) byte = bytes[++end]!
    return byte === QUOTE && end - p - 1 <= NAME_BYTES_MAX ? end : Refusal.malformed
  }

  /** Whether the value is absent, `null` or the empty text. */
  isAbsent(p: number): boolean {
    if (p === 0) return true
    const bytes = this.#bytes
    if (bytes[p] === QUOTE) return bytes[p + 1] === QUOTE
    return this.numbers.view.getInt32(p, true) === NULL
  }

  /** Whether the value is absent or `null`. */
  isNull(p: number): boolean {
    return p === 0 || this.numbers.view.getInt32(p, true) === NULL
  }

  /** A whole number 0..2^53-1, as a JSON number. */
  int(p: number, slot: number): number {
    if (p === 0) return Refusal.missingField
    const end = this.numbers.int(p, slot)
    if (end < 0) return end
    const next = this.#bytes[end]! | 32
    return next === 46 || next === 101 ? Refusal.badNumber : end // A fraction or an exponent.
  }

  /** A decimal text, positive, on the price grid. */
  price(p: number, slot: number): number {
    const end = this.#decimal(p, true, slot)
    return end >= 0 && this.slots[slot] === 0 ? Refusal.badNumber : end
  }

  /** A decimal text, zero or more, on the price grid. */
  priceOrZero(p: number, slot: number): number {
    return this.#decimal(p, true, slot)
  }

  /** A decimal text, zero or more, on the quantity grid. */
  lots(p: number, slot: number): number {
    return this.#decimal(p, false, slot)
  }

  #decimal(p: number, isPrice: boolean, slot: number): number {
    if (p === 0) return Refusal.missingField
    return this.#bytes[p] === QUOTE ? this.numbers.onGrid(p + 1, isPrice, slot) : Refusal.malformed
  }

  /** A JSON number, zero or more, on the price grid. */
  priceNumber(p: number, slot: number): number {
    const { priceDecimals, priceStep } = this.numbers
    return p === 0 ? Refusal.missingField : this.decimals.number(p, priceDecimals, priceStep, slot)
  }

  /** A JSON number, zero or more, on the quantity grid. */
  lotsNumber(p: number, slot: number): number {
    const { lotDecimals, lotStep } = this.numbers
    return p === 0 ? Refusal.missingField : this.decimals.number(p, lotDecimals, lotStep, slot)
  }

  /** An instant as RFC 3339 text: microseconds in the slot, nanoseconds beyond in the next. */
  instant(p: number, slot: number): number {
    return p === 0 ? Refusal.missingField : readIsoInstant(this.numbers, p, slot, slot + 1)
  }

  /** An instant in whole milliseconds, as a JSON number: microseconds in the slot, 0 in the next. */
  millis(p: number, slot: number): number {
    const end = this.int(p, slot)
    if (end < 0) return end
    this.slots[slot]! *= 1000
    this.slots[slot + 1] = 0
    return this.slots[slot]! <= Number.MAX_SAFE_INTEGER ? end : Refusal.badNumber
  }

  /**
   * The id in a text: a number below 2^53 in digits, or else what its last digits say, 15 at most. Leaves 1 in the next
   * slot when it is not whole.
   */
  id(p: number, slot: number): number {
    const bytes = this.#bytes
    const end = this.textEnd(p)
    if (end < 0) return end
    let from = end
    while (from > p + 1 && (bytes[from - 1]! - 48) >>> 0 <= 9) from--
    let value = 0
    for (let at = from; at < end && value <= Number.MAX_SAFE_INTEGER; at++) value = value * 10 + (bytes[at]! - 48)
    const isWhole =
      from === p + 1 && end > from && value <= Number.MAX_SAFE_INTEGER && !(bytes[from] === 48 && end > from + 1)
    if (!isWhole) {
      value = 0
      for (let at = Math.max(from, end - ID_DIGITS_MAX); at < end; at++) value = value * 10 + (bytes[at]! - 48)
    }
    this.slots[slot] = value
    this.slots[slot + 1] = isWhole ? 0 : 1
    return end + 1
  }
}
