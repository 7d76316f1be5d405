import { Refusal } from '@velocimex/core/feed/market-codec'
import { Kind } from '@velocimex/core/market/event-kind'
import { Flag } from '@velocimex/core/market/event-record'
import { readIsoInstant } from '../wire/iso-instant.ts'
import { skipValue } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import { ObjectWalk } from '../wire/object-walk.ts'
import { ElementReader } from './element-reader.ts'
import { LevelsReader } from './v2-levels.ts'
import { Lanes as AllLanes, Slot as Slots, type WireParts } from './wire-parts.ts'

// As constants of this module these are folded into the code; imported bindings are looked up at each use.
const Lanes = AllLanes
const Slot = Slots

const BUY = new Literal('"buy"')
const SELL = new Literal('"sell"')
const NULL = new Literal('null')
/** What stands between the values of a change as the venue sends it. */
const BIDS = new Literal(',"bids":')
const ASKS = new Literal(',"asks":')
const CHECKSUM = new Literal(',"checksum":')
const TIMESTAMP = new Literal(',"timestamp":')
const CLOSE = 125
/** Longest bar whose seconds fit the extra word of a record. */
const MINUTES_MAX = 35_000_000

/**
 * Reads the elements of websocket v2's `data`. Each method takes the position of the opening brace and returns the
 * position behind the element, or a `Refusal`; records are appended to the batch.
 *
 * Source: docs.kraken.com, Spot Websockets v2: Book, Trade, Ticker, OHLC.
 */
export class V2Reader {
  readonly #parts: WireParts
  readonly #levels: LevelsReader
  readonly #elements: ElementReader
  readonly #book: ObjectWalk
  readonly #trade: ObjectWalk
  readonly #ticker: ObjectWalk
  readonly #bar: ObjectWalk

