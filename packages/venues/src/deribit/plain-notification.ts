import { Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import { Literal } from '../wire/literal.ts'
import type { PlaceValues } from '../wire/place-values.ts'
import type { RecordWriter } from '../wire/record-writer.ts'
import type { BookIds } from './book-reader.ts'
import { PlainBook } from './plain-book.ts'
import { PlainChannel } from './plain-channel.ts'
import { PlainTicker } from './plain-ticker.ts'
import { PlainTrades } from './plain-trades.ts'
import type { TickerRecords } from './ticker-records.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Refusal = Refusals

const CLOSE = 125
const L = {
  book: new Literal('book.'),
  ticker: new Literal('ticker.'),
  trades: new Literal('trades.'),
  quote: new Literal('quote.'),
}

/**
 * Reads the notifications that make nearly all of the traffic in one pass each: the books, trades, tickers and quotes of one
 * instrument, without a blank and with no key but those that are known. Anything else is refused, and is then to be read
 * with care; what is read here means what it means there.
 */
export class PlainNotification {
  readonly #channel: PlainChannel
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #book: PlainBook
  readonly #ticker: PlainTicker
  readonly #trades: PlainTrades

  constructor(
    values: PlaceValues,
    batch: RecordBatch,
    writer: RecordWriter,
    ids: BookIds,
    tickerRecords: TickerRecords,
  ) {
    this.#bytes = values.numbers.bytes
    this.#view = values.numbers.view
    this.#channel = new PlainChannel(values)
    this.#book = new PlainBook(values, this.#channel, batch, writer, ids)
    this.#ticker = new PlainTicker(values, this.#channel, tickerRecords)
    this.#trades = new PlainTrades(values, this.#channel, batch, writer)
  }

  /** Instrument of the notification just read. */
  get instrument(): number {
    return this.#channel.instrument
  }

  /** A notification whose channel's name begins at `p`, up to the end of the frame. Returns what it is, or a refusal. */
  read(p: number, to: number): number {
    const view = this.#view
    const end = to - 2
    if (this.#bytes[end] !== CLOSE || this.#bytes[end + 1] !== CLOSE) return Refusal.malformed
    if (L.book.isAt(view, p)) {
      p = this.#channel.read(p + L.book.length, true)
      return p < 0 ? p : this.#book.read(p, end)
    }
    if (L.ticker.isAt(view, p)) {
      p = this.#channel.read(p + L.ticker.length, true)
      return p < 0 ? p : this.#ticker.read(p, end, true)
    }
    if (L.trades.isAt(view, p)) {
      p = this.#channel.read(p + L.trades.length, true)
      return p < 0 ? p : this.#trades.read(p, end)
    }
    if (!L.quote.isAt(view, p)) return Refusal.malformed
    p = this.#channel.read(p + L.quote.length, false)
    return p < 0 ? p : this.#ticker.read(p, end, false)
  }
}
