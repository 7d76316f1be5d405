import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { arrayField, boolField, field, intField, Refused, refuseFrame, textField } from '../wire/oracle-fields.ts'
import {
  floatNumber,
  gridNumber,
  idField,
  knownObject,
  millisField,
  type OracleInstant,
  OracleRecords,
  scaledNumber,
  wordField,
} from '../wire/oracle-records.ts'
import type { JsonObject, JsonValue } from '../wire/strict-json.ts'
import { encodeUtf8 } from '../wire/utf8.ts'
import { DERIBIT } from './deribit-venue.ts'
import { priceIndexOf } from './price-index.ts'

const ROOT_KEYS = 'jsonrpc method params id result error'.split(' ')
const BODY_KEYS =
  'type instrument_name timestamp change_id prev_change_id bids asks best_bid_price best_bid_amount best_ask_price best_ask_amount mark_price index_price estimated_delivery_price current_funding interest state tick open high low close volume cost'.split(
    ' ',
  )
const TRADE_KEYS = 'instrument_name timestamp price amount direction trade_seq trade_id block_trade_id'.split(' ')
const KINDS = '(future|option|spot|future_combo|option_combo|combo|any)'
const NAME = '([^.]*)'
const INTERVAL = '(raw|100ms|agg2)'
const PASSED_OVER =
  /^(incremental_ticker|deribit_price_index|deribit_price_ranking|deribit_price_statistics|markprice|deribit_volatility_index|estimated_expiration_price|platform_state|announcements|user|rfq|block_rfq|block_trade_confirmations|combo_trades|mark_price|expiration_price)(\.|$)/
const STATES: Readonly<Record<string, number>> = {
  created: MarketStatus.closed,
  started: MarketStatus.trading,
  open: MarketStatus.trading,
  settled: MarketStatus.closed,
  closed: MarketStatus.closed,
  terminated: MarketStatus.closed,
  locked: MarketStatus.halted,
  halted: MarketStatus.halted,
  settlement: MarketStatus.closed,
  delivered: MarketStatus.closed,
  inactive: MarketStatus.closed,
  deactivated: MarketStatus.closed,
  archivized: MarketStatus.closed,
}

/** The obvious twin of `DeribitCodec`, for tests only: a tree of the whole frame, then field by field. */
export class DeribitOracle extends OracleRecords {
  readonly #table: InstrumentTable
  /** Whether the mark behind the quote of a ticker is wanted. */
  #wantsMark = false

  constructor(table: InstrumentTable, maxLevels: number, source: number) {
    super(maxLevels, source)
    this.#table = table
  }