  constructor(parts: WireParts) {
    const { numbers } = parts
    this.#parts = parts
    this.#levels = new LevelsReader(parts)
    this.#elements = new ElementReader(parts)
    this.#book = new ObjectWalk(numbers, 2, [
      ['symbol', 'needed'],
      ['bids', 'needed'],
      ['asks', 'needed'],
      ['checksum', 'needed'],
      ['timestamp', 'optional'],
    ])
    this.#trade = new ObjectWalk(numbers, 2, [
      ['symbol', 'needed'],
      ['side', 'needed'],
      ['price', 'needed'],
      ['qty', 'needed'],
      ['ord_type', 'free'],
      ['trade_id', 'needed'],
      ['timestamp', 'needed'],
    ])
    const unread = ['last', 'volume', 'vwap', 'low', 'high', 'change', 'change_pct', 'volume_usd']
    this.#ticker = new ObjectWalk(numbers, 2, [
      ['symbol', 'needed'],
      ['bid', 'optional'],
      ['bid_qty', 'optional'],
      ['ask', 'optional'],
      ['ask_qty', 'optional'],
      ['timestamp', 'free'],
      ...unread.map(key => [key, 'free'] as const),
    ])
    this.#bar = new ObjectWalk(numbers, 2, [
      ['symbol', 'needed'],
      ['open', 'needed'],
      ['high', 'needed'],
      ['low', 'needed'],
      ['close', 'needed'],
      ['trades', 'needed'],
      ['volume', 'needed'],
      ['vwap', 'needed'],
      ['interval_begin', 'needed'],
      ['interval', 'needed'],
    ])
  }

  /** One book, whole or changed: `{"symbol":"BTC/USD","bids":[...],"asks":[...],"checksum":1,"timestamp":"..."}`. */
  book(p: number, flags: number): number {
    const { numbers } = this.#parts
    const { slots } = numbers
    const walk = this.#book
    const start = p
    slots[Slot.time] = 0
    this.#parts.instrument = -1
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      if (walk.field === 0) p = this.#elements.symbol(p)
      else if (walk.field <= 2) {
        const found = this.#elements.find(start)
        p = found < 0 ? found : this.#levels.read(p, walk.field === 1 ? Slot.bids : Slot.asks)
      } else if (walk.field === 3) p = this.#elements.int(p, Slot.checksum)
      else p = readIsoInstant(numbers, p, Slot.time)
    }
    return p < 0 ? p : this.#bookRead(p, flags)
  }

  /**
   * A change of a book exactly as the venue sends it, from its symbol to behind its closing brace: with no blanks and no
   * field more or less. -1 or a refusal when it is not so; it may be sound then all the same.
   */
  usualChange(p: number): number {
    const { numbers } = this.#parts
    const { bytes, view, slots } = numbers
    slots[Slot.time] = 0
    p = this.#elements.symbol(p)
    if (p < 0 || !BIDS.isAt(view, p)) return -1
    p = this.#levels.read(p + BIDS.length, Slot.bids)
    if (p < 0 || !ASKS.isAt(view, p)) return -1
    p = this.#levels.read(p + ASKS.length, Slot.asks)
    if (p < 0 || !CHECKSUM.isAt(view, p)) return -1
    p = numbers.int(p + CHECKSUM.length, Slot.checksum)
    if (p < 0 || !TIMESTAMP.isAt(view, p)) return -1
    p = readIsoInstant(numbers, p + TIMESTAMP.length, Slot.time)
    return p >= 0 && bytes[p] === CLOSE ? this.#bookRead(p + 1, 0) : -1
  }

  /** Fills the records of a book whose fields have been read up to `p`. */
  #bookRead(p: number, flags: number): number {
    const { numbers, batch, writer } = this.#parts
    const { slots } = numbers
    if (slots[Slot.checksum]! > 0xffffffff) return Refusal.badNumber
    const { instrument } = this.#parts
    writer.levels(slots[Slot.bids]!, slots[Slot.bids + 1]!, flags | Flag.bid, instrument, Slot.time, Slot.zero)
    writer.levels(slots[Slot.asks]!, slots[Slot.asks + 1]!, flags, instrument, Slot.time, Slot.zero)
    if (batch.count > 0) writer.markLast()
    return p
  }

  /** One trade; `side` is that of the taker. */
  trade(p: number, flags: number): number {
    const { numbers, batch, writer } = this.#parts
    const { bytes, view, slots } = numbers
    const walk = this.#trade
    const start = p
    let side = 0
    this.#parts.instrument = -1
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p))
      switch (walk.field) {
        case 0:
          p = this.#elements.symbol(p)
          break
        case 1:
          side = BUY.isAt(view, p) ? Flag.aggressorBuy : 0
          if (side === 0 && !SELL.isAt(view, p)) return Refusal.malformed
          p += side === 0 ? SELL.length : BUY.length
          break
        case 2:
          p = this.#elements.onGrid(start, p, true, Slot.price)
          break
        case 3:
          p = this.#elements.onGrid(start, p, false, Slot.lots)
          break
        case 5:
          p = this.#elements.int(p, Slot.id)
          break
        case 6:
          p = readIsoInstant(numbers, p, Slot.time)
          break
        default:
          p = skipValue(bytes, p, 3)
      }
    if (p < 0) return p
    if (slots[Slot.price] === 0 || slots[Slot.lots] === 0) return Refusal.badNumber
    if (batch.count >= batch.capacity) return Refusal.tooLarge
    slots[Slot.firstId] = slots[Slot.id]!
    writer.append(Kind.trade, flags | side, this.#parts.instrument, Slot.time, 1, Lanes.trade)
    return p
  }

  /** One ticker: its best bid and ask, unless one of them is absent, null or zero. */
  ticker(p: number): number {
    const { numbers, batch, writer } = this.#parts
    const { bytes, view, slots } = numbers
    const walk = this.#ticker
    const start = p
    this.#parts.instrument = -1
    slots[Slot.time] = slots[Slot.bid] = slots[Slot.bidLots] = slots[Slot.ask] = slots[Slot.askLots] = 0
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      const { field } = walk
      if (field === 0) p = this.#elements.symbol(p)
      else if (field <= 4)
        p = NULL.isAt(view, p)
          ? p + 4
          : this.#elements.onGrid(start, p, field === 1 || field === 3, Slot.bid + field - 1)
      else p = field === 5 ? readIsoInstant(numbers, p, Slot.time) : skipValue(bytes, p, 3)
    }
    if (p < 0) return p
    const isWhole = slots[Slot.bid]! > 0 && slots[Slot.bidLots]! > 0 && slots[Slot.ask]! > 0 && slots[Slot.askLots]! > 0
    if (!isWhole) return p
    if (batch.count >= batch.capacity) return Refusal.tooLarge
    writer.append(Kind.quote, 0, this.#parts.instrument, Slot.time, 0, Lanes.quote)
    return p
  }

  /**
   * One candle: a bar and its volume, sent at the instant in `Slot.sent`. What takers bought of it is not told; the
   * quote volume is that of the average price.
   */
  bar(p: number): number {
    const { numbers, decimals, batch, writer } = this.#parts
    const { slots } = numbers
    const walk = this.#bar
    const start = p
    this.#parts.instrument = -1
    for (p = walk.next(walk.open(p)); walk.field >= 0; p = walk.next(p)) {
      const { field } = walk
      if (field === 0) p = this.#elements.symbol(p)
      else if (field <= 4) p = this.#elements.onGrid(start, p, true, Slot.open + field - 1)
      else if (field === 5) p = this.#elements.int(p, Slot.trades)
      else if (field === 6) p = this.#elements.onGrid(start, p, false, Slot.volume)
      else if (field === 7) p = decimals.float(p, Slot.vwap)
      else if (field === 8) p = readIsoInstant(numbers, p, Slot.opened)
      else p = this.#elements.int(p, Slot.minutes)
    }
    if (p < 0) return p
    for (let price: number = Slot.open; price <= Slot.close; price++) if (slots[price] === 0) return Refusal.badNumber
    const minutes = slots[Slot.minutes]!
    if (minutes === 0 || minutes > MINUTES_MAX) return Refusal.badNumber
    if (batch.count + 2 > batch.capacity) return Refusal.tooLarge
    const { instrument } = this.#parts
    slots[Slot.quoteVolume] = (slots[Slot.vwap]! * (slots[Slot.volume]! * numbers.lotStep)) / 10 ** numbers.lotDecimals
    writer.append(Kind.bar, 0, instrument, Slot.opened, minutes * 60, Lanes.bar)
    writer.append(Kind.barVolume, 0, instrument, Slot.sent, minutes * 60, Lanes.barVolume)
    return p
  }
}
