import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import { BookReader } from './book-reader.ts'
import { ChannelName } from './channel-name.ts'
import { BODY, Channel, INTERVALS, KINDS, PARAMS, RESOLUTIONS, Slot, STATES, WORDS } from './frame-places.ts'
import { PlainNotification } from './plain-notification.ts'
import { MARK_DECIMALS, RATE_DECIMALS, TickerRecords } from './ticker-records.ts'
import { TradeReader } from './trade-reader.ts'

// No object whose keys are those of a message: why says `PlainBook`.
const CHANNEL = PARAMS.place('channel')
const DATA = PARAMS.place('data')
const B = {
  instrument: BODY.place('instrument_name'),
  time: BODY.place('timestamp'),
  bid: BODY.place('best_bid_price'),
  bidLots: BODY.place('best_bid_amount'),
  ask: BODY.place('best_ask_price'),
  askLots: BODY.place('best_ask_amount'),
  mark: BODY.place('mark_price'),
  index: BODY.place('index_price'),
  settle: BODY.place('estimated_delivery_price'),
  funding: BODY.place('current_funding'),
  interest: BODY.place('interest'),
  state: BODY.place('state'),
  tick: BODY.place('tick'),
  open: BODY.place('open'),
  high: BODY.place('high'),
  low: BODY.place('low'),
  close: BODY.place('close'),
  volume: BODY.place('volume'),
  cost: BODY.place('cost'),
}
const Word = { none: 0, trades: 1, state: 2 } as const
const DATA_DEPTH = 2
/**
 * Reads the notification whose parameters lie in the places: the channel's name says what its data is, and about which
 * instrument; where the data names it too, both must agree.
 *
 * Source: deribit v2, "Subscriptions".
 */
export class NotificationReader {
  /** Instrument of the part just read, or of the last trade; -1 for none. */
  instrument = -1
  readonly book: BookReader
  /** Of the channel; to be read before `readUsual`. */
  readonly name: ChannelName
  readonly #values: PlaceValues
  readonly #batch: RecordBatch
  readonly #writer: RecordWriter
  readonly #prints: TradeReader
  readonly #isInverse: readonly boolean[]
  readonly #tickers: TickerRecords
  readonly #plain: PlainNotification

  constructor(values: PlaceValues, table: InstrumentTable, batch: RecordBatch, writer: RecordWriter) {
    this.#values = values
    this.#batch = batch
    this.#writer = writer
    this.book = new BookReader(values, batch, writer)
    this.#prints = new TradeReader(values, batch, writer)
    this.name = new ChannelName(values.numbers.bytes, values)
    this.#tickers = new TickerRecords(batch, writer)
    this.#plain = new PlainNotification(values, batch, writer, this.book.ids, this.#tickers)
    this.#isInverse = table.all.map(({ contract }) => contract.kind === 'inverse')
  }

  /** Forgets the frame before. */
  begin(): void {
    this.instrument = -1
    this.#tickers.hasNext = false
    this.book.begin()
  }

  /** Whether the frame just read has a further part. */
  get hasNext(): boolean {
    return this.#tickers.hasNext
  }

  /** The mark that the ticker just read told behind its quote. */
  next(): number {
    return this.#tickers.next()
  }

  /** As `readUsual`, of a notification of which nothing has been read but what stands before the channel's name. */
  readPlain(name: number, to: number): number {
    const kind = this.#plain.read(name, to)
    this.instrument = this.#plain.instrument
    return kind
  }

  /** Reads the whole notification and leaves its first part in the batch. Returns what that is, or a refusal. */
  read(): number {
    const { places } = this.#values
    const data = places.at[DATA]!
    const end = this.name.read(places.at[CHANNEL]!)
    if (end < 0) return end
    if (data === 0) return Refusal.missingField
    const { channel } = this.name
    if (channel <= Channel.control) return channel < 0 ? channel : FrameKind.control
    if (channel === Channel.trades) return this.#trades(data)
    const body = places.object(data, BODY, DATA_DEPTH)
    return body < 0 ? body : this.#body(channel)
  }

  /**
   * As `read`, of a notification whose name has been read and whose data has not been walked yet: it must be an object
   * from `data` to `end`. Any refusal says only that it is not quite so: it is then to be read with care.
   */
  readUsual(data: number, end: number): number {
    const { places } = this.#values
    const { channel } = this.name
    if (channel <= Channel.control || channel === Channel.trades) return Refusal.malformed
    return places.object(data, BODY, DATA_DEPTH) === end ? this.#body(channel) : Refusal.malformed
  }

