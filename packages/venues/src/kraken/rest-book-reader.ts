import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { F64_LANES, Flag, RECORD_F64 } from '@velocimex/core/market/event-record'
import { skipBlanks, skipString } from '../wire/json-walk.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { V1Cells } from './v1-cells.ts'
import { Slot, type WireParts } from './wire-parts.ts'

const COLON = 58
const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN = 123
const CLOSE = 125

/** Reads `GET /0/public/Depth`: `{"error":[],"result":{"XXBTZUSD":{"asks":[["52523.0","1.199",1616663113]],"bids":[]}}}`. */
export class RestBookReader {
  /** Position behind the answer just read. */
  end = 0
  readonly #parts: WireParts
  readonly #cells: V1Cells
  readonly #root: ObjectWalk
  readonly #book: ObjectWalk

  constructor(parts: WireParts) {
    this.#parts = parts
    this.#cells = new V1Cells(parts)
    this.#root = new ObjectWalk(parts.numbers, 0, [
      ['error', 'needed'],
      ['result', 'needed'],
    ])
    this.#book = new ObjectWalk(parts.numbers, 2, [
      ['asks', 'needed'],
      ['bids', 'needed'],
    ])
  }

  /** The answer whose brace opens at `p`. Returns `snapshot` or a refusal. */
  read(p: number, instrument: number): number {
    const { numbers, writer, batch } = this.#parts
    const { bytes, slots } = numbers
    const walk = this.#root
    numbers.useGrids(instrument)
    this.#parts.instrument = instrument
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p))
      p = walk.field === 0 ? this.#noError(p) : this.#pair(p)
    this.end = p
    if (p < 0) return p
    slots[Slot.checksum] = Number.NaN
    const flags = Flag.snapshot
    writer.levels(slots[Slot.bids]!, slots[Slot.bids + 1]!, flags | Flag.bid, instrument, Slot.zero, Slot.zero)
    writer.levels(slots[Slot.asks]!, slots[Slot.asks + 1]!, flags, instrument, Slot.zero, Slot.zero)
    if (batch.count > 0) writer.markLast()
    return bytes[p - 1] === CLOSE ? FrameKind.snapshot : Refusal.malformed
  }

  /** An empty list: an answer with an error has no book. */
  #noError(p: number): number {
    const { bytes } = this.#parts.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    p = skipBlanks(bytes, p + 1)
    return bytes[p] === CLOSE_LIST ? p + 1 : Refusal.unknownKind
  }

  /** An object with one pair, by a name that says nothing: the caller knows what was asked for. */
  #pair(p: number): number {
    const { bytes } = this.#parts.numbers
    if (bytes[p] !== OPEN) return Refusal.malformed
    p = skipString(bytes, skipBlanks(bytes, p + 1))
    if (p < 0) return p
    p = skipBlanks(bytes, p)
    if (bytes[p] !== COLON) return Refusal.malformed
    const walk = this.#book
    p = skipBlanks(bytes, p + 1)
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p))
      p = this.#rows(p, walk.field === 0 ? Slot.asks : Slot.bids)
    if (p < 0) return p
    p = skipBlanks(bytes, p)
    return bytes[p] === CLOSE ? p + 1 : Refusal.malformed
  }

  #rows(p: number, slot: number): number {
    const { numbers, batch } = this.#parts
    const { bytes, slots } = numbers
    slots[slot] = batch.count
    p = this.#cells.open(p)
    if (p >= 0 && bytes[p] !== CLOSE_LIST) {
      p = this.#row(p)
      while (p >= 0 && bytes[(p = skipBlanks(bytes, p))] === COMMA) p = this.#row(skipBlanks(bytes, p + 1))
    }
    slots[slot + 1] = batch.count
    return this.#cells.close(p)
  }

  /** Price and quantity as texts, and the second of the last change, which is not kept. */
  #row(p: number): number {
    const { numbers, decimals, batch, places } = this.#parts
    const { bytes, slots } = numbers
    const row = batch.count
    if (row >= batch.capacity) return Refusal.tooLarge
    p = this.#cells.price(this.#cells.open(p), Slot.price)
    places[row * 2] = decimals.places
    p = this.#cells.comma(this.#cells.lots(this.#cells.comma(p), Slot.lots))
    places[row * 2 + 1] = decimals.places
    if (p < 0) return p
    const end = numbers.int(p, Slot.cell)
    if (end < 0 || bytes[skipBlanks(bytes, end)] !== CLOSE_LIST) return end < 0 ? end : numbers.noInt(p)
    const lane = row * RECORD_F64 + F64_LANES
    batch.f64[lane] = slots[Slot.price]!
    batch.f64[lane + 1] = slots[Slot.lots]!
    batch.count = row + 1
    return this.#cells.close(end)
  }
}
