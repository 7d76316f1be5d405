import { Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, RECORD_F64 } from '@velocimex/core/market/event-record'
import { skipBlanks } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { Slot as Slots, type WireParts } from './wire-parts.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Slot = Slots

const COMMA = 44
const OPEN = 91
const CLOSE = 93
const CLOSE_LEVEL = 125
const PRICE = new Literal('{"price":')
const QUANTITY = new Literal(',"qty":')

/**
 * Reads `[{"price":63388.7,"qty":0.25761908}, ...]` into lanes 0 and 1 of the records of the batch, and the digits behind
 * the points beside it.
 */
export class LevelsReader {
  readonly #parts: WireParts
  readonly #walk: ObjectWalk

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#walk = new ObjectWalk(parts.numbers, 4, [
      ['price', 'needed'],
      ['qty', 'needed'],
    ])
  }

  /** An array of levels; leaves in a slot which record is the first, and in the next the one behind the last. */
  read(p: number, slot: number): number {
    const { numbers, batch } = this.#parts
    const { bytes, slots } = numbers
    slots[slot] = batch.count
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    if (bytes[p] !== CLOSE)
      for (;;) {
        p = this.#level(p)
        if (p < 0) return p
        if (bytes[p]! <= 32) p = skipBlanks(bytes, p)
        if (bytes[p] === CLOSE) break
        if (bytes[p] !== COMMA) return Refusal.malformed
        if (bytes[++p]! <= 32) p = skipBlanks(bytes, p)
      }
    slots[slot + 1] = batch.count
    return p + 1
  }

  #level(p: number): number {
    const { numbers, decimals, batch, places } = this.#parts
    const { bytes, view, slots, priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    const row = batch.count
    if (row >= batch.capacity) return Refusal.tooLarge
    let end = -1
    if (PRICE.isAt(view, p)) {
      end = decimals.number(p + PRICE.length, priceDecimals, priceStep, Slot.price)
      places[row * 2] = decimals.places
      if (end >= 0 && QUANTITY.isAt(view, end)) {
        end = decimals.number(end + QUANTITY.length, lotDecimals, lotStep, Slot.lots)
        places[row * 2 + 1] = decimals.places
        end = end >= 0 && bytes[end] === CLOSE_LEVEL ? end + 1 : -1
      } else end = -1
    }
    if (end < 0) end = this.#anyLevel(p, row)
    if (end < 0) return end
    if (slots[Slot.price] === 0) return Refusal.badNumber
    const lane = row * RECORD_F64 + F64_LANES
    batch.f64[lane] = slots[Slot.price]!
    batch.f64[lane + 1] = slots[Slot.lots]!
    batch.count = row + 1
    return end
  }

  /** A level with its fields in any order, with blanks, with fields that are not known. */
  #anyLevel(p: number, row: number): number {
    const { numbers, decimals, places } = this.#parts
    const { priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    const walk = this.#walk
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      const isPrice = walk.field === 0
      p = isPrice
        ? decimals.number(p, priceDecimals, priceStep, Slot.price)
        : decimals.number(p, lotDecimals, lotStep, Slot.lots)
      places[row * 2 + (isPrice ? 0 : 1)] = decimals.places
    }
    return p
  }
}
