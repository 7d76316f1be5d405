import { writeMetrics } from '@velocimex/core/book/metrics-record'
import { OrderBook } from '@velocimex/core/book/order-book'
import type { Drained } from '@velocimex/core/feed/conflation'
import { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, type RecordSink, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { TradingStates } from '@velocimex/core/market/trading-states'
import { ok, type Result, refuse } from '@velocimex/core/result'
import type { MarketChannel } from '@velocimex/venues/market-wire'
import { type FeedChannel, FeedConsumer, type FeedWish, TOPIC_OF, Topic } from './feed-consumer.ts'

/** What the feeds need of a venue's connector. */
export interface FeedSource {
  /** @returns false when it is followed already */
  follow(instrument: Instrument): boolean
  unfollow(instrument: Instrument): boolean
  /** Asks for the whole book of one instrument anew. */
  resyncBook(instrument: Instrument): void
  isLive(instrument: number): boolean
  offers(instrument: Instrument, channel: MarketChannel): boolean
}

/** One consumer's hold on one instrument. */
export interface FeedHandle {
  /**
   * Hands over what waits for a consumer that conflates; undefined for one that is told everything at once. Behind an
   * overrun the consumer has the book whole again, and has lost the trades that are counted.
   * @param now microseconds
   */
  drain(now: number): Drained | undefined
  /** Leaves; the last consumer of an instrument unsubscribes it at the venue. A second call does nothing. */
  close(): void
}

/** Why a subscription was refused. */
export type FeedRefusal = 'unknown_venue' | 'no_channel' | 'not_offered' | 'too_many_consumers'

const CONSUMERS_MAX = 256

/** What is kept of an instrument that somebody follows. */
interface Market {
  readonly book: OrderBook
  readonly consumers: readonly FeedConsumer[]
  /** Between two messages of the book. */
  isWhole: boolean
  /** Somebody wants the metrics. */
  readonly hasMetrics: boolean
}

/**
 * One interface over the connectors of all venues. Instruments are followed as long as somebody wants them; a consumer
 * that comes late is told first that trading is halted, if it is, and the whole book; metrics of the book are published behind each of its messages.
 */
export class MarketFeeds implements RecordSink {
  readonly #sources: ReadonlyMap<string, FeedSource>
  readonly #markets: (Market | undefined)[]
  readonly #heardAt: Float64Array
  readonly #states: TradingStates
  readonly #record = new EventRecord(new Records(1))
  readonly #metrics = new Records(1)
  readonly #made = new EventRecord(this.#metrics)

  /** @param sources by venue name, one connector each, whose sink is this @param instruments how many the table holds */
  constructor(sources: ReadonlyMap<string, FeedSource>, instruments: number) {
    this.#sources = sources
    this.#heardAt = new Float64Array(instruments)
    this.#states = new TradingStates(instruments)
    this.#markets = Array.from({ length: instruments })
  }

  /** Begins to tell `sink` of an instrument. @param now microseconds: when a book that is told at once is said to be of */
  subscribe(
    instrument: Instrument,
    channels: readonly FeedChannel[],
    sink: RecordSink,
    now: number,
    wish: FeedWish = {},
  ): Result<FeedHandle, FeedRefusal> {
    const source = this.#sources.get(instrument.venue)
    if (source === undefined) return refuse('unknown_venue')
    if (channels.length === 0) return refuse('no_channel')
    const { index } = instrument
    for (const channel of channels)
      if (!source.offers(instrument, channel === 'metrics' ? 'book' : channel)) return refuse('not_offered')
    const market = this.#markets[index]
    if ((market?.consumers.length ?? 0) >= CONSUMERS_MAX) return refuse('too_many_consumers')
    const consumer = new FeedConsumer(channels, sink, wish)
    const hasMetrics = market?.hasMetrics === true || channels.includes('metrics')
    const { book, isWhole } = market ?? { book: new OrderBook(), isWhole: true }
    this.#markets[index] = { book, isWhole, hasMetrics, consumers: [...(market?.consumers ?? []), consumer] }
    if (market === undefined && !source.follow(instrument)) source.resyncBook(instrument)
    this.#states.tell(index, now, ({ records, slot }) => consumer.append(records, slot, slot + 1))
    if (isWhole) consumer.begin(book, index, now)
    return ok({
      drain: at => consumer.drain(at, book, index),
      close: () => this.#leave(consumer, instrument, source),
    })
  }

  append(records: Records, from: number, to: number): void {
    for (let start = from; start < to; ) {
      // A consumer may cause records of its own: the flyweight is laid over ours again.
      const record = this.#record.wrap(records).at(start)
      const { instrument, kind } = record
      const topic = TOPIC_OF[kind]!
      let end = start + 1
      while (end < to && record.at(end).instrument === instrument && TOPIC_OF[record.kind] === topic) end++
      this.#tell(topic, instrument, records, start, end)
      start = end
    }
  }

  /** Time has passed: consumers with a pace get what waits. @param now microseconds */
  tick(now: number): void {
    for (const [instrument, market] of this.#markets.entries())
      if (market?.isWhole === true) for (const consumer of market.consumers) consumer.pass(now, market.book, instrument)
  }

  /** Whether the book of an instrument equals the venue's. */
  isReady(instrument: Instrument): boolean {
    return this.#sources.get(instrument.venue)?.isLive(instrument.index) ?? false
  }

  /** The book of an instrument that is followed, to read between two messages; undefined when nobody follows it. */
  book(instrument: Instrument): OrderBook | undefined {
    return this.#markets[instrument.index]?.book
  }

  /** How many follow an instrument. */
  consumers(instrument: Instrument): number {
    return this.#markets[instrument.index]?.consumers.length ?? 0
  }

  /** Microseconds since anything was heard of an instrument; Infinity before the first record. */
  silence(instrument: Instrument, now: number): number {
    const at = this.#heardAt[instrument.index]!
    return at === 0 ? Number.POSITIVE_INFINITY : now - at
  }

  #tell(topic: number, instrument: number, records: Records, from: number, to: number): void {
    const market = this.#markets[instrument]
    const record = this.#record
    if (topic === Topic.book && market !== undefined)
      for (let slot = from; slot < to; slot++) market.book.apply(record.at(slot))
    if (topic === Topic.everybody)
      for (let slot = from; slot < to; slot++) if (record.at(slot).kind === Kind.status) this.#states.take(record)
    const { receiveTime, isLast } = record.at(to - 1)
    this.#heardAt[instrument] = receiveTime
    if (market === undefined) return
    // A consumer that subscribes or leaves from here on does so in another list.
    for (const consumer of market.consumers) if (consumer.wants(topic)) consumer.append(records, from, to)
    if (topic === Topic.book) this.#over(instrument, receiveTime, isLast)
    if (!isLast) return
    for (const consumer of market.consumers) consumer.pass(receiveTime, market.book, instrument)
  }

  /** Records of a book were told; behind a whole message come its metrics, and the book for who has none. */
  #over(instrument: number, at: number, isLast: boolean): void {
    const market = this.#markets[instrument]
    if (market === undefined) return
    market.isWhole = isLast
    if (!isLast) return
    if (market.hasMetrics) {
      writeMetrics(this.#made.at(0), market.book, instrument, at)
      for (const consumer of market.consumers) if (consumer.wants(Topic.metrics)) consumer.append(this.#metrics, 0, 1)
    }
    for (const consumer of market.consumers) consumer.begin(market.book, instrument, at)
  }

  #leave(consumer: FeedConsumer, instrument: Instrument, source: FeedSource): void {
    const { index } = instrument
    const market = this.#markets[index]
    if (market === undefined || !market.consumers.includes(consumer)) return
    consumer.close()
    const consumers = market.consumers.filter(each => each !== consumer)
    const hasMetrics = consumers.some(each => each.wants(Topic.metrics))
    this.#markets[index] = consumers.length === 0 ? undefined : { ...market, consumers, hasMetrics }
    if (consumers.length === 0) source.unfollow(instrument)
  }
}
