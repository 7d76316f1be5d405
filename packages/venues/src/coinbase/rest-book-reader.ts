import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import { skipValue } from '../wire/json-walk.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { PRICE_BOOK, PRICE_LEVEL, ROOT, Slot } from './frame-places.ts'
import type { RecordMaker } from './record-maker.ts'

const OPEN_LIST = 91
const BOOK = ROOT.place('pricebook')
const R = { bids: ROOT.place('bids'), asks: ROOT.place('asks'), time: ROOT.place('time') }
const B = {
  product: PRICE_BOOK.place('product_id'),
  bids: PRICE_BOOK.place('bids'),
  asks: PRICE_BOOK.place('asks'),
  time: PRICE_BOOK.place('time'),
}
const L = { price: PRICE_LEVEL.place('price'), size: PRICE_LEVEL.place('size') }

/**
 * Reads a book as REST answers it: `product_book` of Advanced Trade (`pricebook` with rows of named fields, cut to a depth)
 * and `products/{id}/book?level=2` of the exchange (`["price","size",orders]`).
 */
export class RestBookReader {
  readonly #values: PlaceValues
  readonly #make: RecordMaker

  constructor(values: PlaceValues, make: RecordMaker) {
    this.#values = values
    this.#make = make
  }

  /** Reads the answer whose root lies in the places. Returns `FrameKind.snapshot` or a refusal. */
  read(instrument: number): number {
    const values = this.#values
    const { places } = values
    const { at } = places
    const isNamed = at[BOOK] !== 0
    if (isNamed) {
      const end = places.object(at[BOOK]!, PRICE_BOOK, 1)
      if (end < 0) return end
      const named = values.symbol(at[B.product]!)
      if (named < 0) return named
      if (named !== instrument) return Refusal.malformed
    } else values.numbers.useGrids(instrument)
    const time = at[isNamed ? B.time : R.time]!
    values.slots[Slot.updateId] = 0
    if (time !== 0) {
      const refused = values.instant(time, Slot.time)
      if (refused < 0) return refused
    }
    const timeSlot = time === 0 ? Slot.zero : Slot.time
    const bids = at[isNamed ? B.bids : R.bids]!
    const asks = at[isNamed ? B.asks : R.asks]!
    const refused = this.#side(bids, isNamed, Flag.snapshot | Flag.bid, instrument, timeSlot)
    if (refused < 0) return refused
    const last = this.#side(asks, isNamed, Flag.snapshot, instrument, timeSlot)
    return last < 0 ? last : FrameKind.snapshot
  }

  #side(list: number, isNamed: boolean, flags: number, instrument: number, timeSlot: number): number {
    const { places, numbers } = this.#values
    let row = places.first(list)
    while (row > 0) {
      const end = isNamed ? this.#named(row) : numbers.bytes[row] === OPEN_LIST ? this.#listed(row) : Refusal.malformed
      if (end < 0) return end
      const refused = this.#make.level(flags, instrument, timeSlot)
      if (refused < 0) return refused
      row = places.next(end)
    }
    return row
  }

  #named(row: number): number {
    const values = this.#values
    const { at } = values.places
    const end = values.places.object(row, PRICE_LEVEL, 3)
    if (end < 0) return end
    let refused = values.price(at[L.price]!, Slot.levelPrice)
    if (refused >= 0) refused = values.lots(at[L.size]!, Slot.levelLots)
    return refused < 0 ? refused : end
  }

  /** `["price","size",orders]`; the third cell is the number of orders, or of level 3 an order id: it is not read. */
  #listed(row: number): number {
    const values = this.#values
    const { places, numbers } = values
    const price = places.first(row)
    if (price <= 0) return Refusal.malformed
    const priceEnd = values.price(price, Slot.levelPrice)
    if (priceEnd < 0) return priceEnd
    const size = places.next(priceEnd)
    if (size <= 0) return Refusal.malformed
    const sizeEnd = values.lots(size, Slot.levelLots)
    if (sizeEnd < 0) return sizeEnd
    const orders = places.next(sizeEnd)
    if (orders <= 0) return Refusal.malformed
    const end = skipValue(numbers.bytes, orders, 3)
    if (end < 0 || places.next(end) !== 0) return Refusal.malformed
    return skipValue(numbers.bytes, row, 2)
  }
}