  /** Data that is an object, whose fields lie in the places. */
  #body(channel: number): number {
    if (channel === Channel.instrument) return this.#state()
    this.instrument = this.name.instrument(channel === Channel.chart ? 2 : 1)
    if (this.instrument < 0) return this.instrument
    switch (channel) {
      case Channel.book:
        return this.#book()
      case Channel.ticker:
        return this.#ticker()
      case Channel.quote:
        return this.#quote()
      case Channel.perpetual:
        return this.#perpetual()
      default:
        return this.#chart()
    }
  }

  /** Whether the data names the instrument of the channel. */
  #isNamed(): number {
    const p = this.#values.places.at[B.instrument]!
    if (p === 0) return Refusal.missingField
    return this.name.isPartAt(1, p) ? this.instrument : Refusal.malformed
  }

  /** `book.{i}.{interval}`; `book.{i}.{group}.{depth}.{interval}`, whose prices are the venue's own only in group none. */
  #book(): number {
    const name = this.name
    const named = this.#isNamed()
    if (named < 0) return named
    if (name.part(name.count - 1, INTERVALS) < 0) return Refusal.malformed
    if (name.count === 3) return this.book.changes(this.instrument)
    if (name.count !== 5 || !name.isNumber(3)) return Refusal.malformed
    if (name.part(2, WORDS) === Word.none) return this.book.whole(this.instrument, FrameKind.partialDepth)
    return name.isNumber(2) ? FrameKind.control : Refusal.malformed
  }

  /** `trades.{i}.{interval}`, and `trades.{kind}.{currency}.{interval}`, which may name what nobody follows. */
  #trades(data: number): number {
    const name = this.name
    const { places } = this.#values
    if (name.part(name.count - 1, INTERVALS) < 0) return Refusal.malformed
    const isOfMany = name.count === 4
    if (isOfMany ? name.part(1, KINDS) < 0 : name.count !== 3) return Refusal.malformed
    const expected = isOfMany ? -1 : name.instrument(1)
    if (!isOfMany && expected < 0) return expected
    let row = places.first(data)
    while (row > 0) {
      row = this.#prints.read(row, expected)
      if (row > 0) row = places.next(row)
    }
    if (row < 0) return row
    if (this.#batch.count === 0) return FrameKind.control
    this.instrument = this.#prints.instrument
    return FrameKind.trade
  }

  /** A ticker is a quote, if both sides have one, and behind it the mark and the funding of a perpetual. */
  #ticker(): number {
    const values = this.#values
    const { at } = values.places
    if (this.name.count !== 3 || this.name.part(2, INTERVALS) < 0) return Refusal.malformed
    const isQuote = this.#touch()
    if (isQuote < 0) return isQuote
    const hasMark = !values.isNull(at[B.mark]!)
    const hasFunding = hasMark && !values.isNull(at[B.funding]!)
    let refused = hasMark ? values.decimals.rounded(at[B.mark]!, MARK_DECIMALS, Slot.mark) : 0
    if (refused >= 0) refused = this.#optional(at[B.index]!, Slot.index)
    if (refused >= 0) refused = this.#optional(at[B.settle]!, Slot.settle)
    if (refused >= 0 && hasFunding) refused = values.decimals.rounded(at[B.funding]!, RATE_DECIMALS, Slot.rate)
    if (refused < 0) return refused
    return this.#tickers.write(this.instrument, isQuote === 1, hasMark, hasFunding)
  }

  #optional(p: number, slot: number): number {
    const values = this.#values
    if (!values.isNull(p)) return values.decimals.rounded(p, MARK_DECIMALS, slot)
    values.slots[slot] = 0
    return 0
  }

  #quote(): number {
    if (this.name.count !== 2) return Refusal.malformed
    const isQuote = this.#touch()
    if (isQuote <= 0) return isQuote < 0 ? isQuote : FrameKind.control
    const refused = this.#append(Kind.quote, 0, Slot.time, 0, Slot.bid)
    return refused < 0 ? refused : FrameKind.quote
  }

  /** Reads the best bid and ask: 1 when both are whole, 0 when a side is absent or zero; or a refusal. */
  #touch(): number {
    const values = this.#values
    const { at } = values.places
    const named = this.#isNamed()
    if (named < 0) return named
    const refused = values.millis(at[B.time]!, Slot.time)
    if (refused < 0) return refused
    let isWhole = 1
    for (let lane = 0; lane < 4; lane++) {
      const p = at[lane === 0 ? B.bid : lane === 1 ? B.bidLots : lane === 2 ? B.ask : B.askLots]!
      const slot = Slot.bid + lane
      values.slots[slot] = 0
      const end = values.isNull(p) ? 0 : lane % 2 === 0 ? values.priceNumber(p, slot) : values.lotsNumber(p, slot)
      if (end < 0) return end
      if (values.slots[slot] === 0) isWhole = 0
    }
    return isWhole
  }

  /** The rate of funding alone. */
  #perpetual(): number {
    const values = this.#values
    const { at } = values.places
    if (this.name.count !== 3 || this.name.part(2, INTERVALS) < 0) return Refusal.malformed
    if (at[B.interest] === 0) return Refusal.missingField
    let refused = values.millis(at[B.time]!, Slot.time)
    if (refused >= 0) refused = values.decimals.rounded(at[B.interest]!, RATE_DECIMALS, Slot.rate)
    if (refused >= 0) refused = this.#append(Kind.funding, 0, Slot.time, 0, Slot.rate)
    return refused < 0 ? refused : FrameKind.mark
  }

  /** `chart.trades.{i}.{resolution}`. The volume of an inverse contract is counted in coins, its cost in contracts. */
  #chart(): number {
    const values = this.#values
    const name = this.name
    const { at } = values.places
    const seconds = name.part(3, RESOLUTIONS)
    if (name.count !== 4 || name.part(1, WORDS) !== Word.trades || seconds < 0) return Refusal.malformed
    if (this.#batch.capacity < 2) return Refusal.tooLarge
    let refused = values.millis(at[B.tick]!, Slot.time)
    for (let lane = 0; lane < 4 && refused >= 0; lane++) {
      const place = lane === 0 ? B.open : lane === 1 ? B.high : lane === 2 ? B.low : B.close
      refused = values.priceNumber(at[place]!, Slot.open + lane)
      if (refused >= 0 && values.slots[Slot.open + lane] === 0) refused = Refusal.badNumber
    }
    if (refused < 0) return refused
    const volume = at[this.#isInverse[this.instrument]! ? B.cost : B.volume]!
    const { lotDecimals, lotStep } = values.numbers
    if (volume === 0 || at[B.cost] === 0) return Refusal.missingField
    refused = values.decimals.rounded(volume, lotDecimals, Slot.volume)
    if (refused >= 0) refused = values.decimals.float(at[B.cost]!, Slot.quoteVolume)
    if (refused < 0) return refused
    if (values.slots[Slot.volume]! < 0 || values.slots[Slot.quoteVolume]! < 0) return Refusal.badNumber
    values.slots[Slot.volume] = Math.round(values.slots[Slot.volume]! / lotStep)
    this.#append(Kind.bar, 0, Slot.time, seconds, Slot.open)
    this.#append(Kind.barVolume, 0, Slot.time, seconds, Slot.volume)
    return FrameKind.bar
  }

  /** `instrument.state.{kind}.{currency}` */
  #state(): number {
    const values = this.#values
    const name = this.name
    const { at } = values.places
    if (name.count !== 4 || name.part(1, WORDS) !== Word.state || name.part(2, KINDS) < 0) return Refusal.malformed
    const state = values.name(at[B.state]!, STATES)
    if (state < 0) return at[B.state] === 0 ? Refusal.missingField : Refusal.malformed
    let refused = values.millis(at[B.time]!, Slot.time)
    if (refused < 0) return refused
    this.instrument = values.symbol(at[B.instrument]!)
    // One that is new to us is nobody's yet.
    if (this.instrument === Refusal.unknownSymbol) return FrameKind.control
    if (this.instrument < 0) return this.instrument
    values.slots[Slot.state] = state
    refused = this.#append(Kind.status, 0, Slot.time, 0, Slot.state)
    return refused < 0 ? refused : FrameKind.status
  }

  #append(kind: Kind, flags: number, timeSlot: number, extra: number, laneSlot: number): number {
    if (this.#batch.count >= this.#batch.capacity) return Refusal.tooLarge
    this.#writer.append(kind, flags, this.instrument, timeSlot, extra, laneSlot)
    return 0
  }
}
