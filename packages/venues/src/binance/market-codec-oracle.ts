import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import {
  arrayField,
  boolField,
  floatField,
  hasOnly,
  intField,
  objectField,
  refuseFrame,
  scaledField,
  steps,
  stepsField,
  textField,
  timeField,
} from '../wire/oracle-fields.ts'
import { OracleRecords } from '../wire/oracle-records.ts'
import { JsonObject, type JsonValue } from '../wire/strict-json.ts'
import type { Dialect } from './frame-fields.ts'
import { type Promised, promiseOf, STREAMS } from './stream-oracle.ts'

/** Events that are known and not read. */
const UNREAD =
  /^(24hrTicker|24hrMiniTicker|1hTicker|4hTicker|1dTicker|avgPrice|referencePrice|blockTrade|serverShutdown|forceOrder|compositeIndex|contractInfo|assetIndexUpdate|continuous_kline|tradingSession)$/
/** What becomes of a contract, in the venue's words. */
const { trading, halted, closed } = MarketStatus
const CONTRACT_STATES: Readonly<Record<string, number>> = {
  ...{ TRADING: trading, TRADING_HALT: halted, TRADING_CANCEL_ONLY: halted, PENDING_TRADING: closed, CLOSE: closed },
  ...{ PRE_DELIVERING: closed, DELIVERING: closed, DELIVERED: closed, PRE_SETTLE: closed, SETTLING: closed },
}
/** Seconds of one unit of a bar's length; a month counts 30 days. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, M: 2_592_000 }

/**
 * The obvious twin of `BinanceCodec`, for tests only: a tree of the whole frame, then field by field, with decimals read by
 * `parseOnGrid`. It allocates without shame and shares neither tables nor number reading with the codec. The two must
 * agree on what is refused, and on every byte of what is not.
 */
export class MarketCodecOracle extends OracleRecords {
  readonly #isUsdm: boolean
  readonly #venue: string
  readonly #instruments: InstrumentTable

  constructor(dialect: Dialect, venue: string, instruments: InstrumentTable, maxLevels: number, source: number) {
    super(maxLevels, source)
    this.#isUsdm = dialect === 'usdm'
    this.#venue = venue
    this.#instruments = instruments
  }

