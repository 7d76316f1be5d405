import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipString } from '../wire/json-walk.ts'
import { Literal } from '../wire/literal.ts'
import type { NameTable } from '../wire/name-table.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import { Channel as Channels } from './frame-fields.ts'
import { KnownStreams } from './known-streams.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Channel = Channels

const QUOTE = 34
const BANG = 33
const AT = 64
const BACKSLASH = 92

const L = {
  trade: new Literal('@trade"'),
  aggTrade: new Literal('@aggTrade"'),
  bookTicker: new Literal('@bookTicker"'),
  depth: new Literal('@depth'),
  kline: new Literal('@kline_'),
  markPrice: new Literal('@markPrice"'),
  markPriceFast: new Literal('@markPrice@1s"'),
  zone: new Literal('@+08:00"'),
} as const

/**
 * The name of a stream, such as `btcusdt@depth20@100ms`: which instrument it promises and what it carries. A name is
 * `<symbol>@<channel>`, with the symbol in lower case, or `!<channel>` for streams of all symbols, which promise nothing.
 *
 * Source: web-socket-streams.md; a depth stream is a partial one when a number of levels follows.
 */
export class StreamName {
  /** Whether the name begins with a symbol. */
  isOfOne = false
  /** Index of the instrument; -1 for streams of all symbols, and when it is not in the table. */
  instrument = -1
  channel: number = Channel.none
  /** Length of a bar in a kline stream; 0 otherwise. */
  seconds = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #symbols: NameTable
  readonly #intervals: NameTable
  readonly #known = new KnownStreams()

  /** @param symbols indexes by symbol in lower case @param intervals seconds by bar length */
  constructor({ bytes, view }: NumberReader, symbols: NameTable, intervals: NameTable) {
    this.#bytes = bytes
    this.#view = view
    this.#symbols = symbols
    this.#intervals = intervals
  }

  /** Reads the name whose opening quote stands at `p`. Returns the position behind its closing one, or a refusal. */
  read(p: number): number {
    const known = this.#known
    const length = known.find(this.#view, p)
    if (length > 0) {
      this.isOfOne = true
      this.instrument = known.instrument
      this.channel = known.channel
      this.seconds = known.seconds
      return p + length
    }
    return this.#new(p)
  }

  #new(p: number): number {
    const bytes = this.#bytes
    this.instrument = -1
    this.channel = Channel.none
    this.seconds = 0
    this.isOfOne = false
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const start = p + 1
    let byte = bytes[++p]!
    if (byte === BANG) return this.#end(start)
    while (byte > QUOTE && byte !== AT) byte = bytes[++p]!
    // What stands before the `@` in a stream of ours is a symbol; in others it may be anything.
    while (byte !== AT && byte !== QUOTE && byte >= 32) byte = bytes[++p]!
    if (byte !== AT) return this.#end(start) < 0 ? Refusal.malformed : Refusal.unknownKind
    this.isOfOne = true
    this.instrument = this.#symbols.find(this.#view, start, p)
    const end = this.#channel(p)
    if (end > 0 && this.instrument < 0) return this.#end(start)
    if (end > 0) {
      this.#known.keep(this.#view, start - 1, end, this.instrument, this.channel, this.seconds)
      return end
    }
    this.channel = Channel.other
    return this.#end(start)
  }

  /** The channel that stands at `p` from its `@` to its closing quote. Returns what is behind it; 0 when it is another. */
  #channel(p: number): number {
    const view = this.#view
    switch (this.#bytes[p + 1]) {
      case 98: // b
        return L.bookTicker.isAt(view, p) ? this.#is(Channel.bookTicker, p + L.bookTicker.length) : 0
      case 116: // t
        return L.trade.isAt(view, p) ? this.#is(Channel.trade, p + L.trade.length) : 0
      case 97: // a
        return L.aggTrade.isAt(view, p) ? this.#is(Channel.aggTrade, p + L.aggTrade.length) : 0
      case 100: // d
        return L.depth.isAt(view, p) ? this.#depth(p + L.depth.length) : 0
      case 107: // k
        return L.kline.isAt(view, p) ? this.#kline(p + L.kline.length) : 0
      case 109: // m
        if (L.markPrice.isAt(view, p)) return this.#is(Channel.markPrice, p + L.markPrice.length)
        return L.markPriceFast.isAt(view, p) ? this.#is(Channel.markPrice, p + L.markPriceFast.length) : 0
      default:
        return 0
    }
  }

  #is(channel: number, end: number): number {
    this.channel = channel
    return end
  }

  /** `"`, `20"`, `@100ms"`, `20@100ms"` */
  #depth(p: number): number {
    const bytes = this.#bytes
    const levels = this.#digits(p)
    const channel = levels > p ? Channel.partialDepth : Channel.depth
    if (bytes[levels] === QUOTE) return this.#is(channel, levels + 1)
    if (bytes[levels] !== AT) return 0
    const speed = this.#digits(levels + 1)
    const isSpeed = speed > levels + 1 && bytes[speed] === 109 && bytes[speed + 1] === 115 && bytes[speed + 2] === QUOTE
    return isSpeed ? this.#is(channel, speed + 3) : 0
  }

  #digits(p: number): number {
    while ((this.#bytes[p]! - 48) >>> 0 <= 9) p++
    return p
  }

  /** `1m"`, and `1d@+08:00"` for days that begin in Shanghai. */
  #kline(p: number): number {
    const bytes = this.#bytes
    const start = p
    for (; bytes[p] !== QUOTE && bytes[p] !== AT; p++) if (bytes[p]! < 32 || p - start >= 4) return 0
    const seconds = this.#intervals.find(this.#view, start, p)
    const end = bytes[p] === QUOTE ? p + 1 : L.zone.isAt(this.#view, p) ? p + L.zone.length : 0
    if (seconds < 0 || end === 0) return 0
    this.seconds = seconds
    return this.#is(Channel.kline, end)
  }

  /** Position behind the name; refuses it when it is not written plainly. */
  #end(start: number): number {
    const end = skipString(this.#bytes, start - 1)
    for (let at = start; at < end; at++) if (this.#bytes[at] === BACKSLASH) return Refusal.malformed
    return end
  }
}
