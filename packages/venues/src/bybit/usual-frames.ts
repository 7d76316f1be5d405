import { FrameKind } from '@velocimex/core/feed/market-codec'
import type { FieldReader } from '../wire/field-reader.ts'
import type { LevelReader } from '../wire/level-reader.ts'
import { Literal } from '../wire/literal.ts'
import { NOT_USUAL } from '../wire/not-usual.ts'
import type { QuotedNames } from '../wire/quoted-names.ts'
import type { TrimmedRows } from '../wire/trimmed-rows.ts'
import { usualInstant } from '../wire/usual-instant.ts'
import { BOOK_DEPTHS, type Category, Slot as Slots, TICKER } from './frame-fields.ts'
import type { MessageReader } from './message-reader.ts'
import { UsualTrades } from './usual-trades.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Slot = Slots
const NO = NOT_USUAL
const TRADE = FrameKind.trade

const POINT = 46
const ZERO = 48
const CLOSE = 125

const ORDERBOOK = new Literal('{"topic":"orderbook.')
const TRADES = new Literal('{"topic":"publicTrade.')
const TICKERS = new Literal('{"topic":"tickers.')

const TIME = new Literal('","ts":')
const THEN_DELTA = new Literal(',"type":"delta"')
const THEN_SNAPSHOT = new Literal(',"type":"snapshot"')
const DELTA = new Literal('","type":"delta"')
const SNAPSHOT = new Literal('","type":"snapshot"')
const THEN_TIME = new Literal(',"ts":')
const DATA = new Literal(',"data":')

const SYMBOL = new Literal('{"s":')
const BIDS = new Literal(',"b":')
const ASKS = new Literal(',"a":')
const LAST = new Literal(',"u":')
const SEQUENCE = new Literal(',"seq":')
const MATCHED = new Literal('},"cts":')

const TICKER_SEQUENCE = new Literal(',"cs":')

/** Numbers of levels of which there are books. */
const DEPTHS = new Uint8Array(10_000)
for (const depth of BOOK_DEPTHS.values()) if (depth > 0) DEPTHS[depth] = 1

/**
 * Reads books, trades and linear tickers that are written as the venue nearly always writes them: fields in the order of
 * its two markets, no blanks, nothing that is not known. A frame that differs from that in one byte is `NOT_USUAL` and left
 * to the reader of all frames, which alone refuses. Keys are compared by words and not looked up: looking them up was half
 * of the time of a short change.
 */
export class UsualFrames {
  readonly #slots: Float64Array
  readonly #view: DataView
  readonly #fields: FieldReader
  readonly #levels: LevelReader | TrimmedRows
  readonly #symbols: QuotedNames
  readonly #quotedSymbols: readonly (Literal | undefined)[]
  readonly #message: MessageReader
  readonly #lists: UsualTrades
  readonly #hasTickers: boolean

  /**
   * @param levels of the market: spot cuts zeros off, linear writes all decimals
   * @param symbols indexes by symbol @param quotedSymbols the same between quotes, by index
   */
  constructor(
    category: Category,
    fields: FieldReader,
    levels: LevelReader | TrimmedRows,
    symbols: QuotedNames,
    quotedSymbols: readonly (Literal | undefined)[],
    message: MessageReader,
  ) {
    this.#hasTickers = category === 'linear'
    this.#view = fields.numbers.view
    this.#slots = fields.slots
    this.#fields = fields
    this.#levels = levels
    this.#symbols = symbols
    this.#quotedSymbols = quotedSymbols
    this.#message = message
    this.#lists = new UsualTrades(fields.numbers, quotedSymbols, message)
  }

