import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { arrayField, field, intField, refuseFrame, steps, stepsField, textField } from '../wire/oracle-fields.ts'
import {
  idField,
  instantField,
  isAbsentField,
  knownObject,
  type OracleInstant,
  OracleRecords,
  UNKNOWN_INSTANT,
  wordField,
} from '../wire/oracle-records.ts'
import type { JsonObject, JsonValue } from '../wire/strict-json.ts'
import { COINBASE } from './coinbase-venue.ts'

const ROOT_KEYS =
  'channel timestamp sequence_num events type product_id time changes bids asks trade_id side size price best_bid best_ask best_bid_size best_ask_size products pricebook'.split(
    ' ',
  )
const EVENT_KEYS = 'type product_id updates trades tickers candles products'.split(' ')
const UPDATE_KEYS = 'side event_time price_level new_quantity'.split(' ')
const TRADE_KEYS = 'trade_id product_id price size side time'.split(' ')
const TICKER_KEYS = 'product_id best_bid best_bid_quantity best_ask best_ask_quantity'.split(' ')
const CANDLE_KEYS = 'start high low open close volume product_id'.split(' ')
const STATES: Readonly<Record<string, number>> = {
  online: MarketStatus.trading,
  offline: MarketStatus.closed,
  internal: MarketStatus.closed,
  delisted: MarketStatus.closed,
}
const PASSED_OVER = 'heartbeat subscriptions error received open done change activate auction rfq_match'.split(' ')

/** The obvious twin of `CoinbaseCodec`, for tests only: a tree of the whole frame, then field by field. */
export class CoinbaseOracle extends OracleRecords {
  readonly #table: InstrumentTable
  /** Which book of a frame of several is read. */
  #part = 0

  constructor(table: InstrumentTable, maxLevels: number, source: number) {
    super(maxLevels, source)
    this.#table = table
  }

