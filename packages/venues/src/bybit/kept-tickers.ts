import type { FieldRow } from '../wire/field-table.ts'
import { KEPT_FIELDS, Slot, TICKER } from './frame-fields.ts'

/** Numbers kept of each instrument: the slots from `bid` to behind the lanes of funding. */
const KEPT = 12
const FIRST = Slot.bid
const BITS: readonly number[] = KEPT_FIELDS.map(([key]) => TICKER.bit(key))
const PLACES: readonly number[] = KEPT_FIELDS.map(([, , slot]: FieldRow) => slot! - FIRST)

/** Which fields make which record worth sending again. */
export const QUOTE_BITS = bits('bid1Price', 'bid1Size', 'ask1Price', 'ask1Size')
/** See `QUOTE_BITS`. */
export const MARK_BITS = bits('markPrice', 'indexPrice')
/** See `QUOTE_BITS`. */
export const FUNDING_BITS = bits('fundingRate', 'nextFundingTime')

/** What the tickers have told of each instrument: a delta leaves out what has not changed. */
export class KeptTickers {
  readonly #numbers: Float64Array
  readonly #slots: Float64Array

  /** @param slots of the message; the kept numbers are put back there, so that records can be written from them */
  constructor(instruments: number, slots: Float64Array) {
    this.#numbers = new Float64Array(instruments * KEPT)
    this.#slots = slots
    this.reset()
  }

  /** Takes the fields of a ticker that was read whole, and leaves all that is known in the slots; NaN is not known. */
  merge(instrument: number, seen: number, isSnapshot: boolean): void {
    const numbers = this.#numbers
    const slots = this.#slots
    const first = instrument * KEPT
    if (isSnapshot) this.#forget(first)
    for (let field = 0; field < PLACES.length; field++) {
      const place = PLACES[field]!
      if ((seen & BITS[field]!) !== 0) numbers[first + place] = slots[FIRST + place]!
    }
    for (let place = 0; place < KEPT; place++) slots[FIRST + place] = numbers[first + place]!
  }

  /** The connection is another: nothing is known. */
  reset(): void {
    for (let first = 0; first < this.#numbers.length; first += KEPT) this.#forget(first)
  }

  #forget(first: number): void {
    for (let field = 0; field < PLACES.length; field++) this.#numbers[first + PLACES[field]!] = Number.NaN
  }
}

function bits(...keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum | TICKER.bit(key), 0)
}
