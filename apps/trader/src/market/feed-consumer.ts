import { tellBook } from '@velocimex/core/book/book-records'
import type { OrderBook } from '@velocimex/core/book/order-book'
import { Conflation, type Drained } from '@velocimex/core/feed/conflation'
import { Throttle } from '@velocimex/core/feed/throttle'
import { Kind } from '@velocimex/core/market/event-kind'
import type { RecordSink, Records } from '@velocimex/core/market/event-record'
import type { MarketChannel } from '@velocimex/venues/market-wire'

/**
 * What a consumer may want of an instrument; `metrics` are derived from the book: spread, mid, microprice, imbalance.
 * Statuses are told to everybody.
 */
export type FeedChannel = Exclude<MarketChannel, 'status'> | 'metrics'

/** How a consumer wants its records. */
export interface FeedWish {
  /** The newest state when asked for by `drain`, instead of every record at once. Slots must hold a whole book. */
  readonly conflate?: { readonly slots: number; readonly rowSlots: number }
  /** The newest state at most so often a second, unasked: for screens. */
  readonly perSecond?: number
}

/** Room of a consumer that named a pace alone: a book of several thousand levels, a burst of trades. */
const ROOM = { slots: 1 << 14, rowSlots: 1 << 10 }

const BOOK_KINDS = [
  ...[Kind.clear, Kind.level, Kind.orderAdd, Kind.orderExecute],
  ...[Kind.orderReduce, Kind.orderDelete, Kind.orderReplace],
]
const KINDS_OF: Readonly<Record<FeedChannel, readonly number[]>> = {
  book: BOOK_KINDS,
  trades: [Kind.trade],
  quotes: [Kind.quote],
  bars: [Kind.bar, Kind.barVolume],
  mark: [Kind.mark, Kind.funding],
  metrics: [Kind.metrics],
}

/** Topic of a kind: kinds of one topic are told together. Links and statuses concern everybody. */
export const Topic = { everybody: 0, book: 1, trades: 2, quotes: 3, bars: 4, mark: 5, metrics: 6 } as const
const TOPICS = Object.keys(Topic).length

/** Topic by kind. */
export const TOPIC_OF = new Uint8Array(256)
for (const [channel, kinds] of Object.entries(KINDS_OF))
  for (const kind of kinds) TOPIC_OF[kind] = Topic[channel as FeedChannel]

/** One consumer of one instrument: what it wants, how often, and whether it has the book yet. */
export class FeedConsumer {
  /** Whether it has the book from its beginning: changes mean nothing to it before. */
  hasBook = false
  readonly #wants = new Uint8Array(TOPICS)
  readonly #sink: RecordSink
  readonly #waiting: Conflation | undefined
  #pace: Throttle | undefined

  /** @throws Error Invariant when a pace or room is not positive */
  constructor(channels: readonly FeedChannel[], sink: RecordSink, { conflate, perSecond }: FeedWish) {
    this.#wants[Topic.everybody] = 1
    for (const channel of channels) this.#wants[Topic[channel]] = 1
    this.#sink = sink
    const { slots, rowSlots } = conflate ?? ROOM
    if (conflate !== undefined || perSecond !== undefined) this.#waiting = new Conflation(slots, rowSlots)
    if (perSecond !== undefined) this.#pace = new Throttle(1, perSecond)
  }

  wants(topic: number): boolean {
    return this.#wants[topic] === 1 && (topic !== Topic.book || this.hasBook)
  }

  /** It wants nothing more. */
  close(): void {
    this.#wants.fill(0)
    this.#pace = undefined
  }

  append(records: Records, from: number, to: number): void {
    const sink = this.#waiting ?? this.#sink
    sink.append(records, from, to)
  }

  /** The book between two messages: told whole to one that has not got it. */
  begin(book: OrderBook, instrument: number, at: number): void {
    if (this.hasBook) return
    this.hasBook = true
    const isThere = book.bids.count + book.asks.count > 0
    if (isThere && this.#wants[Topic.book] === 1) tell(book, instrument, at, this.#waiting ?? this.#sink)
  }

  /** A message is over, or time has passed: hands over what waits, when its pace allows it. */
  pass(now: number, book: OrderBook, instrument: number): void {
    if (this.#pace !== undefined && this.#waiting!.hasNews && this.#pace.passes(0, now))
      this.drain(now, book, instrument)
  }

  /** Hands over what waits; behind an overrun the book whole. Undefined for one that is told everything at once. */
  drain(now: number, book: OrderBook, instrument: number): Drained | undefined {
    const drained = this.#waiting?.drain(this.#sink)
    if (drained?.overrun !== true) return drained
    this.#waiting!.restart()
    if (this.#wants[Topic.book] === 1) tell(book, instrument, now, this.#sink)
    return drained
  }
}

function tell(book: OrderBook, instrument: number, at: number, sink: RecordSink): void {
  tellBook(book, instrument, at, ({ records, slot }) => sink.append(records, slot, slot + 1))
}
