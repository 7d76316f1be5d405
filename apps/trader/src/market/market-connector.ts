import { FrameKind } from '@velocimex/core/feed/market-codec'
import type { MarketFeed } from '@velocimex/core/feed/market-feed'
import { MergeFeeds } from '@velocimex/core/feed/merge-feeds'
import type { RecordSink } from '@velocimex/core/market/event-record'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Timers } from '@velocimex/host/net/timers'
import { inRuns, type MarketChannel, topicsByPath } from '@velocimex/venues/market-wire'
import type { ConnectionAction, ConnectionView } from './connection-view.ts'
import type { ConnectorOptions } from './connector-options.ts'
import { type LineTopics, MarketLine } from './market-line.ts'
import { StatusQuestions } from './status-questions.ts'

const TICK_MS = 1_000
/** Silence of one of two lines after which quotes and marks come from the other. */
const SILENCE_US = 2_000_000

/** One line, or two that carry the same. */
interface Twins {
  readonly path: string
  readonly lines: readonly MarketLine[]
}

/**
 * The market data of one venue: sockets that live for months, books that are the venue's or say that they are not,
 * records into a sink. It reconnects, subscribes anew, fetches whole books, and replaces sockets before the venue cuts
 * them. Asked to, it holds two sockets for everything and merges them.
 */
export class MarketConnector {
  readonly #twins: Twins[] = []
  readonly #options: ConnectorOptions
  readonly #timers: Timers
  /** Undefined where each instrument has one line. */
  readonly #merge: MergeFeeds | undefined
  /** Undefined where the sockets tell all that is wanted of the trading of instruments. */
  readonly #questions: StatusQuestions | undefined
  #isStarted = false
  #takeBack: () => void = () => {}

