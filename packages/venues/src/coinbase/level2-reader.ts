import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import { BOOK_SIDES, EVENT, EVENT_TYPES, Slot, UPDATE } from './frame-places.ts'
import { Level2Rows } from './level2-rows.ts'
import type { RecordMaker } from './record-maker.ts'

const E = { type: EVENT.place('type'), product: EVENT.place('product_id'), updates: EVENT.place('updates') }
const U = {
  side: UPDATE.place('side'),
  time: UPDATE.place('event_time'),
  price: UPDATE.place('price_level'),
  lots: UPDATE.place('new_quantity'),
}
const EVENT_DEPTH = 2
const ROW_DEPTH = 4

/** The bytes between the values of a frame, exactly as the venue writes them. */
const L = {
  channel: new Literal('{"channel":"l2_data",'),
  client: new Literal('"client_id":"",'),
  timestamp: new Literal('"timestamp":'),
  sequence: new Literal(',"sequence_num":'),
  update: new Literal(',"events":[{"type":"update","product_id":'),
  snapshot: new Literal(',"events":[{"type":"snapshot","product_id":'),
  updates: new Literal(',"updates":['),
  end: new Literal(']}]}'),
}

/** Reads the books and changes of `l2_data`. */
export class Level2Reader {
  /** Instrument of the book just read. */
  instrument = -1
  /** Event behind the one just read; 0 when that was the last. */
  behind = 0
  readonly #values: PlaceValues
  readonly #make: RecordMaker
  readonly #rows: Level2Rows

  constructor(values: PlaceValues, make: RecordMaker) {
    this.#values = values
    this.#make = make
    this.#rows = new Level2Rows(values, make)
  }

  /**
   * A frame of one event, exactly as the venue sends it, in one pass. Any refusal says only that it is not quite so: it is
   * then to be read with care.
   */
  frame(p: number, to: number): number {
    const values = this.#values
    const { view } = values.numbers
    if (!L.channel.isAt(view, p)) return Refusal.malformed
    p += L.channel.length
    if (L.client.isAt(view, p)) p += L.client.length
    if (!L.timestamp.isAt(view, p)) return Refusal.malformed
    p = values.instant(p + L.timestamp.length, Slot.sent)
    if (p < 0 || !L.sequence.isAt(view, p)) return Refusal.malformed
    p = values.numbers.int(p + L.sequence.length, Slot.updateId)
    if (p < 0) return p
    const isUpdate = L.update.isAt(view, p)
    if (!isUpdate && !L.snapshot.isAt(view, p)) return Refusal.malformed
    p += isUpdate ? L.update.length : L.snapshot.length
    this.instrument = values.symbol(p)
    if (this.instrument < 0) return this.instrument
    p = values.textEnd(p) + 1
    if (!L.updates.isAt(view, p)) return Refusal.malformed
    p = this.#rows.read(p + L.updates.length, isUpdate ? 0 : Flag.snapshot, this.instrument)
    if (p < 0 || !L.end.isAt(view, p) || p + L.end.length !== to) return Refusal.malformed
    return isUpdate ? FrameKind.depth : FrameKind.snapshot
  }

  /** The book of the event at `p`, alone in the batch. Returns what it is, or a refusal. */
  read(p: number): number {
    const values = this.#values
    const { places } = values
    const { at } = places
    this.#make.batch.count = 0
    const end = places.object(p, EVENT, EVENT_DEPTH)
    if (end < 0) return end
    const isSnapshot = values.name(at[E.type]!, EVENT_TYPES)
    if (isSnapshot < 0) return at[E.type] === 0 ? Refusal.missingField : Refusal.malformed
    this.instrument = values.symbol(at[E.product]!)
    if (this.instrument < 0) return this.instrument
    this.behind = places.next(end)
    if (this.behind < 0) return this.behind
    let row = places.first(at[E.updates]!)
    while (row > 0) {
      row = this.#row(row, isSnapshot === 1 ? Flag.snapshot : 0)
      if (row > 0) row = places.next(row)
    }
    if (row < 0) return row
    return isSnapshot === 1 ? FrameKind.snapshot : FrameKind.depth
  }

  #row(p: number, flags: number): number {
    const values = this.#values
    const { at } = values.places
    const end = values.places.object(p, UPDATE, ROW_DEPTH)
    if (end < 0) return end
    const side = values.name(at[U.side]!, BOOK_SIDES)
    if (side < 0) return at[U.side] === 0 ? Refusal.missingField : Refusal.malformed
    let refused = values.instant(at[U.time]!, Slot.time)
    if (refused >= 0) refused = values.price(at[U.price]!, Slot.levelPrice)
    if (refused >= 0) refused = values.lots(at[U.lots]!, Slot.levelLots)
    if (refused < 0) return refused
    const timeSlot = values.slots[Slot.time] === 0 ? Slot.sent : Slot.time
    refused = this.#make.level(side === 1 ? flags | Flag.bid : flags, this.instrument, timeSlot)
    return refused < 0 ? refused : end
  }
}
