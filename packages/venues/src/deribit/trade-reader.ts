import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { DIRECTIONS, Slot, TRADE } from './frame-places.ts'

const T = {
  instrument: TRADE.place('instrument_name'),
  time: TRADE.place('timestamp'),
  price: TRADE.place('price'),
  amount: TRADE.place('amount'),
  direction: TRADE.place('direction'),
  sequence: TRADE.place('trade_seq'),
  id: TRADE.place('trade_id'),
  block: TRADE.place('block_trade_id'),
}
const ROW_DEPTH = 3

/** Reads the trades of a list. */
export class TradeReader {
  /** Instrument of the last trade that left a record. */
  instrument = -1
  readonly #values: PlaceValues
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter

  constructor(values: PlaceValues, batch: RecordBatch, writer: RecordWriter) {
    this.#values = values
    this.#batch = batch
    this.#writer = writer
  }

  /**
   * The trade whose brace opens at `p`; `direction` is the taker's. Block trades were agreed beside the book, at prices that
   * its grid does not know: they leave no record.
   *
   * @param expected instrument that it must be of; -1 where it may be of one that is not in the table, and leaves no record
   * @returns the position behind it, or a refusal
   */
  read(p: number, expected: number): number {
    const values = this.#values
    const { at } = values.places
    const { slots } = values
    const end = values.places.object(p, TRADE, ROW_DEPTH)
    if (end < 0) return end
    const instrument = values.symbol(at[T.instrument]!)
    if (instrument === Refusal.unknownSymbol && expected < 0) return end
    if (instrument < 0) return instrument
    if (expected >= 0 && instrument !== expected) return Refusal.malformed
    const isBuy = values.name(at[T.direction]!, DIRECTIONS)
    if (isBuy < 0) return at[T.direction] === 0 ? Refusal.missingField : Refusal.malformed
    let refused = values.millis(at[T.time]!, Slot.time)
    if (refused >= 0) refused = values.int(at[T.sequence]!, Slot.sequence)
    if (refused >= 0) refused = values.id(at[T.id]!, Slot.id)
    if (refused < 0) return refused
    if (!values.isNull(at[T.block]!)) return values.textEnd(at[T.block]!) < 0 ? Refusal.malformed : end
    refused = values.priceNumber(at[T.price]!, Slot.price)
    if (refused >= 0) refused = values.lotsNumber(at[T.amount]!, Slot.lots)
    if (refused < 0) return refused
    if (slots[Slot.price] === 0 || slots[Slot.lots] === 0) return Refusal.badNumber
    const flags = (isBuy === 1 ? Flag.aggressorBuy : 0) | (slots[Slot.firstId] === 1 ? Flag.truncatedId : 0)
    slots[Slot.firstId] = slots[Slot.id]!
    this.instrument = instrument
    if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
    this.#writer.append(Kind.trade, flags, instrument, Slot.time, 1, Slot.price)
    return end
  }
}
