import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import {
  arrayField,
  boolField,
  field,
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
import { knownObject, OracleRecords } from '../wire/oracle-records.ts'
import { JsonObject, type JsonValue } from '../wire/strict-json.ts'
import type { Category } from './frame-fields.ts'

const UNREAD = /^(allLiquidation|liquidation|priceLimit|insurance|adlAlert|system|orderbook\.(rpi|full))\./
const READ = /^(?:orderbook\.(1|25|50|100|200|500|1000)|(publicTrade)|(tickers)|kline\.([0-9]+|[DWM]))\.(.*)$/s
const ANSWER_KEYS = 'op success ret_msg conn_id req_id args retCode retMsg connId'.split(' ')
const UNIT_SECONDS: Readonly<Record<string, number>> = { D: 86_400, W: 604_800, M: 2_592_000 }
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/

/** What is known of an instrument by its tickers. */
type Known = Map<string, number>

/**
 * The obvious twin of `BybitCodec`, for tests only: a tree of the whole frame, then field by field, with decimals read by
 * `parseOnGrid`. The two must agree on what is refused, and on every byte of what is not.
 */
export class MarketCodecOracle extends OracleRecords {
  readonly #isLinear: boolean
  readonly #venue: string
  readonly #instruments: InstrumentTable
  readonly #known = new Map<number, Known>()
  readonly #followed = new Map<number, number>()

  constructor(category: Category, venue: string, instruments: InstrumentTable, maxLevels: number, source: number) {
    super(maxLevels, source)
    this.#isLinear = category === 'linear'
    this.#venue = venue
    this.#instruments = instruments
  }

  /** Decodes a socket frame; see `MarketCodec.decode`. */
  decode(frame: Uint8Array, receivedAt: number, receivedNanos: number): number {
    return this.#object(frame, receivedAt, receivedNanos, root => {
      if (root.fields.has('topic')) return this.#topic(root)
      const isAnswer = root.fields.has('op') && hasOnly(root, ANSWER_KEYS)
      return isAnswer ? FrameKind.control : refuseFrame(Refusal.unknownKind)
    })
  }

  /** Decodes a REST answer with a book; see `MarketCodec.decodeSnapshot`. */
  decodeSnapshot(frame: Uint8Array, instrument: number, receivedAt: number, receivedNanos: number): number {
    return this.#object(frame, receivedAt, receivedNanos, root => {
      if (intField(root, 'retCode') !== 0) return refuseFrame(Refusal.malformed)
      const book = objectField(root, 'result')
      return this.#book(book, book, this.#instruments.at(instrument), FrameKind.partialDepth)
    })
  }

  /** Forgets what was kept. */
  reset(): void {
    this.#known.clear()
    this.#followed.clear()
  }

  #object(frame: Uint8Array, receivedAt: number, receivedNanos: number, read: (root: JsonObject) => number): number {
    const kind = this.guarded(frame, receivedAt, receivedNanos, root => read(knownObject(root, [])))
    if (kind === FrameKind.control) this.forget()
    return kind
  }

  #topic(root: JsonObject): number {
    const topic = textField(root, 'topic')
    if (UNREAD.test(topic) || (!this.#isLinear && topic.startsWith('tickers.'))) return FrameKind.control
    const [, depth, trades, tickers, interval, symbol] = READ.exec(topic) ?? refuseFrame(Refusal.unknownKind)
    const seconds = interval === undefined ? 0 : (UNIT_SECONDS[interval] ?? Number(interval) * 60)
    if (interval !== undefined && !/^(1|3|5|15|30|60|120|240|360|720|[DWM])$/.test(interval))
      return refuseFrame(Refusal.unknownKind)
    const instrument =
      this.#instruments.all.find(each => each.venue === this.#venue && each.symbol === symbol) ??
      refuseFrame(Refusal.unknownSymbol)
    const type = textField(root, 'type')
    if (type !== 'snapshot' && type !== 'delta') return refuseFrame(Refusal.malformed)
    const isSnapshot = type === 'snapshot'
    const sent = timeField(root, 'ts')
    if (depth !== undefined) return this.#depth(root, instrument, Number(depth), isSnapshot)
    if (tickers !== undefined) return this.#ticker(objectField(root, 'data'), instrument, isSnapshot, sent)
    if (!isSnapshot) return refuseFrame(Refusal.malformed)
    for (const entry of arrayField(root, 'data')) {
      if (!(entry instanceof JsonObject) || entry.hasEscapedKey) return refuseFrame(Refusal.malformed)
      if (trades !== undefined) this.#trade(entry, instrument)
      else this.#bar(entry, instrument, interval!, seconds)
    }
    if (this.batch.count === 0) return FrameKind.control
    this.instrument = instrument.index
    return trades !== undefined ? FrameKind.trade : FrameKind.bar
  }

  #depth(root: JsonObject, instrument: Instrument, depth: number, isSnapshot: boolean): number {
    const book = objectField(root, 'data')
    const kind = isSnapshot ? FrameKind.snapshot : FrameKind.depth
    if (depth === 1 && !isSnapshot) return refuseFrame(Refusal.unknownKind)
    const followed = this.#followed.get(instrument.index) ?? 0
    const isOther = isSnapshot ? depth < followed : followed !== 0 && depth !== followed
    this.#book(book, root, instrument, kind)
    if (isOther && !isSnapshot) {
      this.batch.count = 0
      return FrameKind.control
    }
    if (isOther || depth === 1) return FrameKind.partialDepth
    if (isSnapshot) this.#followed.set(instrument.index, depth)
    return kind
  }

  #book(book: JsonObject, times: JsonObject, instrument: Instrument, kind: number): number {
    if (textField(book, 's') !== instrument.symbol) return refuseFrame(Refusal.malformed)
    const sent = timeField(times, 'ts')
    const at = times.fields.has('cts') ? timeField(times, 'cts') : sent
    this.ids.last = intField(book, 'u')
    const sides = { b: arrayField(book, 'b'), a: arrayField(book, 'a') }
    for (const key of book.fields.keys()) {
      if (key !== 'b' && key !== 'a') continue
      for (const row of sides[key]) {
        if (!Array.isArray(row) || row.length !== 2) return refuseFrame(Refusal.malformed)
        const flags = (kind === FrameKind.depth ? 0 : Flag.snapshot) | (key === 'b' ? Flag.bid : 0)
        const price = steps(row[0] as JsonValue, instrument.price, 1)
        const lots = steps(row[1] as JsonValue, instrument.quantity, 0)
        this.#put(Kind.level, flags, instrument, at, 0, price, lots, this.ids.last)
      }
    }
    this.instrument = instrument.index
    return kind
  }

  #trade(trade: JsonObject, instrument: Instrument): void {
    if (textField(trade, 's') !== instrument.symbol) refuseFrame(Refusal.malformed)
    const side = textField(trade, 'S')
    if (side !== 'Buy' && side !== 'Sell') refuseFrame(Refusal.malformed)
    const at = timeField(trade, 'T')
    const price = stepsField(trade, 'p', instrument.price, 1)
    const lots = stepsField(trade, 'v', instrument.quantity, 1)
    const name = textField(trade, 'i')
    const isNumber = /^(0|[1-9]\d{0,35})$/.test(name)
    if (!isNumber && !UUID.test(name)) refuseFrame(Refusal.badNumber)
    const whole = BigInt(isNumber ? name : `0x${name.replaceAll('-', '')}`)
    const id = Number(whole & (2n ** 53n - 1n))
    if (boolField(trade, 'BT')) return
    const cut = isNumber && whole < 2n ** 53n ? 0 : Flag.truncatedId
    const flags = cut | (side === 'Buy' ? Flag.aggressorBuy : 0)
    this.#put(Kind.trade, flags, instrument, at, 1, price, lots, id, id)
  }

  #bar(bar: JsonObject, instrument: Instrument, interval: string, seconds: number): void {
    if (textField(bar, 'interval') !== interval) refuseFrame(Refusal.malformed)
    const price = (key: string): number => stepsField(bar, key, instrument.price, 1)
    const flags = boolField(bar, 'confirm') ? Flag.closed : 0
    const lanes = [price('open'), price('high'), price('low'), price('close')] as const
    const lots = stepsField(bar, 'volume', instrument.quantity, 0)
    const [start, stamped] = [timeField(bar, 'start'), timeField(bar, 'timestamp')]
    const turnover = floatField(bar, 'turnover')
    this.#put(Kind.bar, flags, instrument, start, seconds, ...lanes)
    this.#put(Kind.barVolume, flags, instrument, stamped, seconds, lots, 0, 0, turnover)
  }

  #ticker(ticker: JsonObject, instrument: Instrument, isSnapshot: boolean, at: number): number {
    if (textField(ticker, 'symbol') !== instrument.symbol) return refuseFrame(Refusal.malformed)
    const fresh = new Map<string, number>()
    const take = (key: string, read: () => number): void => {
      if (ticker.fields.has(key)) fresh.set(key, field(ticker, key) === '' ? 0 : read())
    }
    for (const key of ['bid1Price', 'ask1Price']) take(key, () => stepsField(ticker, key, instrument.price, 0))
    for (const key of ['bid1Size', 'ask1Size']) take(key, () => stepsField(ticker, key, instrument.quantity, 0))
    for (const key of ['markPrice', 'indexPrice']) take(key, () => scaledField(ticker, key, 8, 0))
    take('fundingRate', () => scaledField(ticker, 'fundingRate', 12, Number.NEGATIVE_INFINITY))
    take('nextFundingTime', () => timeText(ticker, 'nextFundingTime'))
    const known: Known = new Map(isSnapshot ? [] : this.#known.get(instrument.index))
    for (const [key, value] of fresh) known.set(key, value)
    if (ticker.fields.get('fundingRate') === '') known.delete('fundingRate')
    this.#known.set(instrument.index, known)
    const changes = (...keys: string[]): boolean => keys.some(key => fresh.has(key))
    const of = (key: string): number => known.get(key) ?? 0
    const quote = ['bid1Price', 'bid1Size', 'ask1Price', 'ask1Size'] as const
    const hasQuote = changes(...quote) && quote.every(key => of(key) > 0)
    const lanes = quote.map(of) as [number, number, number, number]
    if (hasQuote) this.#put(Kind.quote, 0, instrument, at, 0, ...lanes)
    if (changes('markPrice', 'indexPrice') && of('markPrice') > 0)
      this.#put(Kind.mark, 0, instrument, at, 0, of('markPrice'), of('indexPrice'))
    const hasFunding = known.has('fundingRate') && of('nextFundingTime') > 0
    if (changes('fundingRate', 'nextFundingTime') && hasFunding)
      this.#put(Kind.funding, 0, instrument, at, 0, of('fundingRate'), of('nextFundingTime'))
    if (this.batch.count === 0) return FrameKind.control
    this.instrument = instrument.index
    return hasQuote ? FrameKind.quote : FrameKind.mark
  }

  #put(
    kind: Kind,
    flags: number,
    { index }: Instrument,
    at: number,
    extra: number,
    ...lanes: readonly [number, number, number?, number?]
  ): void {
    this.instrument = index
    this.append(kind, flags, at)
      .withExtra(extra)
      .lanes(lanes[0], lanes[1], lanes[2] ?? 0, lanes[3] ?? 0)
  }
}

/** An instant of milliseconds or microseconds as the digits of a text. */
function timeText(object: JsonObject, key: string): number {
  const text = textField(object, key)
  if (!/^(0|[1-9]\d*)$/.test(text) || !Number.isSafeInteger(Number(text))) return refuseFrame(Refusal.badNumber)
  const micros = Number(text) < 1e14 ? Number(text) * 1000 : Number(text)
  return Number.isSafeInteger(micros) ? micros : refuseFrame(Refusal.badNumber)
}
