import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { arrayField, field, objectField, refuseFrame, steps, textField } from '../wire/oracle-fields.ts'
import { OracleRecords } from '../wire/oracle-records.ts'
import { JsonObject, type JsonValue, NumberText } from '../wire/strict-json.ts'
import { decodeUtf8 } from '../wire/utf8.ts'
import { BAR_SECONDS, EVENTS, UNREAD_CHANNELS } from './channels.ts'
import { scaledText, signedField, wholeField, wholeText } from './oracle-texts.ts'

const BOOKS = ['books', 'books-l2-tbt', 'books50-l2-tbt']
const SINGLE_BOOKS = [...BOOKS, 'books5', 'bbo-tbt']
const BAR = /^(candle|mark-price-candle|index-candle|sprd-candle)(\d+[smHDWM])(utc)?$/
const TRADE_KEYS = ['instId', 'tradeId', 'px', 'sz', 'side', 'ts', 'count', 'source', 'seqId']
const STATES: Readonly<Record<string, number>> = {
  live: MarketStatus.trading,
  suspend: MarketStatus.halted,
  test: MarketStatus.halted,
  rebase: MarketStatus.halted,
  preopen: MarketStatus.auction,
  post_only: MarketStatus.auction,
  expired: MarketStatus.closed,
  settling: MarketStatus.closed,
}

/**
 * The obvious twin of `OkxCodec`, for tests only: a tree of the whole frame, then field by field, with decimals read by
 * `parseOnGrid`. It shares neither tables nor number reading with the codec. The two must agree on what is refused, and on
 * every byte of what is not.
 */
export class MarketCodecOracle extends OracleRecords {
  readonly #venue: string
  readonly #instruments: InstrumentTable

  constructor(venue: string, instruments: InstrumentTable, maxLevels: number, source: number) {
    super(maxLevels, source)
    this.#venue = venue
    this.#instruments = instruments
  }

