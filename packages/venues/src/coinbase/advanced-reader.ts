import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import type { PlaceValues } from '../wire/place-values.ts'
import {
  CANDLE,
  CHANNELS,
  Channel,
  EVENT,
  EVENT_TYPES,
  MAKER_SIDES,
  PRODUCT,
  ROOT,
  Slot,
  TICKER,
  TRADE,
} from './frame-places.ts'
import { Level2Reader } from './level2-reader.ts'
import { makeState } from './product-state.ts'
import { readQuote } from './quote-fields.ts'
import type { RecordMaker } from './record-maker.ts'

const HEAD = {
  channel: ROOT.place('channel'),
  timestamp: ROOT.place('timestamp'),
  sequence: ROOT.place('sequence_num'),
  events: ROOT.place('events'),
}
const E = {
  type: EVENT.place('type'),
  trades: EVENT.place('trades'),
  tickers: EVENT.place('tickers'),
  candles: EVENT.place('candles'),
  products: EVENT.place('products'),
}
const T = {
  id: TRADE.place('trade_id'),
  product: TRADE.place('product_id'),
  price: TRADE.place('price'),
  size: TRADE.place('size'),
  side: TRADE.place('side'),
  time: TRADE.place('time'),
}
const K = {
  product: TICKER.place('product_id'),
  bid: TICKER.place('best_bid'),
  bidLots: TICKER.place('best_bid_quantity'),
  ask: TICKER.place('best_ask'),
  askLots: TICKER.place('best_ask_quantity'),
}
const C = {
  start: CANDLE.place('start'),
  high: CANDLE.place('high'),
  low: CANDLE.place('low'),
  open: CANDLE.place('open'),
  close: CANDLE.place('close'),
  volume: CANDLE.place('volume'),
  product: CANDLE.place('product_id'),
}
const P = { id: PRODUCT.place('id'), status: PRODUCT.place('status') }
/** Depths at which an event, a row of it and an empty place stand. */
const EVENT_DEPTH = 2
const ROW_DEPTH = 4

/**
 * Reads the frames of Advanced Trade whose root lies in the places: the envelope, then the events of its channel. A frame
 * of several books gives one part for each; everything else is one part with the records of all its rows.
 *
 * Source: Coinbase Advanced Trade, "WebSocket channels".
 */
export class AdvancedReader {
  /** Number of the frame among all of its connection; -1 for none. */
  sequence = -1
  /** Instrument of the part just read, or of the last row of one; -1 for none. */
  instrument = -1
  readonly #level2: Level2Reader
  readonly #values: PlaceValues
  readonly #make: RecordMaker

  constructor(values: PlaceValues, make: RecordMaker) {
    this.#values = values
    this.#make = make
    this.#level2 = new Level2Reader(values, make)
  }

  /** Forgets the frame before. */
  begin(): void {
    this.sequence = -1
    this.#level2.behind = 0
  }

  /** Reads the whole frame and leaves its first part in the batch. Returns what that is, or a refusal. */
  read(): number {
    const values = this.#values
    const { at } = values.places
    const channel = values.name(at[HEAD.channel]!, CHANNELS)
    if (channel < 0) return Refusal.unknownKind
    let refused = values.int(at[HEAD.sequence]!, Slot.updateId)
    if (refused < 0) return refused
    refused = values.instant(at[HEAD.timestamp]!, Slot.sent)
    if (refused < 0) return refused
    const first = values.places.first(at[HEAD.events]!)
    if (first < 0) return first
    const kind = channel === Channel.control || first === 0 ? FrameKind.control : this.#events(channel, first)
    if (kind >= 0) this.sequence = values.slots[Slot.updateId]!
    return kind
  }

  /** Whether the frame just read holds a further book. */
  get hasNext(): boolean {
    return this.#level2.behind !== 0
  }

  /** Reads the next book of the frame just read. */
  next(): number {
    return this.#book(this.#level2.behind)
  }

  /** A frame of one book exactly as the venue sends it; see `Level2Reader.frame`. */
  usualBook(from: number, to: number): number {
    const kind = this.#level2.frame(from, to)
    if (kind < 0) return kind
    this.sequence = this.#values.slots[Slot.updateId]!
    this.instrument = this.#level2.instrument
    return kind
  }

