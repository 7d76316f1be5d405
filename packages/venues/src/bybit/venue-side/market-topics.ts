import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import { INTERVAL_SECONDS } from '../frame-fields.ts'
import { BookTopic } from './book-topic.ts'
import { barTexts, type MarketSources, tickerOf } from './market-sources.ts'
import { sideWord } from './order-texts.ts'

/** Somebody who subscribed. */
export interface TopicReader {
  onMessage(message: unknown): void
}

/** A topic that somebody reads. */
interface Topic {
  readonly name: string
  readonly channel: string
  readonly instrument: Instrument
  readonly book: BookTopic | undefined
  /** Length of a bar; 0 for others. */
  readonly seconds: number
  readonly every: number
  readonly readers: Set<TopicReader>
  at: number
  /** What a ticker told last, by field; the last state of a bar under `bar`, its opening under `open`. */
  last: Record<string, string>
}

const TOPICS_MAX = 4096
const NAME = /^(orderbook|publicTrade|tickers|kline|allLiquidation)(?:\.([0-9]{1,4}|[DWM]))?\.([A-Z0-9-]{1,40})$/
const TICKER_MS = { spot: 50, linear: 100 } as const
const BAR_MS = 1000

/** Publishes the market: each topic that has readers, in its own rhythm. */
export class MarketTopics {
  readonly #sources: MarketSources
  readonly #topics = new Map<string, Topic>()

  constructor(sources: MarketSources) {
    this.#sources = sources
  }

  /** Whether there is a topic of this name. */
  knows(name: string): boolean {
    return this.#topics.has(name) || this.#make(name) !== undefined
  }

  /** Begins to read a topic: its snapshot comes at once. */
  subscribe(name: string, reader: TopicReader): void {
    const topic = this.#topics.get(name) ?? this.#make(name)
    if (topic === undefined || this.#topics.size >= TOPICS_MAX || topic.readers.has(reader)) return
    this.#topics.set(name, topic)
    const now = this.#sources.now()
    if (topic.book !== undefined) reader.onMessage(topic.book.snapshot(now))
    if (topic.channel === 'tickers') {
      if (topic.readers.size === 0) topic.last = this.#ticker(topic)
      reader.onMessage(this.#framed(topic, 'snapshot', now, topic.last))
    }
    topic.readers.add(reader)
  }

  unsubscribe(name: string, reader: TopicReader): void {
    const topic = this.#topics.get(name)
    topic?.readers.delete(reader)
    if (topic?.readers.size === 0) this.#topics.delete(name)
  }

  onTrade({ id, instrument, price, lots, takerSide, at }: ExchangeTrade): void {
    const topic = this.#topics.get(`publicTrade.${instrument.symbol}`)
    if (topic === undefined) return
    const { texts, category } = this.#sources
    const now = Math.floor(at / 1000)
    const row = {
      ...{ T: now, s: instrument.symbol, S: sideWord(takerSide), v: texts.lots(instrument, lots) },
      ...{ p: texts.price(instrument, price), ...(category === 'linear' ? { L: 'ZeroPlusTick' } : {}) },
      ...{ i: texts.tradeId(id), BT: false, RPI: false, seq: this.#sources.sequence(instrument.index) },
    }
    tell(topic, this.#framed(topic, 'snapshot', now, [row]))
  }

  onLevel(instrument: Instrument): void {
    for (const topic of this.#topics.values()) if (topic.instrument === instrument) topic.book?.touch()
  }

  /** Publishes what is due. @param now milliseconds */
  tick(now: number): void {
    for (const topic of this.#topics.values()) {
      if (now < topic.at) continue
      topic.at = now + topic.every
      const message = this.#due(topic, now)
      if (message !== undefined) tell(topic, message)
    }
  }

  #make(name: string): Topic | undefined {
    const [, channel, detail, symbol] = NAME.exec(name) ?? []
    const { own, category } = this.#sources
    const instrument = symbol === undefined ? undefined : own.find(symbol)
    if (channel === undefined || instrument === undefined) return undefined
    const book = channel === 'orderbook' ? BookTopic.of(this.#sources, instrument, Number(detail)) : undefined
    const isBar = channel === 'kline' && detail !== undefined && Object.hasOwn(INTERVAL_SECONDS, detail)
    const seconds = isBar ? INTERVAL_SECONDS[detail]! : 0
    const isPlain = channel !== 'orderbook' && channel !== 'kline' && detail === undefined
    if (book === undefined && seconds === 0 && !isPlain) return undefined
    const every = book?.every ?? (channel === 'tickers' ? TICKER_MS[category] : BAR_MS)
    return { name, channel, instrument, book, seconds, every, readers: new Set(), at: 0, last: {} }
  }

  #due(topic: Topic, now: number): unknown {
    if (topic.book !== undefined) return topic.book.message(now)
    if (topic.channel === 'tickers') return this.#tickerChange(topic, now)
    return topic.seconds > 0 ? this.#bar(topic, now) : undefined
  }

  /** Linear tells what changed alone; spot all of it, without a best quote. */
  #tickerChange(topic: Topic, now: number): unknown {
    const ticker = this.#ticker(topic)
    const changed = Object.entries(ticker).filter(([key, value]) => topic.last[key] !== value)
    if (changed.length === 0) return undefined
    topic.last = ticker
    if (this.#sources.category === 'spot') return this.#framed(topic, 'snapshot', now, ticker)
    const data = { symbol: topic.instrument.symbol, ...Object.fromEntries(changed) }
    return this.#framed(topic, 'delta', now, data)
  }

  #ticker({ instrument }: Topic): Record<string, string> {
    const ticker = tickerOf(this.#sources, instrument)
    if (this.#sources.category === 'linear') return ticker
    return Object.fromEntries(Object.entries(ticker).filter(([key]) => !/^(bid|ask)1/.test(key)))
  }

  #bar(topic: Topic, now: number): unknown {
    const { instrument, seconds, name } = topic
    const bar = this.#sources.bars[instrument.index]!.due(seconds * 1e6, Number(topic.last['open']))
    if (bar === undefined) return undefined
    const start = Math.floor(bar.opensAt / 1000)
    const end = start + seconds * 1000 - 1
    const confirm = now > end
    const state = `${start} ${bar.lastTrade} ${confirm}`
    if (topic.last['bar'] === state) return undefined
    topic.last = confirm ? { bar: state } : { bar: state, open: String(bar.opensAt) }
    const [open, high, low, close, volume, turnover] = barTexts(this.#sources, instrument, bar)
    const interval = name.split('.')[1]
    const row = { start, end, interval, open, close, high, low, volume, turnover, confirm, timestamp: now }
    return this.#sources.category === 'spot'
      ? { type: 'snapshot', topic: name, data: [row], ts: now }
      : { topic: name, data: [row], ts: now, type: 'snapshot' }
  }

  /** Spot and linear order the fields of a frame differently. */
  #framed({ name, channel, instrument }: Topic, type: string, ts: number, data: unknown): Record<string, unknown> {
    const cs = channel === 'tickers' ? { cs: this.#sources.sequence(instrument.index) } : {}
    if (this.#sources.category === 'spot') return { topic: name, ts, type, ...cs, data }
    return channel === 'tickers' ? { topic: name, type, data, ...cs, ts } : { topic: name, type, ts, data }
  }
}

function tell({ readers }: Topic, message: unknown): void {
  for (const reader of readers) reader.onMessage(message)
}
