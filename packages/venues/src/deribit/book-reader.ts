import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { skipBlanks } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { ACTIONS, BODY, BOOK_TYPES, Slot } from './frame-places.ts'

const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
// No object whose keys are those of a message: why says `PlainBook`.
const TYPE = BODY.place('type')
const TIME = BODY.place('timestamp')
const ID = BODY.place('change_id')
const PREVIOUS = BODY.place('prev_change_id')
const BIDS = BODY.place('bids')
const ASKS = BODY.place('asks')
const L = { new: new Literal('["new",'), change: new Literal('["change",'), delete: new Literal('["delete",') }

/** Ids of the book just read; -1 where there are none. */
export interface BookIds {
  first: number
  last: number
  previous: number
}

/**
 * Reads books: `book.{instrument}.{interval}` with a first message that is whole, and rows `[action, price, amount]`;
 * `book.{instrument}.none.{depth}.{interval}` and REST answers with rows `[price, amount]`.
 */
export class BookReader {
  readonly ids: BookIds = { first: -1, last: -1, previous: -1 }
  readonly #values: PlaceValues
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter

  constructor(values: PlaceValues, batch: RecordBatch, writer: RecordWriter) {
    this.#values = values
    this.#batch = batch
    this.#writer = writer
  }

  /** Forgets the frame before. */
  begin(): void {
    this.ids.last = this.ids.previous = -1
  }

  /** A book or a change whose fields lie in the places. Returns what it is, or a refusal. */
  changes(instrument: number): number {
    const values = this.#values
    const { at } = values.places
    const isSnapshot = values.name(at[TYPE]!, BOOK_TYPES)
    if (isSnapshot < 0) return at[TYPE] === 0 ? Refusal.missingField : Refusal.malformed
    let refused = this.#head()
    if (refused >= 0 && (isSnapshot === 0 || !values.isNull(at[PREVIOUS]!)))
      refused = values.int(at[PREVIOUS]!, Slot.previous)
    else if (refused >= 0) values.slots[Slot.previous] = -1
    if (refused < 0) return refused
    const flags = isSnapshot === 1 ? Flag.snapshot : 0
    refused = this.#side(at[BIDS]!, true, flags | Flag.bid, instrument)
    if (refused >= 0) refused = this.#side(at[ASKS]!, true, flags, instrument)
    if (refused < 0) return refused
    this.ids.last = values.slots[Slot.changeId]!
    if (isSnapshot === 1) return FrameKind.snapshot
    this.ids.previous = values.slots[Slot.previous]!
    return FrameKind.depth
  }

  /** The best levels, or the whole book of an answer, whose fields lie in the places. Returns `kind`, or a refusal. */
  whole(instrument: number, kind: number): number {
    const values = this.#values
    const { at } = values.places
    if (at[TYPE] !== 0) return Refusal.malformed
    let refused = this.#head()
    if (refused >= 0) refused = this.#side(at[BIDS]!, false, Flag.snapshot | Flag.bid, instrument)
    if (refused >= 0) refused = this.#side(at[ASKS]!, false, Flag.snapshot, instrument)
    if (refused < 0) return refused
    this.ids.last = values.slots[Slot.changeId]!
    return kind
  }

  #head(): number {
    const values = this.#values
    const { at } = values.places
    const refused = values.millis(at[TIME]!, Slot.time)
    return refused < 0 ? refused : values.int(at[ID]!, Slot.changeId)
  }

  #side(list: number, hasAction: boolean, flags: number, instrument: number): number {
    const { places } = this.#values
    let row = places.first(list)
    while (row > 0) {
      let end = hasAction ? this.#plainRow(row) : Refusal.malformed
      if (end < 0) end = this.#row(row, hasAction)
      if (end < 0) return end
      if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
      this.#writer.append(Kind.level, flags, instrument, Slot.time, 0, Slot.levelPrice)
      row = places.next(end)
    }
    return row
  }

  /** `["new",42500.0,1000.0]` without blanks. Any refusal says only that it is not quite so. */
  #plainRow(p: number): number {
    const { numbers, decimals, slots } = this.#values
    const { bytes, view, priceDecimals, priceStep, lotDecimals, lotStep } = numbers
    const isDeletion = L.delete.isAt(view, p)
    if (isDeletion) p += L.delete.length
    else if (L.change.isAt(view, p)) p += L.change.length
    else if (L.new.isAt(view, p)) p += L.new.length
    else return Refusal.malformed
    p = decimals.number(p, priceDecimals, priceStep, Slot.levelPrice)
    if (p < 0 || bytes[p] !== COMMA || slots[Slot.levelPrice] === 0) return Refusal.malformed
    p = decimals.number(p + 1, lotDecimals, lotStep, Slot.levelLots)
    if (p < 0 || bytes[p] !== CLOSE_LIST) return Refusal.malformed
    return (slots[Slot.levelLots] === 0) === isDeletion ? p + 1 : Refusal.malformed
  }

  /** A row whatever its blanks. What is deleted has no amount left, and what is not has one. */
  #row(p: number, hasAction: boolean): number {
    const values = this.#values
    const { places, slots } = values
    const { bytes } = values.numbers
    if (bytes[p] !== OPEN_LIST) return Refusal.malformed
    let cell = places.first(p)
    let isDeletion = -1
    if (hasAction) {
      if (cell <= 0) return Refusal.malformed
      isDeletion = values.name(cell, ACTIONS)
      if (isDeletion < 0) return Refusal.malformed
      cell = places.next(values.textEnd(cell) + 1)
    }
    if (cell <= 0) return Refusal.malformed
    const priceEnd = values.priceNumber(cell, Slot.levelPrice)
    if (priceEnd < 0) return priceEnd
    if (slots[Slot.levelPrice] === 0) return Refusal.badNumber
    cell = places.next(priceEnd)
    if (cell <= 0) return Refusal.malformed
    const end = values.lotsNumber(cell, Slot.levelLots)
    if (end < 0) return end
    if (hasAction && (slots[Slot.levelLots] === 0) !== (isDeletion === 1)) return Refusal.badNumber
    return places.next(end) === 0 ? skipBlanks(bytes, end) + 1 : Refusal.malformed
  }
}
