import type { Micros } from '@velocimex/core/clock/micros'
import { FrameKind, type MarketCodec } from '@velocimex/core/feed/market-codec'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import type { Instrument } from '@velocimex/core/market/instrument'
import { Connection, type ConnectionListener } from '@velocimex/host/net/connection'
import type { ConnectionState } from '@velocimex/host/net/connection-rules'
import type { SocketEnd } from '@velocimex/host/net/market-socket'
import { type ConnectionAction, type ConnectionView, viewOf, wordsOf } from './connection-view.ts'
import type { ConnectorOptions } from './connector-options.ts'
import { HeldTopics } from './held-topics.ts'

/** Longest message of a venue that is known, with room: Coinbase sends a whole book of several megabytes. */
const MESSAGE_MAX = 16 << 20
/** The same of a socket without books: the list of all that a venue trades. */
const SHORT_MESSAGE_MAX = 4 << 20
/** Room behind a message for the beginning of the next. */
const SPARE_BYTES = 1 << 20
const LEVELS_MAX = 1 << 17
/** Least time between two attempts to get the whole book of an instrument. */
const BOOK_RETRY_US = 3_000_000
const SNAPSHOT_DEADLINE_MS = 10_000
/** How long a replacement waits when the other line of two is not fit to stand in. */
const REPLACE_RETRY_US = 10_000_000
/**
 * How long a new socket is given to bring changes, or the book itself, before the book is asked for. An answer from
 * before the first change would have a hole behind it.
 */
const FIRST_CHANGE_US = 3_000_000
/** How long a book may be missing on an open socket before somebody is told. */
const BOOK_PATIENCE_US = 30_000_000

/** What a line is to carry. */
export interface LineTopics {
  /** Path of the socket at the venue. */
  readonly path: string
  /** Topics of each instrument that has some there. */
  readonly topics: ReadonlyMap<Instrument, readonly string[]>
}

/** What a line is made of: the sink and the address may be its own. */
export interface LineOptions extends ConnectorOptions {
  /** The books of the line were given up because its socket is gone. */
  readonly onLost: () => void
  /** Every topic of the line comes, perhaps after a while without. */
  readonly onReady: () => void
  /** Whether the books of the line are not needed for a while: its socket may be replaced. */
  readonly mayReplace: () => boolean
}

/** One socket of a connector with the feed that is read from it. */
export class MarketLine implements ConnectionListener {
  readonly connection: Connection
  readonly feed: MarketFeed
  readonly #options: LineOptions
  readonly #codec: MarketCodec
  readonly name: string
  readonly #url: string
  readonly #topics: HeldTopics
  /** Whether the books of the instruments come over this line. */
  readonly #hasBooks: boolean
  /** Where a REST answer is put. */
  readonly #answersFrom: number
  readonly #askedAt = new Map<number, number>()
  /** Since when books are missing; Infinity once somebody was told. */
  readonly #missingSince = new Map<number, number>()
  #openLink = 0
  #liveLink = 0
  #isReplacing = false
  #liveAt = 0

