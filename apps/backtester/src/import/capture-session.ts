import { FRAME_KIND_NAMES, FrameKind, type MarketCodec, REFUSAL_NAMES, SLACK } from '@velocimex/core/feed/market-codec'
import { MarketFeed } from '@velocimex/core/feed/market-feed'
import { Kind, MarketStatus } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag, type RecordSink, type Records } from '@velocimex/core/market/event-record'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { CaptureLine } from '@velocimex/host/capture/capture-reader'
import type { MarketVenue, VenueGroup } from '@velocimex/venues/market-venue'
import { BookCheck } from './book-check.ts'
import { BookOwners } from './book-owners.ts'
import { HeldSnapshots } from './held-snapshots.ts'
import { ToldStatuses } from './told-statuses.ts'
import { ToldTrades } from './told-trades.ts'

const BUFFER_BYTES = 64 << 20
const LEVELS_MAX = 1 << 18
const SAMPLES_MAX = 10
const CLOCK_STEP_SECONDS = 1

/** A refused message or a damaged line, for people to look at. */
export interface RefusalSample {
  readonly file: string
  readonly line: number
  readonly reason: string
  readonly text: string
}

/** One socket of the capture. */
interface Connection {
  readonly name: string
  readonly venue: MarketVenue
  readonly codec: MarketCodec
  readonly feed: MarketFeed
  /** 1 where changes of a whole book have come, by instrument. */
  readonly follows: Uint8Array
  /** Books that this connection follows, by instrument. */
  readonly checks: (BookCheck | undefined)[]
}

/**
 * Plays capture lines through codecs and feeds into a tape: one feed a connection. Where several connections follow one
 * instrument, one of them owns its book on the tape, see `BookOwners`; the others keep books of their own to compare.
 */
export class CaptureSession {
  readonly samples: RefusalSample[] = []
  /** Captures that begin before what was given ahead of them ends. */
  readonly outOfOrder: { readonly file: string; readonly seconds: number }[] = []
  /** Lines by direction. */
  readonly lines = { recv: 0, http: 0, send: 0, open: 0, damaged: 0 }
  /** Trades of an aggregated stream left off the tape, because the single trades are on it. */
  aggregatesLeftOff = 0
  records = 0
  readonly #group: VenueGroup
  readonly #addresses = new Map<string, string>()
  readonly #table: InstrumentTable
  readonly #tape: RecordSink
  readonly #connections = new Map<string, Connection>()
  readonly #owners: BookOwners<Connection>
  readonly #trades = new ToldTrades<Connection>()
  readonly #single: Uint8Array
  readonly #held = new HeldSnapshots()
  readonly #statuses: ToldStatuses
  #file = ''
  #number = 0
  #latest = Number.NEGATIVE_INFINITY

  constructor(group: VenueGroup, table: InstrumentTable, tape: RecordSink) {
    this.#group = group
    this.#table = table
    this.#tape = tape
    this.#single = new Uint8Array(table.all.length)
    this.#statuses = new ToldStatuses(table, tape)
    this.#owners = new BookOwners(tape)
  }

  /** Takes the next line. @param file for samples of refusals */
  take(line: CaptureLine, number: number, file: string): void {
    this.lines[line.dir]++
    if (file !== this.#file || number < this.#number) this.#open(line, file)
    this.#number = number
    this.#latest = Math.max(this.#latest, line.at)
    if (line.dir === 'recv') this.#frame(line, number, file)
    else if (line.dir === 'http') this.#answer(line, number, file)
    else if (line.dir === 'open') {
      this.#addresses.set(line.conn, line.url)
      this.#connections.get(line.conn)?.feed.disconnected(line.at)
    }
  }

  #open(line: CaptureLine, file: string): void {
    const seconds = (this.#latest - line.at) / 1e6
    // Clocks of recorders are set back by a little now and then.
    if (seconds > CLOCK_STEP_SECONDS) this.outOfOrder.push({ file, seconds })
    this.#file = file
  }

  /** Takes note of a line that is no capture line. */
  damaged(words: string, number: number, file: string): void {
    this.lines.damaged++
    this.#sample('damaged', words, number, file)
  }

  /** Feeds by connection name, in the order of appearance. */
  get connections(): readonly Connection[] {
    return [...this.#connections.values()]
  }

  /** How often a book went over to another connection that follows it. */
  get handovers(): number {
    return this.#owners.handovers
  }

  /** Trades left off the tape, because another connection had told them. */
  get tradesAgain(): number {
    return this.#trades.again
  }

  /** REST answers with a book that no connection follows. */
  get snapshotsUnused(): number {
    return this.#held.unused
  }

  /** Sum of a count over all connections. */
  sum(of: (feed: MarketFeed) => number): number {
    return this.connections.reduce((sum, { feed }) => sum + of(feed), 0)
  }

  /** The connection whose records of an instrument are on the tape. */
  ownerOf(instrument: number): Connection | undefined {
    return this.#owners.of(instrument)
  }

  #frame(line: CaptureLine, number: number, file: string): void {
    const connection = this.#connection(line.conn)
    const to = put(connection.codec, line.raw)
    const kind = connection.feed.frame(0, to, line.at, line.nanos)
    if (kind < 0) this.#sample(REFUSAL_NAMES[-kind]!, line.raw, number, file)
    else if (kind === FrameKind.quote && connection.codec.ids.last >= 0) this.#quote(connection)
    else if (kind === FrameKind.depth) this.#change(connection, line, number, file)
  }

  /** A connection that begins to follow a book is given the answer that came before. */
  #change(connection: Connection, line: CaptureLine, number: number, file: string): void {
    const { instrument } = connection.codec
    if (connection.follows[instrument] === 1) return
    connection.follows[instrument] = 1
    const held = connection.feed.wantsSnapshot(instrument) ? this.#held.take(instrument) : undefined
    // Known from now on: on a tape, instants do not go back.
    if (held !== undefined)
      this.#snapshot(connection, instrument, { ...held, at: line.at, nanos: line.nanos }, number, file)
  }