  /** Decodes a socket frame, and of a frame of several books the one with this number; see `MarketCodec`. */
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number, part = 0): number {
    this.#part = part
    return this.guarded(frame, receivedAt, receivedNanos, root => {
      const object = knownObject(root, ROOT_KEYS)
      if (!object.fields.has('channel'))
        return object.fields.has('type') ? this.#exchange(object) : refuseFrame(Refusal.unknownKind)
      return object.fields.has('type') ? refuseFrame(Refusal.malformed) : this.#advanced(object)
    })
  }

  /** Decodes a REST book. */
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number {
    return this.guarded(frame, receivedAt, receivedNanos, root => {
      const object = knownObject(root, ROOT_KEYS)
      const found = this.#table.at(instrument)
      this.instrument = instrument
      const isNamed = object.fields.has('pricebook')
      const book = isNamed ? knownObject(field(object, 'pricebook'), ['product_id', 'bids', 'asks', 'time']) : object
      if (isNamed && textField(book, 'product_id') !== found.symbol) return refuseFrame(Refusal.malformed)
      const time = book.fields.has('time') ? instantField(book, 'time') : UNKNOWN_INSTANT
      for (const key of ['bids', 'asks'])
        for (const row of arrayField(book, key)) {
          const [price, size] = isNamed ? this.#named(row) : this.#listed(row, 3)
          this.#level(found, key === 'bids' ? Flag.bid | Flag.snapshot : Flag.snapshot, time, price, size, 0)
        }
      return FrameKind.snapshot
    })
  }

  #named(row: JsonValue): readonly JsonValue[] {
    const level = knownObject(row, ['price', 'size'])
    return [field(level, 'price'), field(level, 'size')]
  }

  #listed(row: JsonValue, cells: number): readonly JsonValue[] {
    return Array.isArray(row) && row.length === cells ? row : refuseFrame(Refusal.malformed)
  }

  #advanced(root: JsonObject): number {
    const sequence = intField(root, 'sequence_num')
    const sent = instantField(root, 'timestamp')
    const channel = textField(root, 'channel')
    const events = arrayField(root, 'events')
    switch (channel) {
      case 'l2_data':
        return this.#books(events, sent, sequence)
      case 'market_trades':
        return this.#rows(events, 'trades', FrameKind.trade, (row, flags) => this.#trade(row, flags))
      case 'ticker':
      case 'ticker_batch':
        return this.#rows(events, 'tickers', FrameKind.quote, row => this.#ticker(row, sent))
      case 'candles':
        return this.#rows(events, 'candles', FrameKind.bar, (row, flags) => this.#candle(row, flags, sent))
      case 'status':
        return this.#rows(events, 'products', FrameKind.status, row => this.#state(row, sent))
      case 'heartbeats':
      case 'subscriptions':
      case 'user':
      case 'futures_balance_summary':
        return FrameKind.control
      default:
        return refuseFrame(Refusal.unknownKind)
    }
  }

  #books(events: readonly JsonValue[], sent: OracleInstant, sequence: number): number {
    const kinds: number[] = []
    let wanted = -1
    for (const [at, event] of events.entries()) {
      this.batch.count = 0
      kinds.push(this.#book(knownObject(event, EVENT_KEYS), sent, sequence))
      if (at === this.#part) wanted = this.instrument
    }
    const kind = kinds[this.#part]
    if (kind === undefined) return this.#nothing()
    this.batch.count = 0
    this.#book(knownObject(events[this.#part], EVENT_KEYS), sent, sequence)
    this.instrument = wanted
    this.ids.last = sequence
    return kind
  }

  #nothing(): number {
    this.batch.count = 0
    return FrameKind.control
  }

  #book(event: JsonObject, sent: OracleInstant, sequence: number): number {
    const type = wordField(event, 'type', ['snapshot', 'update'])
    const instrument = this.#instrument(textField(event, 'product_id'))
    for (const row of arrayField(event, 'updates')) {
      const level = knownObject(row, UPDATE_KEYS)
      const side = wordField(level, 'side', ['bid', 'offer', 'ask']) === 'bid' ? Flag.bid : 0
      const time = instantField(level, 'event_time')
      const flags = type === 'snapshot' ? side | Flag.snapshot : side
      const [price, size] = [field(level, 'price_level'), field(level, 'new_quantity')]
      this.#level(instrument, flags, time.micros === 0 ? sent : time, price, size, sequence)
    }
    return type === 'snapshot' ? FrameKind.snapshot : FrameKind.depth
  }

  #level(
    instrument: Instrument,
    flags: number,
    time: OracleInstant,
    price: JsonValue | undefined,
    size: JsonValue | undefined,
    updateId: number,
  ): void {
    const ticks = steps(price ?? null, instrument.price, 1)
    const lots = steps(size ?? null, instrument.quantity, 0)
    this.append(Kind.level, flags, time).lanes(ticks, lots, updateId, 0)
  }

  #rows(
    events: readonly JsonValue[],
    key: string,
    kind: number,
    read: (row: JsonValue, flags: number) => void,
  ): number {
    for (const each of events) {
      const event = knownObject(each, EVENT_KEYS)
      const flags = wordField(event, 'type', ['snapshot', 'update']) === 'snapshot' ? Flag.snapshot : 0
      const before = this.batch.count
      for (const row of arrayField(event, key)) read(row, flags)
      if (kind === FrameKind.trade) this.#turn(before)
    }
    return this.batch.count === 0 ? FrameKind.control : kind
  }

  /** Records newest first become oldest first. */
  #turn(from: number): void {
    const { bytes, count } = this.batch
    const rows = Array.from({ length: count - from }, (_, at) => bytes.slice((from + at) * 64, (from + at + 1) * 64))
    if (rows.length === 0) return
    const [first, last] = [rows[0]!, rows.at(-1)!].map(row => new Float64Array(row.buffer))
    const isNewestFirst = first![1]! > last![1]! || (first![1] === last![1] && first![6]! > last![6]!)
    if (isNewestFirst) for (const [at, row] of rows.reverse().entries()) bytes.set(row, (from + at) * 64)
  }

  #trade(row: JsonValue, flags: number): void {
    const trade = knownObject(row, TRADE_KEYS)
    const instrument = this.#instrument(textField(trade, 'product_id'))
    const { id, isCut } = idField(trade, 'trade_id')
    const taker = wordField(trade, 'side', ['BUY', 'SELL']) === 'SELL' ? Flag.aggressorBuy : 0
    this.#print(trade, instrument, flags | taker | (isCut ? Flag.truncatedId : 0), id)
  }

  #print(trade: JsonObject, instrument: Instrument, flags: number, id: number): void {
    const price = stepsField(trade, 'price', instrument.price, 1)
    const lots = stepsField(trade, 'size', instrument.quantity, 1)
    this.append(Kind.trade, flags, instantField(trade, 'time')).lanes(price, lots, id, id).withExtra(1)
  }

  #ticker(row: JsonValue, sent: OracleInstant): void {
    const ticker = knownObject(row, TICKER_KEYS)
    const instrument = this.#find(textField(ticker, 'product_id'))
    this.#quote(ticker, instrument, ['best_bid', 'best_bid_quantity', 'best_ask', 'best_ask_quantity'], sent)
  }

  #quote(ticker: JsonObject, instrument: Instrument, keys: readonly string[], time: OracleInstant): void {
    const lanes = keys.map((key, at) => {
      if (isAbsentField(ticker, key)) return 0
      return stepsField(ticker, key, at % 2 === 0 ? instrument.price : instrument.quantity, 0)
    })
    if (lanes.includes(0)) return
    this.instrument = instrument.index
    this.append(Kind.quote, 0, time).lanes(lanes[0]!, lanes[1]!, lanes[2]!, lanes[3]!)
  }

  #candle(row: JsonValue, flags: number, sent: OracleInstant): void {
    const candle = knownObject(row, CANDLE_KEYS)
    const { price, quantity } = this.#instrument(textField(candle, 'product_id'))
    const { id: start, isCut } = idField(candle, 'start')
    if (isCut || start > 9e9) refuseFrame(Refusal.badNumber)
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(key => stepsField(candle, key, price, 1))
    const volume = stepsField(candle, 'volume', quantity, 0)
    const opened = { micros: start * 1e6, nanos: 0 }
    this.append(Kind.bar, flags, opened).lanes(open!, high!, low!, close!).withExtra(300)
    this.append(Kind.barVolume, flags, sent).lanes(volume, 0, 0, 0).withExtra(300)
  }

  #state(row: JsonValue, time: OracleInstant): void {
    const product = knownObject(row, ['id', 'status'])
    const state = STATES[wordField(product, 'status', Object.keys(STATES))]!
    const instrument = this.#table.find(COINBASE, textField(product, 'id'))
    if (instrument === undefined) return
    this.instrument = instrument.index
    this.append(Kind.status, 0, time).lanes(state, 0, 0, 0)
  }

  #exchange(root: JsonObject): number {
    const type = textField(root, 'type')
    if (PASSED_OVER.includes(type)) return FrameKind.control
    if (type === 'status') {
      for (const row of arrayField(root, 'products')) this.#state(row, UNKNOWN_INSTANT)
      return this.batch.count === 0 ? FrameKind.control : FrameKind.status
    }
    if (!['snapshot', 'l2update', 'match', 'last_match', 'ticker'].includes(type)) refuseFrame(Refusal.unknownKind)
    const instrument = this.#instrument(textField(root, 'product_id'))
    const time = type === 'l2update' || root.fields.has('time') ? instantField(root, 'time') : UNKNOWN_INSTANT
    switch (type) {
      case 'snapshot':
        for (const key of ['bids', 'asks'])
          for (const row of arrayField(root, key)) {
            const [price, size] = this.#listed(row, 2)
            this.#level(instrument, key === 'bids' ? Flag.bid | Flag.snapshot : Flag.snapshot, time, price, size, 0)
          }
        return FrameKind.snapshot
      case 'l2update':
        for (const row of arrayField(root, 'changes')) {
          const [side, price, size] = this.#listed(row, 3)
          if (side !== 'buy' && side !== 'sell') refuseFrame(Refusal.malformed)
          this.#level(instrument, side === 'buy' ? Flag.bid : 0, time, price, size, 0)
        }
        return FrameKind.depth
      case 'ticker':
        this.#quote(root, instrument, ['best_bid', 'best_bid_size', 'best_ask', 'best_ask_size'], time)
        return this.batch.count === 0 ? FrameKind.control : FrameKind.quote
    }
    const taker = wordField(root, 'side', ['buy', 'sell']) === 'sell' ? Flag.aggressorBuy : 0
    this.#print(root, instrument, taker | (type === 'last_match' ? Flag.snapshot : 0), intField(root, 'trade_id'))
    return FrameKind.trade
  }

  #find(symbol: string): Instrument {
    return this.#table.find(COINBASE, symbol) ?? refuseFrame(Refusal.unknownSymbol)
  }

  #instrument(symbol: string): Instrument {
    const instrument = this.#find(symbol)
    this.instrument = instrument.index
    return instrument
  }
}