  /** Decodes a socket frame; see `MarketCodec.decode`. */
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number): number {
    const isPong = decodeUtf8(frame, 0, frame.length) === 'pong'
    const kind = this.guarded(frame, receivedAt, receivedNanos, root => this.#root(root))
    if (isPong || kind === FrameKind.control) this.forget()
    return isPong ? FrameKind.control : kind
  }

  /** Decodes a REST answer with a whole book; see `MarketCodec.decodeSnapshot`. */
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number {
    return this.guarded(frame, receivedAt, receivedNanos, root => {
      if (!(root instanceof JsonObject) || root.hasEscapedKey) return refuseFrame(Refusal.malformed)
      if (textField(root, 'code') !== '0') return refuseFrame(Refusal.unknownKind)
      this.#book('books5', undefined, one(arrayField(root, 'data')), this.#instruments.at(instrument))
      return FrameKind.snapshot
    })
  }

  #root(root: JsonValue): number {
    if (!(root instanceof JsonObject) || root.hasEscapedKey) return refuseFrame(Refusal.malformed)
    for (const key of ['arg', 'action', 'data', 'event'])
      if (root.repeated.has(key)) return refuseFrame(Refusal.missingField)
    if (root.fields.has('event')) {
      if (root.fields.has('data') || root.fields.has('action')) return refuseFrame(Refusal.malformed)
      return EVENTS.includes(textField(root, 'event')) ? FrameKind.control : refuseFrame(Refusal.unknownKind)
    }
    const data = field(root, 'data')
    const arg = objectField(root, 'arg')
    const channel = textField(arg, 'channel')
    if (arg.repeated.has('instId')) return refuseFrame(Refusal.missingField)
    const bar = BAR.exec(channel)
    const seconds = bar === null ? 0 : (BAR_SECONDS[bar[2]!] ?? 0)
    const isBar = seconds > 0 && (bar?.[3] === undefined || seconds >= 21_600)
    if (UNREAD_CHANNELS.includes(channel) || (isBar && bar?.[1] !== 'candle')) return FrameKind.control
    const action = root.fields.has('action') ? textField(root, 'action') : undefined
    if (BOOKS.includes(channel) !== (action === 'snapshot' || action === 'update'))
      return refuseFrame(Refusal.malformed)
    if (!BOOKS.includes(channel) && action !== undefined) return refuseFrame(Refusal.malformed)
    if (!Array.isArray(data) || data.length === 0) return refuseFrame(Refusal.malformed)
    if (channel === 'instruments') return this.#states(data)
    const instrument = this.#instruments.find(this.#venue, textField(arg, 'instId'))
    if (instrument === undefined) return refuseFrame(Refusal.unknownSymbol)
    this.instrument = instrument.index
    if (SINGLE_BOOKS.includes(channel)) return this.#book(channel, action, one(data), instrument)
    return this.#elements(channel, data, instrument, isBar ? seconds : 0)
  }

  #elements(channel: string, data: readonly JsonValue[], instrument: Instrument, seconds: number): number {
    const each = (read: (element: JsonObject) => void, kind: number): number => {
      for (const element of data) {
        if (!(element instanceof JsonObject) || element.hasEscapedKey) return refuseFrame(Refusal.malformed)
        if (textField(element, 'instId') !== instrument.symbol) return refuseFrame(Refusal.malformed)
        read(element)
      }
      return this.batch.count === 0 ? FrameKind.control : kind
    }
    switch (channel) {
      case 'trades':
      case 'trades-all':
        return each(trade => this.#trade(channel, trade, instrument), FrameKind.trade)
      case 'tickers':
        return each(ticker => this.#ticker(ticker, instrument), FrameKind.quote)
      case 'funding-rate':
        return each(funding => this.#funding(funding), FrameKind.mark)
      case 'mark-price':
        return each(mark => this.#mark(mark), FrameKind.mark)
    }
    if (seconds === 0) return refuseFrame(Refusal.unknownKind)
    for (const row of data) this.#bar(row, instrument, seconds)
    return FrameKind.bar
  }

  #book(channel: string, action: string | undefined, book: JsonValue, instrument: Instrument): number {
    if (!(book instanceof JsonObject) || book.hasEscapedKey) return refuseFrame(Refusal.malformed)
    this.instrument = instrument.index
    const has = (key: string): boolean => book.fields.has(key)
    const time = wholeField(book, 'ts') * 1000
    if (!Number.isSafeInteger(time)) refuseFrame(Refusal.badNumber)
    const checksum = has('checksum') ? signedField(book, 'checksum') : 0
    const previous = has('prevSeqId') ? signedField(book, 'prevSeqId') : -1
    if (checksum < -(2 ** 31) || checksum >= 2 ** 31) refuseFrame(Refusal.badNumber)
    if (has('seqId')) this.ids.last = seqOf(field(book, 'seqId'))
    if (BOOKS.includes(channel)) {
      if (has('seqId') !== has('prevSeqId') || (!has('seqId') && checksum === 0)) refuseFrame(Refusal.missingField)
      if (previous < -1) refuseFrame(Refusal.badNumber)
      this.ids.previous = previous
    }
    arrayField(book, 'asks')
    arrayField(book, 'bids')
    if (channel === 'bbo-tbt') return this.#touch(book, instrument, time)
    const flags = action === 'update' ? 0 : Flag.snapshot
    for (const key of [...book.fields.keys()].filter(key => key === 'asks' || key === 'bids'))
      for (const row of arrayField(book, key)) {
        const [price, lots, orders] = levelOf(row, instrument)
        const lanes = [price, lots, Math.max(0, this.ids.last), orders] as const
        this.append(Kind.level, flags | (key === 'bids' ? Flag.bid : 0), time).lanes(...lanes)
      }
    return channel === 'books5' ? FrameKind.partialDepth : action === 'update' ? FrameKind.depth : FrameKind.snapshot
  }

  #touch(book: JsonObject, instrument: Instrument, time: number): number {
    const [bid, ask] = ['bids', 'asks'].map(key => {
      const rows = arrayField(book, key).map(row => levelOf(row, instrument))
      return rows.length > 1 ? refuseFrame(Refusal.malformed) : (rows[0] ?? [0, 0])
    })
    return this.#quote(time, bid![0]!, bid![1]!, ask![0]!, ask![1]!) ? FrameKind.quote : FrameKind.control
  }

  #quote(time: number, bid: number, bidLots: number, ask: number, askLots: number): boolean {
    if (bid === 0 || bidLots === 0 || ask === 0 || askLots === 0) return false
    this.append(Kind.quote, 0, time).lanes(bid, bidLots, ask, askLots)
    return true
  }

  #ticker(ticker: JsonObject, { price, quantity }: Instrument): void {
    const side = (key: string, grid: Instrument['price']): number =>
      field(ticker, key) === '' ? 0 : steps(field(ticker, key), grid, 0)
    const time = this.#time(ticker)
    this.#quote(time, side('bidPx', price), side('bidSz', quantity), side('askPx', price), side('askSz', quantity))
  }

  #trade(channel: string, trade: JsonObject, { price, quantity }: Instrument): void {
    const isWhole = [...trade.fields.keys()].every(key => TRADE_KEYS.includes(key))
    const hasCount = trade.fields.has('count')
    const count = hasCount ? wholeField(trade, 'count') : 1
    if (channel === 'trades' && !hasCount && !isWhole) refuseFrame(Refusal.missingField)
    const isSum = channel === 'trades' && hasCount
    const trades = isSum ? count : 1
    const id = wholeField(trade, 'tradeId')
    const first = id - trades + 1
    const side = textField(trade, 'side')
    if (side !== 'buy' && side !== 'sell') refuseFrame(Refusal.malformed)
    if (trades < 1 || trades >= 2 ** 31 || first < 0) refuseFrame(Refusal.badNumber)
    const flags = (side === 'buy' ? Flag.aggressorBuy : 0) | (isSum ? Flag.aggregate : 0)
    this.append(Kind.trade, flags, this.#time(trade))
      .lanes(steps(field(trade, 'px'), price, 1), steps(field(trade, 'sz'), quantity, 1), id, first)
      .withExtra(trades)
  }

  #bar(row: JsonValue, { price, quantity }: Instrument, seconds: number): void {
    const cells: readonly JsonValue[] = Array.isArray(row) && row.length === 9 ? row : refuseFrame(Refusal.malformed)
    const [ts, open, high, low, close, volume, coins, value, confirm] = cells
    const opened = wholeText(ts) * 1000
    if (!Number.isSafeInteger(opened)) refuseFrame(Refusal.badNumber)
    const [o, h, l, c] = [open, high, low, close].map(cell => steps(cell!, price, 1))
    const lots = steps(volume!, quantity, 0)
    for (const cell of [coins, value])
      if (typeof cell !== 'string' || !/^(0|[1-9]\d*)(\.\d+)?$/.test(cell) || cell.length > 40)
        refuseFrame(Refusal.badNumber)
    const isClosed = wholeText(confirm)
    if (isClosed > 1) refuseFrame(Refusal.badNumber)
    const flags = isClosed === 1 ? Flag.closed : 0
    this.append(Kind.bar, flags, opened).lanes(o!, h!, l!, c!).withExtra(seconds)
    this.append(Kind.barVolume, flags, 0).lanes(lots, 0, 0, Number(value)).withExtra(seconds)
  }

  #funding(funding: JsonObject): void {
    const next = wholeField(funding, 'fundingTime') * 1000
    if (!Number.isSafeInteger(next)) refuseFrame(Refusal.badNumber)
    const time = this.#time(funding)
    const rate = scaledText(field(funding, 'fundingRate'), 12)
    if (rate !== undefined) this.append(Kind.funding, 0, time).lanes(rate, next, 0, 0)
  }

  #mark(mark: JsonObject): void {
    const time = this.#time(mark)
    const price = scaledText(field(mark, 'markPx'), 8)
    if (price !== undefined && price < 0) refuseFrame(Refusal.badNumber)
    if (price !== undefined) this.append(Kind.mark, 0, time).lanes(price, 0, 0, 0)
  }

  #states(definitions: readonly JsonValue[]): number {
    for (const definition of definitions) {
      if (!(definition instanceof JsonObject) || definition.hasEscapedKey) return refuseFrame(Refusal.malformed)
      const instrument = this.#instruments.find(this.#venue, textField(definition, 'instId'))
      const state = textField(definition, 'state')
      if (instrument === undefined) continue
      if (!Object.hasOwn(STATES, state)) return refuseFrame(Refusal.unknownKind)
      this.instrument = instrument.index
      this.append(Kind.status, 0, 0).lanes(STATES[state]!, 0, 0, 0)
    }
    return this.batch.count === 0 ? FrameKind.control : FrameKind.status
  }

  #time(object: JsonObject): number {
    const time = wholeField(object, 'ts') * 1000
    return Number.isSafeInteger(time) ? time : refuseFrame(Refusal.badNumber)
  }
}

/** The only element of a list. */
function one(list: readonly JsonValue[]): JsonValue {
  return list.length === 1 ? list[0]! : refuseFrame(Refusal.malformed)
}

/** `["price","quantity","0","orders"]` */
function levelOf(row: JsonValue, { price, quantity }: Instrument): [number, number, number] {
  if (!Array.isArray(row) || row.length !== 4) return refuseFrame(Refusal.malformed)
  const cells = row as readonly JsonValue[]
  wholeText(cells[2])
  return [steps(cells[0]!, price, 1), steps(cells[1]!, quantity, 0), wholeText(cells[3])]
}

function seqOf(value: JsonValue): number {
  if (!(value instanceof NumberText) || !/^\d+$/.test(value.text)) return refuseFrame(Refusal.badNumber)
  return Number.isSafeInteger(Number(value.text)) ? Number(value.text) : refuseFrame(Refusal.badNumber)
}