  #quote({ codec, checks }: Connection): void {
    const check = (checks[codec.instrument] ??= new BookCheck(this.#table.at(codec.instrument)))
    check.quote(new EventRecord(codec.batch), codec.ids.last)
  }

  /**
   * A REST answer: states of instruments, or a book for the connection it was fetched for (`ws1-rest` for `ws1`), or else
   * for all of those that follow the book.
   */
  #answer(line: CaptureLine, number: number, file: string): void {
    const venue = this.#group.memberAt(line.url)
    const symbol = venue.snapshotSymbol(line.url)
    if (symbol === undefined) {
      this.records += this.#statuses.take(venue, line)
      return
    }
    const index = this.#table.find(venue.id, symbol)?.index
    if (index === undefined) return
    const followers = this.connections.filter(({ follows }) => follows[index] === 1)
    const own = followers.filter(({ name }) => name === line.conn.replace(/-rest$/, ''))
    for (const each of own.length > 0 ? own : followers) this.#snapshot(each, index, line, number, file)
    if (own.length === 0) this.#held.keep(index, line, followers.length > 0)
  }

  #snapshot({ codec, feed }: Connection, instrument: number, line: CaptureLine, number: number, file: string): void {
    const kind = feed.snapshot(0, put(codec, line.raw), instrument, line.at, line.nanos)
    if (kind < 0) this.#sample(REFUSAL_NAMES[-kind]!, line.raw, number, file)
  }

  #connection(name: string): Connection {
    const known = this.#connections.get(name)
    if (known !== undefined) return known
    const source = this.#connections.size
    const venue = this.#group.memberAt(this.#addresses.get(name) ?? '')
    const codec = venue.makeCodec(this.#table, BUFFER_BYTES, LEVELS_MAX, source)
    const sink: RecordSink = { append: (records, from, to) => this.#append(made, records, from, to) }
    const feed = new MarketFeed(codec, venue.sequencing, sink, this.#table.all.length, source)
    const follows = new Uint8Array(this.#table.all.length)
    const made: Connection = { name, venue, codec, feed, follows, checks: [] }
    this.#connections.set(name, made)
    return made
  }

  #append(connection: Connection, records: Records, from: number, to: number): void {
    const record = new EventRecord(records)
    const { kind, instrument, flags, lane0 } = record.at(from)
    // That a book is out of step belongs to the book; what the venue says of trading, to nobody's.
    const isOfBook = kind === Kind.status && lane0 > MarketStatus.closed
    const isBook = kind === Kind.level || kind === Kind.clear || isOfBook
    if (kind === Kind.status && !isOfBook)
      for (let slot = from; slot < to; slot++) this.#statuses.heard(record.at(slot))
    if (isBook) {
      const check = (connection.checks[instrument] ??= new BookCheck(this.#table.at(instrument)))
      for (let slot = from; slot < to; slot++) check.apply(record.at(slot))
      record.at(to - 1)
      const handed = this.#owners.take(connection, check, instrument, record.isLast, record.receiveTime)
      this.records += Math.max(0, handed)
      if (handed !== 0) return
    } else if (kind === Kind.trade) {
      const aggregate = (flags & Flag.aggregate) !== 0
      if (!aggregate) this.#single[instrument] = 1
      else if (this.#single[instrument] === 1) {
        this.aggregatesLeftOff++
        return
      }
      for (let slot = from; slot < to; slot++)
        if (this.#trades.isNews(connection, record.at(slot))) this.#put(records, slot, slot + 1)
      return
    }
    this.#put(records, from, to)
  }

  #put(records: Records, from: number, to: number): void {
    this.records += to - from
    this.#tape.append(records, from, to)
  }

  #sample(reason: string, text: string, line: number, file: string): void {
    if (this.samples.length < SAMPLES_MAX) this.samples.push({ file, line, reason, text: text.slice(0, 120) })
  }
}

/** Frame counts summed over connections, by name; kinds that did not occur are left out. */
export function framesByKind(session: CaptureSession): Record<string, number> {
  return byName(FRAME_KIND_NAMES, at => session.sum(feed => feed.counts.frames[at]!))
}

/** Refusals summed over connections, by name. */
export function refusalsByReason(session: CaptureSession): Record<string, number> {
  return byName(REFUSAL_NAMES, at => session.sum(feed => feed.counts.refusals[at]!))
}

function byName(names: readonly string[], count: (at: number) => number): Record<string, number> {
  const entries = names.map((name, at) => [name, count(at)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value > 0))
}

/** Writes a message into a codec's buffer; what is too long is cut, and thereby refused. */
function put(codec: MarketCodec, raw: string): number {
  const room = codec.buffer.length - SLACK
  return Buffer.from(codec.buffer.buffer, codec.buffer.byteOffset).write(raw, 0, room, 'utf8')
}