  /** Decodes a socket frame, its part 1 if that is asked for; see `MarketCodec`. */
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number, part = 0): number {
    this.#wantsMark = part === 1
    return this.guarded(frame, receivedAt, receivedNanos, value => {
      const root = knownObject(value, ROOT_KEYS)
      if (textField(root, 'jsonrpc') !== '2.0') refuseFrame(Refusal.malformed)
      const [id, result, error] = ['id', 'result', 'error'].map(key => root.fields.has(key))
      if (!root.fields.has('method'))
        return id && result !== error ? FrameKind.control : refuseFrame(Refusal.unknownKind)
      if (id || result || error) refuseFrame(Refusal.malformed)
      const method = textField(root, 'method')
      if (method === 'heartbeat') return FrameKind.control
      if (method !== 'subscription') refuseFrame(Refusal.unknownKind)
      const params = knownObject(field(root, 'params'), ['channel', 'data'])
      const channel = textField(params, 'channel')
      if (!/^[ -~]{0,64}$/.test(channel)) refuseFrame(Refusal.malformed)
      return this.#channel(channel, field(params, 'data'))
    })
  }

  /** Decodes an answer of `public/get_order_book`. */
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number {
    return this.guarded(frame, receivedAt, receivedNanos, value => {
      const body = knownObject(field(knownObject(value, ROOT_KEYS), 'result'), BODY_KEYS)
      const found = this.#table.at(instrument)
      this.instrument = instrument
      if (textField(body, 'instrument_name') !== found.symbol) refuseFrame(Refusal.malformed)
      return this.#whole(body, found, FrameKind.snapshot)
    })
  }

  #channel(name: string, data: JsonValue): number {
    if (name === 'platform_state') return this.#locks(data)
    if (PASSED_OVER.test(name)) return FrameKind.control
    const parts = (pattern: string): RegExpExecArray | null => new RegExp(`^${pattern}$`).exec(name)
    const ofMany = parts(`trades\\.${KINDS}\\.${NAME}\\.${INTERVAL}`)
    if (ofMany !== null) return this.#trades(data, undefined)
    const ofOne = parts(`trades\\.${NAME}\\.${INTERVAL}`)
    if (ofOne !== null) return this.#trades(data, this.#find(ofOne[1]!))
    const body = (): JsonObject => knownObject(data, BODY_KEYS)
    if (parts(`instrument\\.state\\.${KINDS}\\.${NAME}`) !== null) return this.#state(body())
    const chart = parts(`chart\\.trades\\.${NAME}\\.(1|3|5|10|15|30|60|120|180|360|720|1D)`)
    if (chart !== null) return this.#chart(body(), this.#use(chart[1]!), chart[2]!)
    const perpetual = parts(`perpetual\\.${NAME}\\.${INTERVAL}`)
    if (perpetual !== null) return this.#perpetual(body(), this.#use(perpetual[1]!))
    const book = parts(`book\\.${NAME}\\.${INTERVAL}`)
    if (book !== null) return this.#changes(body(), this.#named(body(), book[1]!))
    const grouped = parts(`book\\.${NAME}\\.(none|\\d+)\\.\\d+\\.${INTERVAL}`)
    if (grouped !== null) {
      const instrument = this.#named(body(), grouped[1]!)
      return grouped[2] === 'none' ? this.#whole(body(), instrument, FrameKind.partialDepth) : FrameKind.control
    }
    const ticker = parts(`ticker\\.${NAME}\\.${INTERVAL}`)
    if (ticker !== null) return this.#ticker(body(), this.#named(body(), ticker[1]!))
    const quote = parts(`quote\\.${NAME}`)
    if (quote === null) return refuseFrame(Refusal.unknownKind)
    return this.#quote(body(), this.#named(body(), quote[1]!)) ? FrameKind.quote : FrameKind.control
  }

  #changes(body: JsonObject, instrument: Instrument): number {
    const type = wordField(body, 'type', ['snapshot', 'change'])
    const time = millisField(body, 'timestamp')
    const id = intField(body, 'change_id')
    const previous = body.fields.get('prev_change_id') ?? null
    const link = type === 'change' || previous !== null ? intField(body, 'prev_change_id') : -1
    for (const key of ['bids', 'asks'])
      for (const row of arrayField(body, key)) {
        const [action, price, amount, ...more] = Array.isArray(row) ? row : []
        if (typeof action !== 'string' || !['new', 'change', 'delete'].includes(action) || more.length > 0)
          refuseFrame(Refusal.malformed)
        const flags = (type === 'snapshot' ? Flag.snapshot : 0) | (key === 'bids' ? Flag.bid : 0)
        const lots = this.#level(instrument, flags, time, price, amount, id)
        if ((lots === 0) !== (action === 'delete')) refuseFrame(Refusal.badNumber)
      }
    this.ids.last = id
    if (type === 'snapshot') return FrameKind.snapshot
    this.ids.previous = link
    return FrameKind.depth
  }

  #whole(body: JsonObject, instrument: Instrument, kind: number): number {
    if (body.fields.has('type')) refuseFrame(Refusal.malformed)
    const time = millisField(body, 'timestamp')
    const id = intField(body, 'change_id')
    for (const key of ['bids', 'asks'])
      for (const row of arrayField(body, key)) {
        const [price, amount, ...more] = Array.isArray(row) ? row : []
        if (more.length > 0) refuseFrame(Refusal.malformed)
        this.#level(instrument, Flag.snapshot | (key === 'bids' ? Flag.bid : 0), time, price, amount, id)
      }
    this.ids.last = id
    return kind
  }

  #level(
    { price, quantity }: Instrument,
    flags: number,
    time: OracleInstant,
    at: JsonValue | undefined,
    amount: JsonValue | undefined,
    id: number,
  ): number {
    const ticks = gridNumber(at, price)
    if (ticks === 0) refuseFrame(Refusal.badNumber)
    const lots = gridNumber(amount, quantity)
    this.append(Kind.level, flags, time).lanes(ticks, lots, id, 0)
    return lots
  }

  #trades(rows: JsonValue, expected: Instrument | undefined): number {
    if (!Array.isArray(rows)) return refuseFrame(Refusal.malformed)
    for (const row of rows) this.#trade(knownObject(row, TRADE_KEYS), expected)
    return this.batch.count === 0 ? FrameKind.control : FrameKind.trade
  }

  #trade(trade: JsonObject, expected: Instrument | undefined): void {
    const symbol = textField(trade, 'instrument_name')
    const instrument = this.#table.find(DERIBIT, symbol)
    if (expected === undefined && instrument === undefined) return
    if (instrument === undefined) throw new Refused(Refusal.unknownSymbol)
    if (expected !== undefined && instrument !== expected) refuseFrame(Refusal.malformed)
    const side = wordField(trade, 'direction', ['buy', 'sell']) === 'buy' ? Flag.aggressorBuy : 0
    const time = millisField(trade, 'timestamp')
    intField(trade, 'trade_seq')
    const { id, isCut } = idField(trade, 'trade_id')
    if ((trade.fields.get('block_trade_id') ?? null) !== null) {
      textField(trade, 'block_trade_id')
      return
    }
    const price = gridNumber(field(trade, 'price'), instrument.price)
    const lots = gridNumber(field(trade, 'amount'), instrument.quantity)
    if (price === 0 || lots === 0) refuseFrame(Refusal.badNumber)
    this.instrument = instrument.index
    const flags = side | (isCut ? Flag.truncatedId : 0)
    this.append(Kind.trade, flags, time).lanes(price, lots, id, id).withExtra(1)
  }

  /** Whether there is a quote, which is then written. */
  #quote(body: JsonObject, instrument: Instrument): boolean {
    const time = millisField(body, 'timestamp')
    const lanes = ['best_bid_price', 'best_bid_amount', 'best_ask_price', 'best_ask_amount'].map((key, at) => {
      const value = body.fields.get(key) ?? null
      return value === null ? 0 : gridNumber(value, at % 2 === 0 ? instrument.price : instrument.quantity)
    })
    if (lanes.includes(0)) return false
    this.append(Kind.quote, 0, time).lanes(lanes[0]!, lanes[1]!, lanes[2]!, lanes[3]!)
    return true
  }

  #ticker(body: JsonObject, instrument: Instrument): number {
    const isQuote = this.#quote(body, instrument)
    const time = millisField(body, 'timestamp')
    const isThere = (key: string): boolean => (body.fields.get(key) ?? null) !== null
    const scaled = (key: string, decimals: number): number =>
      isThere(key) ? scaledNumber(body, key, decimals, true) : 0
    const mark = scaled('mark_price', 8)
    const index = scaled('index_price', 8)
    const settle = scaled('estimated_delivery_price', 8)
    const rate = isThere('mark_price') ? scaled('current_funding', 12) : 0
    if (isQuote && !this.#wantsMark) return FrameKind.quote
    this.batch.count = 0
    if (!isThere('mark_price')) return FrameKind.control
    this.append(Kind.mark, 0, time).lanes(mark, index, settle, 0)
    if (isThere('current_funding')) this.append(Kind.funding, 0, time).lanes(rate, 0, 0, 0)
    return FrameKind.mark
  }

  #perpetual(body: JsonObject, _instrument: Instrument): number {
    const time = millisField(body, 'timestamp')
    this.append(Kind.funding, 0, time).lanes(scaledNumber(body, 'interest', 12, true), 0, 0, 0)
    return FrameKind.mark
  }

  #chart(body: JsonObject, { price, quantity, contract }: Instrument, resolution: string): number {
    const seconds = resolution === '1D' ? 86_400 : Number(resolution) * 60
    const time = millisField(body, 'tick')
    const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(key => gridNumber(field(body, key), price))
    if ([open, high, low, close].includes(0)) refuseFrame(Refusal.badNumber)
    const cost = floatNumber(field(body, 'cost'))
    const volume = scaledNumber(body, contract.kind === 'inverse' ? 'cost' : 'volume', quantity.decimals, true)
    if (volume < 0) refuseFrame(Refusal.badNumber)
    const lots = Math.round(volume / quantity.step)
    this.append(Kind.bar, 0, time).lanes(open!, high!, low!, close!).withExtra(seconds)
    this.append(Kind.barVolume, 0, time).lanes(lots, 0, 0, cost).withExtra(seconds)
    return FrameKind.bar
  }

  #state(body: JsonObject): number {
    const state = STATES[wordField(body, 'state', Object.keys(STATES))]!
    const time = millisField(body, 'timestamp')
    const instrument = this.#table.find(DERIBIT, textField(body, 'instrument_name'))
    if (instrument === undefined) return FrameKind.control
    this.instrument = instrument.index
    this.append(Kind.status, 0, time).lanes(state, 0, 0, 0)
    return FrameKind.status
  }

  /** A lock halts what it is about; that it is lifted says nothing about an instrument. */
  #locks(data: JsonValue): number {
    const body = knownObject(data, ['maintenance', 'price_index', 'locked'])
    const isOfAll = body.fields.has('maintenance')
    const index = isOfAll ? '' : textField(body, 'price_index')
    if (encodeUtf8(index).length > 64) refuseFrame(Refusal.malformed)
    if (!boolField(body, isOfAll ? 'maintenance' : 'locked')) return FrameKind.control
    for (const { symbol, venue, index: number } of this.#table.all) {
      if (venue !== DERIBIT || (!isOfAll && priceIndexOf(symbol) !== index)) continue
      this.instrument = number
      this.append(Kind.status, 0, 0).lanes(MarketStatus.halted, 0, 0, 0)
    }
    return this.batch.count === 0 ? FrameKind.control : FrameKind.status
  }

  #find(symbol: string): Instrument {
    return this.#table.find(DERIBIT, symbol) ?? refuseFrame(Refusal.unknownSymbol)
  }

  #use(symbol: string): Instrument {
    const instrument = this.#find(symbol)
    this.instrument = instrument.index
    return instrument
  }

  /** The instrument of the channel, which the data must name too. */
  #named(body: JsonObject, symbol: string): Instrument {
    return textField(body, 'instrument_name') === symbol ? this.#use(symbol) : refuseFrame(Refusal.malformed)
  }
}
