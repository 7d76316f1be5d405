import { Conflation, type Drained } from '@velocimex/core/feed/conflation'
import { EventRecord, Kind, type RecordSink, Records } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import type { MarketChannel } from '@velocimex/venues/market-wire'

/** What the feeds need of a venue's connector. */
export interface FeedSource {
  follow(instrument: Instrument): boolean
  unfollow(instrument: Instrument): boolean
  isLive(instrument: number): boolean
  reconnect(): void
  resync(): void
}

/** How a consumer wants its records. */
export interface FeedWish {
  /** The newest state when asked for by `drain`, instead of every record at once. */
  readonly conflate?: { readonly slots: number; readonly rowSlots: number }
}

/** One consumer's hold on one instrument. */
export interface FeedHandle {
  /** Hands over what waits for a conflated consumer; undefined for one that is told everything at once. */
  drain(): Drained | undefined
  /** Leaves; the last consumer of an instrument unsubscribes it at the venue. A second call does nothing. */
  close(): void
}

/** Why a subscription was refused. */
export type FeedRefusal = 'unknown_venue' | 'no_channel' | 'too_many_consumers'

const CONSUMERS_MAX = 256
const CHANNEL_OF: Readonly<Partial<Record<number, MarketChannel>>> = {
  [Kind.trade]: 'trades',
  [Kind.quote]: 'quotes',
  [Kind.bar]: 'bars',
  [Kind.barVolume]: 'bars',
  [Kind.mark]: 'mark',
  [Kind.funding]: 'mark',
}

interface Consumer {
  readonly instrument: Instrument
  readonly channels: readonly MarketChannel[]
  readonly sink: RecordSink
}

/** One interface over the connectors of all venues. Instruments are followed as long as somebody wants them. */
export class MarketFeeds implements RecordSink {
  readonly #sources: ReadonlyMap<string, FeedSource>
  readonly #consumers = new Map<number, Consumer[]>()
  readonly #record = new EventRecord(new Records(1))
  readonly #heardAt: Float64Array

  /** @param sources by venue name, one connector each, whose sink is this @param instruments how many the table holds */
  constructor(sources: ReadonlyMap<string, FeedSource>, instruments: number) {
    this.#sources = sources
    this.#heardAt = new Float64Array(instruments)
  }

  /** Begins to tell `sink` of an instrument; a late consumer of a book has the venue asked for the whole books anew. */
  subscribe(
    instrument: Instrument,
    channels: readonly MarketChannel[],
    sink: RecordSink,
    { conflate }: FeedWish = {},
  ): Result<FeedHandle, FeedRefusal> {
    const source = this.#sources.get(instrument.venue)
    if (source === undefined) return refuse('unknown_venue')
    if (channels.length === 0) return refuse('no_channel')
    const list = this.#consumers.get(instrument.index) ?? []
    if (list.length >= CONSUMERS_MAX) return refuse('too_many_consumers')
    const waiting = conflate === undefined ? undefined : new Conflation(conflate.slots, conflate.rowSlots)
    const consumer: Consumer = { instrument, channels, sink: waiting ?? sink }
    this.#consumers.set(instrument.index, [...list, consumer])
    if (list.length === 0) source.follow(instrument)
    else if (channels.includes('book')) source.resync()
    return ok({ drain: () => waiting?.drain(sink), close: () => this.#leave(consumer, source) })
  }

  append(records: Records, from: number, to: number): void {
    this.#record.wrap(records)
    for (let slot = from; slot < to; slot++) {
      const { instrument, kind, receiveTime } = this.#record.at(slot)
      this.#heardAt[instrument] = receiveTime
      const list = this.#consumers.get(instrument)
      if (list === undefined) continue
      // Links and statuses concern everybody; books are all that no other channel carries.
      const channel = kind >= Kind.status ? undefined : (CHANNEL_OF[kind] ?? 'book')
      for (const consumer of list)
        if (channel === undefined || consumer.channels.includes(channel)) consumer.sink.append(records, slot, slot + 1)
    }
  }

  /** Whether the book of an instrument equals the venue's. */
  isReady(instrument: Instrument): boolean {
    return this.#sources.get(instrument.venue)?.isLive(instrument.index) ?? false
  }

  /** Microseconds since anything was heard of an instrument; Infinity before the first record. */
  silence(instrument: Instrument, now: number): number {
    const at = this.#heardAt[instrument.index]!
    return at === 0 ? Number.POSITIVE_INFINITY : now - at
  }

  /** Drops a venue's sockets and connects anew. @returns false for a venue that is not here */
  reconnect(venue: string): boolean {
    this.#sources.get(venue)?.reconnect()
    return this.#sources.has(venue)
  }

  /** Asks for a venue's whole books anew. @returns false for a venue that is not here */
  resync(venue: string): boolean {
    this.#sources.get(venue)?.resync()
    return this.#sources.has(venue)
  }

  #leave(consumer: Consumer, source: FeedSource): void {
    const { instrument } = consumer
    const list = this.#consumers.get(instrument.index) ?? []
    const rest = list.filter(each => each !== consumer)
    if (rest.length === list.length) return
    if (rest.length > 0) this.#consumers.set(instrument.index, rest)
    else {
      this.#consumers.delete(instrument.index)
      source.unfollow(instrument)
    }
  }
}
