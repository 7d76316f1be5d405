import { Refusal } from '@velocimex/core/feed/market-codec'
import { NAME_BYTES_MAX, NameTable } from '../wire/name-table.ts'
import type { NumberReader } from '../wire/number-reader.ts'
import { plainEnd } from '../wire/text-fields.ts'
import { BOOK_DEPTHS, type Category, Channel as Channels, TOPIC_CHANNELS } from './frame-fields.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Channel = Channels

const QUOTE = 34
const POINT = 46

/**
 * The name of a topic: `<channel>.<symbol>`, or `<channel>.<depth or interval>.<symbol>`.
 *
 * Source: Bybit v5, "Websocket Stream / Public". Tickers of spot have neither a best quote nor a mark: nothing is read.
 */
export class TopicName {
  channel: number = Channel.none
  /** Index of the instrument. Not told for topics that are not read. */
  instrument = -1
  /** Levels a side of a book; 0 for other topics. */
  depth = 0
  /** Length of a bar; 0 for other topics. */
  seconds = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #symbols: NameTable
  readonly #intervals: NameTable
  readonly #channels: NameTable
  readonly #depths = new NameTable(BOOK_DEPTHS)

  /** @param symbols indexes by symbol @param intervals seconds by bar length */
  constructor(category: Category, { bytes, view }: NumberReader, symbols: NameTable, intervals: NameTable) {
    this.#bytes = bytes
    this.#view = view
    this.#symbols = symbols
    this.#intervals = intervals
    const channels = new Map(TOPIC_CHANNELS)
    if (category === 'spot') channels.set('tickers', Channel.other)
    this.#channels = new NameTable(channels)
  }

  /** Reads the name whose opening quote stands at `p`. Returns 0, or a refusal. */
  read(p: number): number {
    const bytes = this.#bytes
    this.instrument = -1
    this.depth = 0
    this.seconds = 0
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const start = p + 1
    let at = this.#word(start, this.#channels)
    if (at < 0) return plain(bytes, p, Refusal.unknownKind)
    this.channel = this.#value
    if (this.channel === Channel.other) return plain(bytes, p, 0)
    if (this.channel === Channel.orderbook || this.channel === Channel.kline) {
      at = this.#word(at, this.channel === Channel.kline ? this.#intervals : this.#depths)
      if (at < 0) return plain(bytes, p, Refusal.unknownKind)
      if (this.channel === Channel.kline) this.seconds = this.#value
      else this.depth = this.#value
      if (this.#value === 0) {
        this.channel = Channel.other
        return plain(bytes, p, 0)
      }
    }
    const end = this.#until(at, QUOTE)
    if (bytes[end] !== QUOTE) return plain(bytes, p, Refusal.unknownSymbol)
    this.instrument = this.#symbols.find(this.#view, at, end)
    return this.instrument < 0 ? plain(bytes, p, Refusal.unknownSymbol) : 0
  }
  #value = 0

  /** A word that is in a table, up to its point. Returns the position behind the point, or -1. Leaves `#value`. */
  #word(start: number, names: NameTable): number {
    const bytes = this.#bytes
    const end = this.#until(start, POINT)
    if (bytes[end] !== POINT) return -1
    this.#value = names.find(this.#view, start, end)
    return this.#value < 0 ? -1 : end + 1
  }

  /** Position of the first such byte, or of one that ends a plainly written name. */
  #until(p: number, byte: number): number {
    const bytes = this.#bytes
    const most = p + NAME_BYTES_MAX
    while (bytes[p] !== byte && bytes[p] !== QUOTE && bytes[p]! >= 32 && p <= most) p++
    return p
  }
}

/** The outcome of a name that is not read: malformed when it is not written plainly. */
const plain = (bytes: Uint8Array, p: number, outcome: number): number =>
  plainEnd(bytes, p) < 0 ? Refusal.malformed : outcome
