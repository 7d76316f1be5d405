import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Flag } from '@velocimex/core/market/event-record'
import { LevelReader } from '../wire/level-reader.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { FEED_SIDES, FEED_TYPES, FeedType, PRODUCT, ROOT, Slot } from './frame-places.ts'
import { makeState } from './product-state.ts'
import { readQuote } from './quote-fields.ts'
import type { RecordMaker } from './record-maker.ts'

const OPEN_LIST = 91
const R = {
  type: ROOT.place('type'),
  product: ROOT.place('product_id'),
  time: ROOT.place('time'),
  changes: ROOT.place('changes'),
  bids: ROOT.place('bids'),
  asks: ROOT.place('asks'),
  id: ROOT.place('trade_id'),
  side: ROOT.place('side'),
  size: ROOT.place('size'),
  price: ROOT.place('price'),
  bid: ROOT.place('best_bid'),
  bidLots: ROOT.place('best_bid_size'),
  ask: ROOT.place('best_ask'),
  askLots: ROOT.place('best_ask_size'),
  products: ROOT.place('products'),
}
const P = { id: PRODUCT.place('id'), status: PRODUCT.place('status') }

/**
 * Reads the frames of the exchange feed (once "Pro") whose root lies in the places: each is one message about one product,
 * and none is numbered.
 *
 * Source: Coinbase Exchange, "WebSocket channels".
 */
export class ExchangeReader {
  /** Instrument of the message just read; -1 for none. */
  instrument = -1
  readonly #values: PlaceValues
  readonly #make: RecordMaker
  readonly #writer: RecordWriter
  readonly #levels: LevelReader

  constructor(values: PlaceValues, make: RecordMaker, writer: RecordWriter) {
    this.#values = values
    this.#make = make
    this.#writer = writer
    this.#levels = new LevelReader(values.numbers, make.batch)
  }

  /** Reads the message. Returns what it is, or a refusal. */
  read(): number {
    const values = this.#values
    const { at } = values.places
    const type = values.name(at[R.type]!, FEED_TYPES)
    if (type < 0) return Refusal.unknownKind
    if (type === FeedType.control) return FrameKind.control
    if (type === FeedType.status) return this.#states()
    this.instrument = values.symbol(at[R.product]!)
    if (this.instrument < 0) return this.instrument
    switch (type) {
      case FeedType.snapshot:
        return this.#snapshot()
      case FeedType.change:
        return this.#changes()
      case FeedType.ticker:
        return this.#ticker()
      default:
        return this.#match(type === FeedType.lastMatch ? Flag.snapshot : 0)
    }
  }

  /** Newer snapshots carry their time. */
  #snapshot(): number {
    const values = this.#values
    const { at } = values.places
    const { slots } = values
    let timeSlot: number = Slot.zero
    if (at[R.time] !== 0) {
      const refused = values.instant(at[R.time]!, Slot.time)
      if (refused < 0) return refused
      timeSlot = Slot.time
    }
    slots[Slot.updateId] = 0
    const refused = this.#side(at[R.bids]!, Flag.snapshot | Flag.bid, timeSlot)
    if (refused < 0) return refused
    const last = this.#side(at[R.asks]!, Flag.snapshot, timeSlot)
    return last < 0 ? last : FrameKind.snapshot
  }

  #side(p: number, flags: number, timeSlot: number): number {
    if (p === 0) return Refusal.missingField
    const from = this.#levels.count
    const end = this.#levels.read(p)
    if (end >= 0) this.#writer.levels(from, this.#levels.count, flags, this.instrument, timeSlot, Slot.updateId)
    return end
  }

  /** `["buy","10101.80000000","0.162567"]` */
  #changes(): number {
    const values = this.#values
    const { places } = values
    const { at } = places
    let refused = values.instant(at[R.time]!, Slot.time)
    if (refused < 0) return refused
    values.slots[Slot.updateId] = 0
    let row = places.first(at[R.changes]!)
    while (row > 0) {
      if (values.numbers.bytes[row] !== OPEN_LIST) return Refusal.malformed
      const side = places.first(row)
      if (side <= 0) return Refusal.malformed
      const isBid = values.name(side, FEED_SIDES)
      if (isBid < 0) return Refusal.malformed
      const price = places.next(values.textEnd(side) + 1)
      if (price <= 0) return Refusal.malformed
      const priceEnd = values.price(price, Slot.levelPrice)
      if (priceEnd < 0) return priceEnd
      const size = places.next(priceEnd)
      if (size <= 0) return Refusal.malformed
      const sizeEnd = values.lots(size, Slot.levelLots)
      if (sizeEnd < 0) return sizeEnd
      if (places.next(sizeEnd) !== 0) return Refusal.malformed
      refused = this.#make.level(isBid === 1 ? Flag.bid : 0, this.instrument, Slot.time)
      if (refused < 0) return refused
      row = places.next(behindList(values.numbers.bytes, sizeEnd))
    }
    return row < 0 ? row : FrameKind.depth
  }

  /** `side` is the maker's. */
  #match(flags: number): number {
    const values = this.#values
    const { at } = values.places
    const isMakerBuy = values.name(at[R.side]!, FEED_SIDES)
    if (isMakerBuy < 0) return at[R.side] === 0 ? Refusal.missingField : Refusal.malformed
    let refused = values.int(at[R.id]!, Slot.id)
    if (refused >= 0) refused = values.price(at[R.price]!, Slot.price)
    if (refused >= 0) refused = values.lots(at[R.size]!, Slot.lots)
    if (refused >= 0) refused = values.instant(at[R.time]!, Slot.time)
    values.slots[Slot.firstId] = 0
    if (refused >= 0) refused = this.#make.trade(isMakerBuy === 0, flags, this.instrument)
    return refused < 0 ? refused : FrameKind.trade
  }

  #ticker(): number {
    const values = this.#values
    const { at } = values.places
    let timeSlot: number = Slot.zero
    if (at[R.time] !== 0) {
      const refused = values.instant(at[R.time]!, Slot.time)
      if (refused < 0) return refused
      timeSlot = Slot.time
    }
    const isQuote = readQuote(values, at[R.bid]!, at[R.bidLots]!, at[R.ask]!, at[R.askLots]!)
    if (isQuote < 0) return isQuote
    if (isQuote === 0) return FrameKind.control
    const refused = this.#make.quote(this.instrument, timeSlot)
    return refused < 0 ? refused : FrameKind.quote
  }

  #states(): number {
    const values = this.#values
    const { places } = values
    const { at } = places
    let row = places.first(at[R.products]!)
    while (row > 0) {
      row = places.object(row, PRODUCT, 2)
      if (row < 0) return row
      const made = makeState(values, this.#make, at[P.id]!, at[P.status]!, Slot.zero)
      if (made < 0 && made >= Refusal.unknownKind) return made
      if (made >= 0) this.instrument = made
      row = places.next(row)
    }
    if (row < 0) return row
    return this.#make.batch.count === 0 ? FrameKind.control : FrameKind.status
  }
}

/** Position behind the list whose last element ends at `p`. */
function behindList(bytes: Uint8Array, p: number): number {
  while (bytes[p] !== 93) p++
  return p + 1
}