  /** Decodes a socket frame; see `MarketCodec.decode`. */
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number): number {
    return this.guarded(frame, receivedAt, receivedNanos, root => this.#root(root))
  }

  /** Decodes a REST answer with a whole book; see `MarketCodec.decodeSnapshot`. */
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number {
    return this.guarded(frame, receivedAt, receivedNanos, root => {
      if (!(root instanceof JsonObject) || root.hasEscapedKey) return refuseFrame(Refusal.malformed)
      return this.#book(root, this.#instruments.at(instrument), FrameKind.snapshot)
    })
  }

  #root(root: JsonValue): number {
    if (Array.isArray(root)) return this.#list(root)
    if (!(root instanceof JsonObject) || root.hasEscapedKey) return refuseFrame(Refusal.malformed)
    if (!root.fields.has('stream')) {
      if (root.repeated.has('data')) refuseFrame(Refusal.missingField)
      return this.#message(root, {}, false)
    }
    const stream = textField(root, 'stream')
    if (root.repeated.has('data') || !root.fields.has('data')) return refuseFrame(Refusal.missingField)
    const promised = promiseOf(stream)
    const data = root.fields.get('data')
    return Array.isArray(data) ? this.#list(data) : this.#message(objectField(root, 'data'), promised, true)
  }

  /** A list of events of all symbols: known, not read. */
  #list(events: readonly JsonValue[]): number {
    if (events.length === 0) return refuseFrame(Refusal.unknownKind)
    for (const event of events) {
      if (!(event instanceof JsonObject) || event.hasEscapedKey) return refuseFrame(Refusal.unknownKind)
      const name = textField(event, 'e')
      if (!UNREAD.test(name) && name !== 'markPriceUpdate') return refuseFrame(Refusal.unknownKind)
    }
    return FrameKind.control
  }

  #message(event: JsonObject, promised: Promised, isWrapped: boolean): number {
    if (!event.fields.has('e')) return this.#nameless(event, promised, isWrapped)
    const name = textField(event, 'e')
    const agrees = promised.event === undefined || promised.event === name
    if (this.#isUsdm && name === 'contractInfo') return agrees ? this.#contract(event) : refuseFrame(Refusal.malformed)
    if (UNREAD.test(name))
      return agrees || promised.event === 'other' ? FrameKind.control : refuseFrame(Refusal.malformed)
    if (!Object.hasOwn(STREAMS, name) || name === 'partialDepth') return refuseFrame(Refusal.unknownKind)
    const isPartial = this.#isUsdm && name === 'depthUpdate' && promised.event === 'partialDepth'
    if (!agrees && !isPartial) return refuseFrame(Refusal.malformed)
    const instrument = this.#instrument(textField(event, 's'), promised)
    switch (name) {
      case 'depthUpdate':
        return this.#changes(event, instrument, isPartial)
      case 'trade':
        return this.#trade(event, instrument)
      case 'aggTrade':
        return this.#aggregate(event, instrument)
      case 'bookTicker':
        return this.#quote(event, instrument)
      case 'kline':
        return this.#bar(event, instrument, promised.interval)
      default:
        return this.#isUsdm ? this.#mark(event) : refuseFrame(Refusal.unknownKind)
    }
  }

  /** The state of a contract, which may be any of the venue's. */
  #contract(event: JsonObject): number {
    const time = timeField(event, 'E')
    const symbol = textField(event, 's')
    const word = textField(event, 'cs')
    const instrument = this.#instruments.find(this.#venue, symbol)
    if (instrument === undefined) return FrameKind.control
    if (!Object.hasOwn(CONTRACT_STATES, word)) return refuseFrame(Refusal.unknownKind)
    this.instrument = instrument.index
    this.append(Kind.status, 0, time).lanes(CONTRACT_STATES[word]!, 0, 0, 0)
    return FrameKind.status
  }

  /** Messages without `e`: answers to commands, and of spot the best quote and the best levels. */
  #nameless(event: JsonObject, promised: Promised, isWrapped: boolean): number {
    const has = (...keys: string[]): boolean => keys.every(key => event.fields.has(key))
    const isAnswer = has('result') || has('error') || has('code', 'msg')
    if (isAnswer && !isWrapped && hasOnly(event, ['result', 'error', 'code', 'msg', 'id'])) return FrameKind.control
    if (this.#isUsdm) return refuseFrame(Refusal.unknownKind)
    if (promised.event === 'partialDepth') {
      const symbol = promised.symbol ?? refuseFrame(Refusal.unknownSymbol)
      const instrument = this.#instruments.all.find(
        each => each.venue === this.#venue && each.symbol.toLowerCase() === symbol,
      )
      return this.#book(event, instrument ?? refuseFrame(Refusal.unknownSymbol), FrameKind.partialDepth)
    }
    if (!has('u', 'b')) return refuseFrame(has('lastUpdateId') ? Refusal.unknownSymbol : Refusal.unknownKind)
    if (promised.event !== undefined && promised.event !== 'bookTicker') return refuseFrame(Refusal.malformed)
    return this.#quote(event, this.#instrument(textField(event, 's'), promised))
  }

  #instrument(symbol: string, promised: Promised): Instrument {
    if (promised.symbol !== undefined && promised.symbol !== symbol.toLowerCase()) return refuseFrame(Refusal.malformed)
    const instrument = this.#instruments.find(this.#venue, symbol) ?? refuseFrame(Refusal.unknownSymbol)
    this.instrument = instrument.index
    return instrument
  }

  #changes(event: JsonObject, instrument: Instrument, isPartial: boolean): number {
    const { ids } = this
    const eventTime = timeField(event, 'E')
    const time = this.#isUsdm ? timeField(event, 'T') : eventTime
    ids.first = intField(event, 'U')
    ids.last = intField(event, 'u')
    if (ids.first > ids.last) return refuseFrame(Refusal.badNumber)
    if (this.#isUsdm) ids.previous = intField(event, 'pu')
    this.#levels(event, ['b', 'a'], instrument, isPartial ? Flag.snapshot : 0, time)
    return isPartial ? FrameKind.partialDepth : FrameKind.depth
  }

  #book(event: JsonObject, instrument: Instrument, kind: number): number {
    this.instrument = instrument.index
    if (event.fields.has('e')) return refuseFrame(Refusal.malformed)
    this.ids.last = intField(event, 'lastUpdateId')
    if (this.#isUsdm) timeField(event, 'E')
    const time = this.#isUsdm ? timeField(event, 'T') : 0
    this.#levels(event, ['bids', 'asks'], instrument, Flag.snapshot, time)
    return kind
  }

  /** Both sides, in the order of the frame. */
  #levels(event: JsonObject, keys: readonly [string, string], instrument: Instrument, flags: number, time: number) {
    for (const key of keys) arrayField(event, key)
    for (const key of event.fields.keys()) {
      if (!keys.includes(key)) continue
      for (const row of arrayField(event, key)) {
        const [price, quantity, ...rest] = Array.isArray(row) ? row : []
        if (price === undefined || quantity === undefined || rest.length > 0) return refuseFrame(Refusal.malformed)
        const side = key === keys[0] ? Flag.bid : 0
        this.append(Kind.level, flags | side, time).lanes(
          steps(price, instrument.price, 1),
          steps(quantity, instrument.quantity, 0),
          this.ids.last,
          0,
        )
      }
    }
  }

  #trade(event: JsonObject, instrument: Instrument): number {
    const id = intField(event, 't')
    const execution = this.#isUsdm && event.fields.has('X') ? textField(event, 'X') : undefined
    timeField(event, 'E')
    timeField(event, 'T')
    boolField(event, 'm')
    if (event.fields.has('M')) boolField(event, 'M')
    if (execution !== undefined && execution !== 'MARKET') return FrameKind.control
    const known = ['e', 'E', 's', 'T', 'm', 'M', 'p', 'q', 't', 'st', 'ps']
    const isWhole = [...event.fields.keys()].every(key => known.includes(key))
    if (this.#isUsdm && execution === undefined && !isWhole) return refuseFrame(Refusal.missingField)
    return this.#execution(event, instrument, id, id, 0)
  }

  #aggregate(event: JsonObject, instrument: Instrument): number {
    timeField(event, 'E')
    intField(event, 'a')
    return this.#execution(event, instrument, intField(event, 'f'), intField(event, 'l'), Flag.aggregate)
  }

  #execution(event: JsonObject, instrument: Instrument, first: number, last: number, flags: number): number {
    const price = stepsField(event, 'p', instrument.price, 1)
    const lots = stepsField(event, 'q', instrument.quantity, 1)
    const trades = last - first + 1
    if (trades < 1 || trades > 0x7fffffff) return refuseFrame(Refusal.badNumber)
    if (event.fields.has('M')) boolField(event, 'M')
    const side = boolField(event, 'm') ? 0 : Flag.aggressorBuy
    this.append(Kind.trade, flags | side, timeField(event, 'T'))
      .lanes(price, lots, last, first)
      .withExtra(trades)
    return FrameKind.trade
  }

  #quote(event: JsonObject, instrument: Instrument): number {
    this.ids.last = intField(event, 'u')
    if (this.#isUsdm) timeField(event, 'E')
    const time = this.#isUsdm ? timeField(event, 'T') : 0
    const bid = stepsField(event, 'b', instrument.price, 1)
    const bidLots = stepsField(event, 'B', instrument.quantity, 0)
    const ask = stepsField(event, 'a', instrument.price, 1)
    const askLots = stepsField(event, 'A', instrument.quantity, 0)
    this.append(Kind.quote, 0, time).lanes(bid, bidLots, ask, askLots)
    return FrameKind.quote
  }

  #bar(event: JsonObject, instrument: Instrument, promised: string | undefined): number {
    const eventTime = timeField(event, 'E')
    const bar = objectField(event, 'k')
    if (textField(bar, 's') !== instrument.symbol) return refuseFrame(Refusal.malformed)
    const length = textField(bar, 'i')
    if (!STREAMS['kline']!.test(`@kline_${length}`) || length.includes('@')) return refuseFrame(Refusal.malformed)
    if (promised !== undefined && promised !== length) return refuseFrame(Refusal.malformed)
    const seconds = Number.parseInt(length, 10) * UNIT_SECONDS[length.at(-1)!]!
    const [open, high, low, close] = ['o', 'h', 'l', 'c'].map(key => stepsField(bar, key, instrument.price, 1))
    const volume = stepsField(bar, 'v', instrument.quantity, 0)
    const bought = stepsField(bar, 'V', instrument.quantity, 0)
    const flags = boolField(bar, 'x') ? Flag.closed : 0
    this.append(Kind.bar, flags, timeField(bar, 't')).lanes(open!, high!, low!, close!).withExtra(seconds)
    this.append(Kind.barVolume, flags, eventTime)
      .lanes(volume, intField(bar, 'n'), bought, floatField(bar, 'q'))
      .withExtra(seconds)
    return FrameKind.bar
  }

  #mark(event: JsonObject): number {
    const time = timeField(event, 'E')
    const [mark, index, settle] = ['p', 'i', 'P'].map(key => scaledField(event, key, 8, 0))
    const next = timeField(event, 'T')
    const rate = textField(event, 'r')
    this.append(Kind.mark, 0, time).lanes(mark!, index!, settle!, 0)
    // Delivery contracts send an empty rate: they pay no funding.
    if (rate !== '')
      this.append(Kind.funding, 0, time).lanes(scaledField(event, 'r', 12, Number.MIN_SAFE_INTEGER), next, 0, 0)
    return FrameKind.mark
  }
}
