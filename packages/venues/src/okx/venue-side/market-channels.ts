import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { CHANNEL_BITS, Channel, channelWords } from '../channels.ts'
import { fundingRow } from './instrument-rows.ts'
import { barRow, bookRows, type MarketSources, markRow, tickerRow, tradeRow } from './market-rows.ts'
import { PublishedBook } from './published-book.ts'
import { StateChannel } from './state-channel.ts'
import { type SummedTrade, SummedTrades } from './summed-trades.ts'

/** Somebody who subscribed. */
export interface ChannelReader {
  push(text: string): void
}

interface OpenChannel {
  readonly name: string
  readonly kind: number
  readonly instrument: Instrument
  /** Of bars. */
  readonly seconds: number
  /** Milliseconds between two looks. */
  readonly every: number
  readonly readers: Set<ChannelReader>
  readonly book: PublishedBook | undefined
  readonly trades: SummedTrades
  at: number
  last: string
  toldAt: number
  /** Opening of the bar that was told while it was open, microseconds; 0 for none. */
  openBar: number
}

const CHANNELS_MAX = 4096
const WORDS = channelWords()
/** Milliseconds between two looks, by channel; 10 for those with `tbt` in their name. */
const RHYTHM: Readonly<Record<number, number>> = {
  [Channel.books]: 100,
  [Channel.books5]: 100,
  [Channel.bbo]: 10,
  [Channel.tickers]: 100,
  [Channel.candle]: 1000,
  [Channel.funding]: 60_000,
  [Channel.mark]: 200,
}
/** A mark that stands still is told again after this. */
const MARK_REPEATED = 10_000

/** Publishes the market: each channel that has readers, in its own rhythm. */
export class MarketChannels {
  /** What is traded. */
  readonly states: StateChannel
  readonly #sources: MarketSources
  readonly #channels = new Map<string, OpenChannel>()

  constructor(sources: MarketSources) {
    this.#sources = sources
    this.states = new StateChannel(sources.exchange)
  }

  /** Whether there is a channel of this name for an instrument. */
  knows(name: string, instId: string): boolean {
    if (this.#channels.has(`${name} ${instId}`)) return true
    return this.#channels.size < CHANNELS_MAX && this.#open(name, instId) !== undefined
  }

  /** Begins to read a channel that is known: a book is told whole at once. */
  subscribe(name: string, instId: string, reader: ChannelReader): void {
    const key = `${name} ${instId}`
    const channel = this.#channels.get(key) ?? this.#open(name, instId)
    if (channel === undefined) return
    this.#channels.set(key, channel)
    const { book } = channel
    if (book === undefined) channel.last = ''
    else {
      // Who reads already is told what is due; then the snapshot is the book as all of them have it.
      this.#tell(channel, book.change(this.#sources.now()))
      reader.push(this.#frame(channel, [book.snapshot(this.#sources.now())], 'snapshot'))
    }
    channel.readers.add(reader)
  }

  unsubscribe(name: string, instId: string, reader: ChannelReader): void {
    const key = `${name} ${instId}`
    const channel = this.#channels.get(key)
    channel?.readers.delete(reader)
    if (channel?.readers.size === 0) this.#channels.delete(key)
  }

  /** Trades singly at once; their sums when nothing more can belong to them. */
  onTrade(trade: ExchangeTrade): void {
    const { symbol } = trade.instrument
    const single = this.#channels.get(`trades-all ${symbol}`)
    if (single !== undefined) this.#push(single, [tradeRow(trade)])
    const summed = this.#channels.get(`trades ${symbol}`)
    if (summed !== undefined) this.#sum(summed, summed.trades.take(trade))
  }

  /** Publishes what is due. @param now milliseconds */
  tick(now: number): void {
    this.states.tick()
    for (const channel of this.#channels.values()) {
      if (channel.kind === Channel.trades) this.#sum(channel, channel.trades.end())
      if (now < channel.at) continue
      channel.at = now + channel.every
      if (channel.book !== undefined) this.#tell(channel, channel.book.change(now))
      else this.#look(channel, now)
    }
  }

  #sum(channel: OpenChannel, sum: SummedTrade | undefined): void {
    if (sum === undefined) return
    const seqId = this.#sources.seqId(channel.instrument.index)
    this.#push(channel, [{ ...tradeRow(sum.trade), count: String(sum.count), seqId }])
  }

  #open(name: string, instId: string): OpenChannel | undefined {
    const word = WORDS.get(name)
    const instrument = this.#sources.exchange.instruments.find('okx', instId)
    if (word === undefined || instrument === undefined) return undefined
    const kind = word & ((1 << CHANNEL_BITS) - 1)
    if (kind === Channel.other || kind === Channel.instruments) return undefined
    if (kind === Channel.funding && instrument.kind !== 'perpetual') return undefined
    const seconds = word >>> CHANNEL_BITS
    if (kind === Channel.candle && seconds < 60) return undefined
    const depth = name.startsWith('books50') ? 50 : 400
    const book = kind === Channel.books ? new PublishedBook(this.#sources, instrument, depth) : undefined
    const every = name.includes('tbt') ? 10 : (RHYTHM[kind] ?? 0)
    const state = { readers: new Set<ChannelReader>(), book, trades: new SummedTrades(), at: 0, last: '', toldAt: 0 }
    return { name, kind, instrument, seconds, every, ...state, openBar: 0 }
  }

  /** Tells what a channel without changes says, when it says something new. */
  #look(channel: OpenChannel, now: number): void {
    const row = this.#row(channel, now)
    if (row === undefined) return
    // The instant of the telling is no news.
    const seen = JSON.stringify(row, (key, value) => (key === 'ts' ? undefined : value))
    const isDue =
      channel.kind === Channel.funding || (channel.kind === Channel.mark && now - channel.toldAt >= MARK_REPEATED)
    if (seen === channel.last && !isDue) return
    channel.last = seen
    channel.toldAt = now
    this.#push(channel, [row])
  }

  #row(channel: OpenChannel, now: number): unknown {
    const { kind, instrument, seconds } = channel
    const { exchange, bars, seqId } = this.#sources
    switch (kind) {
      case Channel.books5:
      case Channel.bbo: {
        const sides = bookRows(exchange, instrument, kind === Channel.bbo ? 1 : 5)
        return { ...sides, ts: String(now), seqId: seqId(instrument.index) }
      }
      case Channel.tickers:
        return tickerRow(this.#sources, instrument)
      case Channel.funding:
        return fundingRow(instrument, now)
      case Channel.mark:
        return markRow(this.#sources, instrument)
      case Channel.candle: {
        const bar = bars[instrument.index]!.due(seconds * 1e6, channel.openBar)
        if (bar === undefined) return undefined
        const isClosed = now * 1000 >= bar.opensAt + seconds * 1e6
        channel.openBar = isClosed ? 0 : bar.opensAt
        return barRow(instrument, bar, isClosed)
      }
      default:
        return undefined // Trades are told as they happen.
    }
  }

  #tell(channel: OpenChannel, change: unknown): void {
    if (change === undefined) return
    const text = this.#frame(channel, [change], 'update')
    for (const reader of channel.readers) reader.push(text)
  }

  #push(channel: OpenChannel, data: readonly unknown[]): void {
    const text = this.#frame(channel, data)
    for (const reader of channel.readers) reader.push(text)
  }

  #frame({ name, instrument }: OpenChannel, data: readonly unknown[], action?: string): string {
    const arg = { channel: name, instId: instrument.symbol }
    return JSON.stringify(action === undefined ? { arg, data } : { arg, action, data })
  }
}