  constructor(options: ConnectorOptions) {
    this.#timers = options.timers
    this.#options = options
    const { wire, followed, venue, sink, instruments, redundancy = 1 } = options
    const isNumbered = venue.sequencing.connects !== 'arrival'
    const rules = { instruments: instruments.all.length, isNumbered, silenceUs: SILENCE_US }
    this.#merge = redundancy === 2 ? new MergeFeeds(sink, rules) : undefined
    const told = (): number => this.feeds.reduce((sum, { counts }) => sum + counts.frames[FrameKind.status]!, 0)
    this.#questions = StatusQuestions.areNeeded(options) ? new StatusQuestions(options, told) : undefined
    const topics = new Map(followed.map(each => [each, this.#topicsOf(each)]))
    // Of a venue with several sockets, the one with the books comes first: by its number it is known in a recording.
    for (const path of new Set([wire.path, ...followed.flatMap(each => [...topics.get(each)!.keys()])])) {
      const carried = followed.filter(each => topics.get(each)!.has(path))
      const perInstrument = Math.max(1, ...carried.map(each => topics.get(each)!.get(path)!.length))
      for (const own of inRuns(carried, Math.max(1, Math.floor(wire.topicsMax / perInstrument))))
        this.#add({ path, topics: new Map(own.map(each => [each, topics.get(each)!.get(path)!])) })
    }
  }

  start(): void {
    this.#isStarted = true
    for (const { connection } of this.#lines) connection.start()
    const tick = (): void => {
      for (const line of this.#lines) line.tick()
      this.#mend()
      this.#questions?.tick(this.#followed)
      this.#takeBack = this.#timers.after(TICK_MS, tick)
    }
    this.#takeBack = this.#timers.after(TICK_MS, tick)
  }

  stop(): void {
    this.#isStarted = false
    this.#takeBack()
    for (const { connection } of this.#lines) connection.stop()
  }

  /** Every instrument has all its topics on a socket. */
  get isReady(): boolean {
    return this.#twins.every(({ lines }) => lines.some(({ connection }) => connection.isReady))
  }

  /** Whether the book of an instrument equals the venue's. */
  isLive(instrument: number): boolean {
    const isLive = this.#lines.some(({ feed }) => feed.isLive(instrument))
    return isLive && (this.#merge?.isLive(instrument) ?? true)
  }

  /** Whether the records of a channel come for an instrument. */
  offers({ symbol }: Instrument, channel: MarketChannel): boolean {
    const { wire, channels } = this.#options
    return channels.includes(channel) && wire.topics(symbol, [channel]).length > 0
  }

  /** Follows one more instrument of the table, on sockets with room or on new ones. @returns false when it is followed */
  follow(instrument: Instrument): boolean {
    if (this.#lines.some(({ own }) => own.has(instrument))) return false
    for (const [path, topics] of this.#topicsOf(instrument)) {
      if (this.#twins.some(twins => twins.path === path && this.#join(twins, instrument, topics))) continue
      const { lines } = this.#add({ path, topics: new Map([[instrument, topics]]) })
      if (this.#isStarted) for (const { connection } of lines) connection.start()
    }
    return true
  }

  /** Leaves an instrument: its topics are unsubscribed, its book is cleared. @returns false when it is not followed */
  unfollow(instrument: Instrument): boolean {
    return this.#lines.filter(line => line.unfollow(instrument)).length > 0
  }

  /** What the feeds have seen, one for each socket. */
  get feeds(): readonly MarketFeed[] {
    return this.#lines.map(({ feed }) => feed)
  }

  /** What became of the records of two lines; undefined where each instrument has one. */
  get merged(): Pick<MergeFeeds, 'passed' | 'dropped' | 'switches' | 'renumbered'> | undefined {
    return this.#merge
  }

  /** How each socket stands. */
  get connections(): readonly ConnectionView[] {
    return this.#lines.map(line => line.view())
  }

  /** Does what a person asked for. @param name of a connection; all of them without it @returns false when there is none */
  act(action: ConnectionAction, name?: string): boolean {
    const meant = this.#lines.filter(line => name === undefined || line.name === name)
    for (const line of meant) line.act(action)
    return meant.length > 0
  }

  /** Drops the sockets and connects anew. */
  reconnect(): void {
    this.act('reconnect')
  }

  /** Asks for the whole books of all instruments anew. */
  resync(): void {
    this.act('resync')
  }

  /** Something looks as if an instrument were halted: where the venue has to be asked, it is asked soon. */
  askStatuses(): void {
    this.#questions?.hurry()
  }

  /** Asks for the whole book of one instrument anew. */
  resyncBook(instrument: Instrument): void {
    for (const line of this.#lines) if (line.own.has(instrument)) line.resyncBook(instrument)
  }

  get #followed(): readonly Instrument[] {
    return [...new Set(this.#lines.flatMap(({ own }) => [...own.keys()]))]
  }

  get #lines(): readonly MarketLine[] {
    return this.#twins.flatMap(({ lines }) => lines)
  }

  #topicsOf({ symbol }: Instrument): ReadonlyMap<string, readonly string[]> {
    return topicsByPath(this.#options.wire, symbol, this.#options.channels)
  }

  #add(topics: LineTopics): Twins {
    const merge = this.#merge
    const { sink, sockets, secondSockets = sockets } = this.#options
    const number = this.#lines.length
    const lines: MarketLine[] = []
    const twins = { path: topics.path, lines }
    const line = (source: 0 | 1): MarketLine => {
      const address = source === 0 ? sockets : secondSockets
      const own: RecordSink =
        merge === undefined ? sink : { append: (records, from, to) => merge.take(source, records, from, to) }
      const onReady = (): void => this.#questions?.hurry()
      const told = { onReady, onLost: () => this.#mend(), mayReplace: () => this.#mayReplace(twins, source) }
      const parts = { ...this.#options, ...(address === undefined ? {} : { sockets: address }), sink: own, ...told }
      return new MarketLine(parts, number + source, topics)
    }
    lines.push(line(0))
    if (merge !== undefined) lines.push(line(1))
    this.#twins.push(twins)
    return twins
  }

  /** Whether every book of a line is to be had from the other one as well. A line alone has to do without. */
  #mayReplace({ lines }: Twins, source: 0 | 1): boolean {
    const [own, other] = [lines[source]!, lines[1 - source]]
    if (other === undefined) return true
    const twin = source === 0 ? 1 : 0
    const isKnown = ({ index }: Instrument): boolean => !own.feed.isLive(index) || this.#merge!.believes(twin, index)
    return other.isSteady && [...own.own.keys()].every(isKnown)
  }

  /** Takes an instrument onto lines with room. @returns false when there is none on one of them */
  #join({ lines }: Twins, instrument: Instrument, topics: readonly string[]): boolean {
    const held = [...lines[0]!.own.values()].reduce((sum, each) => sum + each.length, 0)
    if (held + topics.length > this.#options.wire.topicsMax) return false
    const joined = lines.filter(line => line.follow(instrument, topics))
    if (joined.length === lines.length) return true
    for (const line of joined) line.unfollow(instrument)
    return false
  }

  /** A line that has a book of its own, which the merge does not believe, sends it again. */
  #mend(): void {
    const merge = this.#merge
    if (merge === undefined) return
    for (const { lines } of this.#twins)
      for (const [source, line] of lines.entries())
        for (const instrument of line.own.keys())
          if (line.feed.isLive(instrument.index) && !merge.believes(source as 0 | 1, instrument.index))
            line.resyncBook(instrument)
  }
}
