/** What a person wants to see of an instrument; `status` is whether it is traded. */
export type MarketChannel = 'book' | 'trades' | 'quotes' | 'bars' | 'mark' | 'status'

/** All channels, in the order of a help text. */
export const MARKET_CHANNELS: readonly MarketChannel[] = ['book', 'trades', 'quotes', 'bars', 'mark', 'status']

/** One line of a venue's table of heartbeats: what is said how often, and what must come back how soon. */
export interface WireHeartbeat {
  /** Milliseconds from one to the next. */
  readonly everyMs: number
  /** A ping frame, or a text. */
  readonly send: 'ping' | { readonly text: string }
  /** A pong frame, any bytes, a message of exactly this text, or nothing that is waited for. */
  readonly expect: 'pong' | 'anything' | 'nothing' | { readonly text: string }
  /** Milliseconds within which it comes; at most `everyMs`. */
  readonly withinMs: number
  readonly whenQuiet?: boolean
}

/** What a control frame says about topics that were asked for. */
export interface TopicReply {
  readonly acknowledged: readonly string[]
  /** Refused for good, with the venue's words. */
  readonly refused: readonly string[]
  readonly words: string
}

/**
 * How the market data of one venue is asked for: addresses, topics, heartbeats and limits. A topic is the venue's own unit
 * of subscription; one socket carries at most `topicsMax` of them.
 */
export interface MarketWire {
  /** `wss://host:port` */
  readonly sockets: string
  /** `https://host` */
  readonly rest: string
  /** Path and query of the market socket. */
  readonly path: string
  /** Path of the socket that carries a topic, where a venue has topics on several; absent where all are on `path`. */
  pathOf?(topic: string): string
  readonly topicsMax: number
  readonly heartbeats: readonly WireHeartbeat[]
  /** Milliseconds without a byte after which the peer is dead. */
  readonly silenceMs: number
  /** Frames that the venue takes from us. */
  readonly sends: { readonly count: number; readonly perMs: number }
  /** Milliseconds that the venue has to acknowledge a topic; 0 where it does not name what it acknowledges. */
  readonly ackMs: number
  /** Age at which the venue cuts a socket, milliseconds; 0 for none known. */
  readonly lifeMs: number
  /**
   * Topics of an instrument; channels that the venue does not have are left out. One topic may tell of many instruments,
   * and is then a topic of each of them.
   */
  topics(symbol: string, channels: readonly MarketChannel[]): readonly string[]
  subscribe(topics: readonly string[]): readonly string[]
  unsubscribe(topics: readonly string[]): readonly string[]
  /** What a text frame says about topics; undefined for anything else. */
  reply(text: string): TopicReply | undefined
  /** The topic by which the book of an instrument is asked for anew. */
  bookTopic(symbol: string): string
  /** Path of the REST book to which changes connect; undefined where the socket sends whole books. */
  snapshotPath(symbol: string): string | undefined
  /** Paths of the instrument list. */
  readonly instrumentPaths: readonly string[]
  /** Where the states of instruments are asked for; absent where a socket tells all of them when it is asked. */
  readonly statusQuery?: StatusQuery
}

/** How a venue is asked whether its instruments are traded, because no socket tells it, or only when it changes. */
export interface StatusQuery {
  /** Milliseconds from one question to the next. */
  readonly everyMs: number
  /** Paths of the answers, which `MarketVenue.parseStatuses` reads, for the instruments of these symbols. */
  paths(symbols: readonly string[]): readonly string[]
}

/** The topics of an instrument by the path of the socket that carries them. */
export function topicsByPath(
  wire: MarketWire,
  symbol: string,
  channels: readonly MarketChannel[],
): ReadonlyMap<string, readonly string[]> {
  return Map.groupBy(wire.topics(symbol, channels), topic => wire.pathOf?.(topic) ?? wire.path)
}

/** A day less the time that a replacement needs. */
export const DAY_MS = 86_400_000

/** Splits a list into runs of at most `count`. */
export function inRuns<T>(list: readonly T[], count: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / count) }, (_, at) => list.slice(at * count, (at + 1) * count))
}