  /** The frame [p, to). Returns a `FrameKind`, or `NOT_USUAL`; then anything may stand in the batch. */
  read(p: number, to: number): number {
    const view = this.#view
    let kind = NO
    if (ORDERBOOK.isAt(view, p)) kind = this.#book(p + ORDERBOOK.length, to)
    else if (TRADES.isAt(view, p)) kind = this.#trades(p + TRADES.length, to)
    else if (this.#hasTickers && TICKERS.isAt(view, p)) kind = this.#ticker(p + TICKERS.length, to)
    return kind < 0 ? NO : kind
  }

  /** `200.BTCUSDT","type":"delta","ts":1,"data":{"s":"BTCUSDT","b":[...],"a":[...],"u":1,"seq":1},"cts":1}` */
  #book(p: number, to: number): number {
    const view = this.#view
    const slots = this.#slots
    const levels = this.#levels
    const { numbers } = this.#fields
    const { bytes } = numbers
    let depth = 0
    for (let digit = bytes[p]! - ZERO; digit >>> 0 <= 9 && depth < 1000; digit = bytes[++p]! - ZERO) {
      depth = depth * 10 + digit
      if (depth === 0) return NO
    }
    if (bytes[p] !== POINT || DEPTHS[depth] === 0) return NO
    p = this.#head(p + 1)
    if (p < 0 || !SYMBOL.isAt(view, p)) return NO
    p += SYMBOL.length
    const { instrument } = this.#fields
    const symbol = this.#quotedSymbols[instrument]
    if (symbol === undefined || !symbol.isAt(view, p) || !BIDS.isAt(view, p + symbol.length)) return NO
    slots[Slot.bids] = 0
    p = levels.read(p + symbol.length + BIDS.length)
    slots[Slot.asks] = slots[Slot.bids + 1] = levels.count
    if (p < 0 || !ASKS.isAt(view, p)) return NO
    p = levels.read(p + ASKS.length)
    slots[Slot.asks + 1] = levels.count
    if (p < 0 || !LAST.isAt(view, p)) return NO
    p = numbers.int(p + LAST.length, Slot.last)
    if (p < 0 || !SEQUENCE.isAt(view, p)) return NO
    p = numbers.int(p + SEQUENCE.length, Slot.elsewhere)
    if (p < 0 || !MATCHED.isAt(view, p)) return NO
    p = usualInstant(numbers, p + MATCHED.length, Slot.matched)
    if (p + 1 !== to || bytes[p] !== CLOSE) return NO
    return this.#message.book(instrument, depth, true)
  }

  /** `BTCUSDT","type":"snapshot","ts":1,"data":[...]}` */
  #trades(p: number, to: number): number {
    p = this.#head(p)
    if (p < 0) return NO
    p = this.#lists.read(p, this.#fields.instrument)
    return p + 1 === to && this.#fields.numbers.bytes[p] === CLOSE ? this.#message.list(TRADE) : NO
  }

  /** `BTCUSDT","type":"delta","data":{...},"cs":1,"ts":1}`; the ticker itself in any order. */
  #ticker(p: number, to: number): number {
    const view = this.#view
    const fields = this.#fields
    const { numbers } = fields
    p = this.#symbol(p)
    if (p < 0) return NO
    const isDelta = DELTA.isAt(view, p)
    if (!isDelta && !SNAPSHOT.isAt(view, p)) return NO
    p += isDelta ? DELTA.length : SNAPSHOT.length
    if (!DATA.isAt(view, p)) return NO
    p = fields.object(p + DATA.length, TICKER, 1)
    if (p < 0 || !TICKER_SEQUENCE.isAt(view, p)) return NO
    p = numbers.int(p + TICKER_SEQUENCE.length, Slot.elsewhere)
    if (p < 0 || !THEN_TIME.isAt(view, p)) return NO
    p = usualInstant(numbers, p + THEN_TIME.length, Slot.sent)
    if (p + 1 !== to || numbers.bytes[p] !== CLOSE) return NO
    this.#slots[Slot.isSnapshot] = isDelta ? 0 : 1
    return this.#message.ticker(fields.instrument, fields.seen)
  }

  /** The instrument of a topic, whose grids are used from now on. Returns where its name ends. */
  #symbol(p: number): number {
    const instrument = this.#symbols.find(this.#view, p)
    if (instrument < 0) return NO
    this.#fields.instrument = instrument
    this.#fields.numbers.useGrids(instrument)
    return this.#symbols.end
  }

  /** From the symbol of the topic up to the data: the type and the instant of sending, in the order of either market. */
  #head(p: number): number {
    const view = this.#view
    const slots = this.#slots
    const { numbers } = this.#fields
    p = this.#symbol(p)
    if (p < 0) return NO
    let isDelta = DELTA.isAt(view, p)
    if (isDelta || SNAPSHOT.isAt(view, p)) {
      p += isDelta ? DELTA.length : SNAPSHOT.length
      if (!THEN_TIME.isAt(view, p)) return NO
      p = usualInstant(numbers, p + THEN_TIME.length, Slot.sent)
      if (p < 0) return NO
    } else {
      if (!TIME.isAt(view, p)) return NO
      p = usualInstant(numbers, p + TIME.length, Slot.sent)
      if (p < 0) return NO
      isDelta = THEN_DELTA.isAt(view, p)
      if (!isDelta && !THEN_SNAPSHOT.isAt(view, p)) return NO
      p += isDelta ? THEN_DELTA.length : THEN_SNAPSHOT.length
    }
    slots[Slot.isSnapshot] = isDelta ? 0 : 1
    return DATA.isAt(view, p) ? p + DATA.length : NO
  }
}