  #book(p: number): number {
    const kind = this.#level2.read(p)
    this.instrument = this.#level2.instrument
    return kind
  }

  #events(channel: number, first: number): number {
    if (channel !== Channel.level2) return this.#rows(channel, first)
    const kind = this.#book(first)
    if (kind < 0 || this.#level2.behind === 0) return kind
    while (this.#level2.behind !== 0) {
      const refused = this.#book(this.#level2.behind)
      if (refused < 0) return refused
    }
    return this.#book(first)
  }

  /** The rows of all events of a channel that is no book. */
  #rows(channel: number, first: number): number {
    const values = this.#values
    const { places } = values
    const { at } = places
    const { batch } = this.#make
    for (let p = first; p !== 0; ) {
      const end = places.object(p, EVENT, EVENT_DEPTH)
      if (end < 0) return end
      const type = values.name(at[E.type]!, EVENT_TYPES)
      if (type < 0) return at[E.type] === 0 ? Refusal.missingField : Refusal.malformed
      const flags = type === 1 ? Flag.snapshot : 0
      const before = batch.count
      let row = places.first(at[rowsOf(channel)]!)
      while (row > 0) {
        row = this.#row(channel, row, flags)
        if (row < 0) return row
        row = places.next(row)
      }
      if (row < 0) return row
      if (channel === Channel.trades && batch.count > before) this.#make.oldestFirst(before)
      p = places.next(end)
      if (p < 0) return p
    }
    return batch.count === 0 ? FrameKind.control : kindOf(channel)
  }

  #row(channel: number, p: number, flags: number): number {
    switch (channel) {
      case Channel.trades:
        return this.#trade(p, flags)
      case Channel.ticker:
        return this.#ticker(p)
      case Channel.candles:
        return this.#candle(p, flags)
      default:
        return this.#state(p)
    }
  }

  /** `side` is the maker's. */
  #trade(p: number, flags: number): number {
    const values = this.#values
    const { at } = values.places
    const end = values.places.object(p, TRADE, ROW_DEPTH)
    if (end < 0) return end
    this.instrument = values.symbol(at[T.product]!)
    if (this.instrument < 0) return this.instrument
    const maker = values.name(at[T.side]!, MAKER_SIDES)
    if (maker < 0) return at[T.side] === 0 ? Refusal.missingField : Refusal.malformed
    let refused = values.id(at[T.id]!, Slot.id)
    if (refused >= 0) refused = values.price(at[T.price]!, Slot.price)
    if (refused >= 0) refused = values.lots(at[T.size]!, Slot.lots)
    if (refused >= 0) refused = values.instant(at[T.time]!, Slot.time)
    if (refused >= 0) refused = this.#make.trade(maker === 0, flags, this.instrument)
    return refused < 0 ? refused : end
  }

  #ticker(p: number): number {
    const values = this.#values
    const { at } = values.places
    const end = values.places.object(p, TICKER, ROW_DEPTH)
    if (end < 0) return end
    const instrument = values.symbol(at[K.product]!)
    if (instrument < 0) return instrument
    const isQuote = readQuote(values, at[K.bid]!, at[K.bidLots]!, at[K.ask]!, at[K.askLots]!)
    if (isQuote < 0) return isQuote
    if (isQuote === 0) return end
    this.instrument = instrument
    const refused = this.#make.quote(instrument, Slot.sent)
    return refused < 0 ? refused : end
  }

  #candle(p: number, flags: number): number {
    const values = this.#values
    const { at } = values.places
    const { slots } = values
    const end = values.places.object(p, CANDLE, ROW_DEPTH)
    if (end < 0) return end
    this.instrument = values.symbol(at[C.product]!)
    if (this.instrument < 0) return this.instrument
    const isText = values.id(at[C.start]!, Slot.time)
    if (isText < 0) return isText
    if (slots[Slot.time + 1] === 1 || slots[Slot.time]! > 9e9) return Refusal.badNumber
    slots[Slot.time]! *= 1e6
    let refused = values.price(at[C.open]!, Slot.open)
    if (refused >= 0) refused = values.price(at[C.high]!, Slot.high)
    if (refused >= 0) refused = values.price(at[C.low]!, Slot.low)
    if (refused >= 0) refused = values.price(at[C.close]!, Slot.close)
    if (refused >= 0) refused = values.lots(at[C.volume]!, Slot.volume)
    if (refused >= 0) refused = this.#make.candle(flags, this.instrument)
    return refused < 0 ? refused : end
  }

  /** The list may name products that nobody follows: they are passed over. */
  #state(p: number): number {
    const values = this.#values
    const { at } = values.places
    const end = values.places.object(p, PRODUCT, ROW_DEPTH)
    if (end < 0) return end
    const made = makeState(values, this.#make, at[P.id]!, at[P.status]!, Slot.sent)
    if (made < Refusal.unknownKind) return end
    if (made < 0) return made
    this.instrument = made
    return end
  }
}

/** Place of the rows of a channel in its events. */
function rowsOf(channel: number): number {
  switch (channel) {
    case Channel.trades:
      return E.trades
    case Channel.ticker:
      return E.tickers
    case Channel.candles:
      return E.candles
    default:
      return E.products
  }
}

function kindOf(channel: number): number {
  switch (channel) {
    case Channel.trades:
      return FrameKind.trade
    case Channel.ticker:
      return FrameKind.quote
    case Channel.candles:
      return FrameKind.bar
    default:
      return FrameKind.status
  }
}