  /** @param number which line of the connector this is, from 0; the source of its records */
  constructor(options: LineOptions, number: number, { path, topics }: LineTopics) {
    const { venue, wire, instruments, timers, random, sink } = options
    this.#options = options
    this.#topics = new HeldTopics(topics)
    this.#hasBooks = [...topics].some(([{ symbol }, own]) => own.includes(wire.bookTopic(symbol)))
    this.name = `ws${number + 1}`
    this.#url = (options.sockets ?? wire.sockets) + path
    const messageMax = this.#hasBooks ? MESSAGE_MAX : SHORT_MESSAGE_MAX
    const regionBytes = messageMax + SPARE_BYTES
    // Two sockets, since a replacement overlaps; behind them lie REST answers.
    this.#answersFrom = 2 * regionBytes
    this.#codec = venue.makeCodec(instruments, 2 * regionBytes + messageMax, LEVELS_MAX, number)
    this.feed = new MarketFeed(this.#codec, venue.sequencing, sink, instruments.all.length, number)
    const bytes = this.#codec.buffer
    const { heartbeats, silenceMs, sends, ackMs, lifeMs } = wire
    this.connection = new Connection(
      {
        target: () => ({ url: this.#url }),
        speech: wire,
        rules: {
          heartbeats,
          silenceMs,
          sends,
          ackMs,
          ackTries: 3,
          lateMs: 60_000,
          rolloverMs: lifeMs,
          stableMs: 30_000,
        },
        regions: [0, 1].map(at => ({ bytes, from: at * regionBytes, to: (at + 1) * regionBytes })),
        socket: { messageMax },
        timers,
        random,
        admit: now => this.#admit(now),
      },
      this,
    )
    this.connection.follow(this.#topics.all)
  }

  message(link: number, bytes: Uint8Array, from: number, to: number, isBinary: boolean, at: Micros): void {
    const { primary } = this.connection
    if (isBinary || (primary !== 0 && link !== primary)) {
      this.#hearReply(link, bytes, from, to)
      return
    }
    if (link !== this.#openLink) {
      this.#openLink = link
      this.#options.raw?.onOpen(this.name, this.#url, at)
    }
    this.#options.raw?.onFrame(this.name, bytes, from, to, at)
    if (this.feed.frame(from, to, at, 0) === FrameKind.control) this.#hearReply(link, bytes, from, to)
  }

  /** Acknowledgements and refusals of topics are among the frames that say nothing about the market. */
  #hearReply(link: number, bytes: Uint8Array, from: number, to: number): void {
    if (to - from > 65_536) return
    const reply = this.#options.wire.reply(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString())
    if (reply === undefined) return
    for (const topic of reply.acknowledged) this.connection.acknowledge(link, topic)
    for (const topic of reply.refused) this.connection.refuse(topic)
    if (reply.words !== '') this.#options.onAlert({ kind: 'refused', words: reply.words })
  }

  live(link: number): void {
    this.#isReplacing = false
    this.#liveAt = this.#now()
    this.#liveLink = link
    if (link === this.#openLink) return
    // A replacement had its whole books before it counted: they are asked for once more.
    this.feed.disconnected(this.#now())
    this.#askedAt.clear()
  }

  lost(_link: number, end: SocketEnd | undefined): void {
    this.feed.disconnected(this.#now())
    this.#liveAt = this.#now()
    this.#isReplacing = false
    this.#missingSince.clear()
    this.#options.onAlert({
      kind: 'lost',
      words: end === undefined ? `${this.name} was left` : wordsOf(this.name, end),
    })
    this.#options.onLost()
  }

  failed(_link: number, end: SocketEnd): void {
    this.#isReplacing = false
    this.#options.onAlert({ kind: 'lost', words: wordsOf(this.name, end) })
  }

  /** The replacement counts already. */
  retired(): void {}

  missing(topics: readonly string[]): void {
    this.#options.onAlert({ kind: 'missing', words: `not acknowledged: ${topics.join(', ')}` })
  }

  /** Readiness says what matters. */
  state(_state: ConnectionState): void {}

  ready(isReady: boolean): void {
    if (isReady) this.#options.onReady()
  }

  /** Gives up silent books, and asks for the whole books that are wanted. */
  tick(): void {
    const now = this.#now()
    const { primary } = this.connection
    this.feed.tick(now)
    // A socket that is still being opened carries no changes.
    if (primary === 0 || (primary !== this.#openLink && primary !== this.#liveLink)) return
    const isSettled = now - this.#liveAt >= FIRST_CHANGE_US
    for (const instrument of this.own.keys()) {
      const { index } = instrument
      if (this.feed.wantsSnapshot(index) && (isSettled || this.feed.hasPending(index))) this.#askBook(instrument, now)
      if (this.#hasBooks) this.#watchBook(instrument, now)
    }
  }

  /** A venue may pass over a symbol that it does not know in silence: that no book comes is told once. */
  #watchBook({ index, symbol }: Instrument, now: number): void {
    if (this.feed.isLive(index)) {
      this.#missingSince.delete(index)
      return
    }
    const since = this.#missingSince.get(index) ?? now
    const isOver = now - since >= BOOK_PATIENCE_US
    this.#missingSince.set(index, isOver ? Number.POSITIVE_INFINITY : since)
    const seconds = BOOK_PATIENCE_US / 1e6
    if (isOver) this.#options.onAlert({ kind: 'missing', words: `no book of ${symbol} for ${seconds} s` })
  }

  /** Whether it is up, and about to stay so. */
  get isSteady(): boolean {
    return this.connection.isReady && !this.#isReplacing
  }

  /** Does what a person asked for. */
  act(action: ConnectionAction): void {
    if (action === 'reconnect') this.connection.reconnect()
    else if (action === 'rollover') this.connection.rollover()
    else this.resync()
  }

  /** How it stands. */
  view(): ConnectionView {
    return viewOf(this.name, this.#url, this.connection, this.feed, [...this.own.keys()], this.#now())
  }

  /** Instruments that are followed here, with their topics. */
  get own(): ReadonlyMap<Instrument, readonly string[]> {
    return this.#topics.byInstrument
  }

  /** Follows one more instrument on the same socket. @returns false when the connection has no room for its topics */
  follow(instrument: Instrument, topics: readonly string[]): boolean {
    if (!this.connection.follow(this.#topics.news(topics))) return false
    this.#topics.add(instrument, topics)
    return true
  }

  /** Leaves an instrument. @returns false when it is not followed here */
  unfollow(instrument: Instrument): boolean {
    const topics = this.#topics.remove(instrument)
    if (topics === undefined) return false
    this.connection.unfollow(topics)
    this.#askedAt.delete(instrument.index)
    this.#missingSince.delete(instrument.index)
    this.feed.forget(instrument.index, this.#now())
    return true
  }

  /** Gives up the book of an instrument and asks for it anew. */
  resyncBook(instrument: Instrument): void {
    const now = this.#now()
    this.feed.resync(instrument.index, now)
    this.#askBook(instrument, now)
  }

  /** Asks for the whole books of all instruments anew. */
  resync(): void {
    this.feed.disconnected(this.#now())
    this.#askedAt.clear()
    if (this.#openLink > 0) this.#options.raw?.onOpen(this.name, this.#url, this.#now())
    this.tick()
  }

  #askBook(instrument: Instrument, now: number): void {
    const { index, symbol } = instrument
    if (now - (this.#askedAt.get(index) ?? Number.NEGATIVE_INFINITY) < BOOK_RETRY_US) return
    this.#askedAt.set(index, now)
    const { wire } = this.#options
    const path = wire.snapshotPath(symbol)
    if (path === undefined) this.connection.resync(wire.bookTopic(symbol))
    else void this.#fetchBook(instrument, path)
  }

  async #fetchBook(instrument: Instrument, path: string): Promise<void> {
    const { primary } = this.connection
    const { rest, restOrigin, raw, onAlert } = this.#options
    const outcome = await rest.request({ method: 'GET', path, deadlineMs: SNAPSHOT_DEADLINE_MS })
    if (outcome.kind !== 'answered' || outcome.status !== 200) {
      const words = outcome.kind === 'answered' ? `HTTP ${outcome.status}` : outcome.words
      onAlert({ kind: 'snapshot_failed', words: `${path}: ${words}` })
      return
    }
    const at = this.#now()
    raw?.onAnswer(`${this.name}-rest`, restOrigin + path, outcome.body, at)
    if (outcome.body.length > MESSAGE_MAX) return
    // The changes behind it must come on the same socket: a book without them would stand still and look whole.
    if (primary !== this.connection.primary || !this.own.has(instrument)) return
    const from = this.#answersFrom
    this.#codec.buffer.set(outcome.body, from)
    this.feed.snapshot(from, from + outcome.body.length, instrument.index, at, 0)
  }

  /** A new socket is opened at once; one that replaces another, when the books are not needed. */
  #admit(now: Micros): number {
    if (this.connection.primary === 0) return now
    this.#isReplacing = this.#options.mayReplace()
    return this.#isReplacing ? now : now + REPLACE_RETRY_US
  }

  #now(): Micros {
    return this.#options.timers.now()
  }
}
