import type { MarketFeed } from '@velocimex/core/feed/market-feed'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Connection } from '@velocimex/host/net/connection'
import type { ConnectionState } from '@velocimex/host/net/connection-rules'
import type { SocketEnd } from '@velocimex/host/net/market-socket'

/** What a person can have a connection do. */
export const CONNECTION_ACTIONS = ['reconnect', 'resync', 'rollover'] as const
/**
 * `reconnect` drops the socket and opens another; `resync` asks for the whole books anew; `rollover` replaces the socket
 * by another that is live first.
 */
export type ConnectionAction = (typeof CONNECTION_ACTIONS)[number]

/** How a market connection stands. */
export interface ConnectionView {
  /** `ws1`, `ws2`, ...: as recordings and alerts name it. */
  readonly name: string
  readonly address: string
  readonly state: ConnectionState
  /** Which socket it holds, counted from 1; 0 while there is none. */
  readonly socket: number
  /** Every topic is acknowledged. */
  readonly isReady: boolean
  /** Instruments followed, and those whose books are the venue's. */
  readonly instruments: number
  readonly books: number
  /** Microseconds since the last bytes; Infinity before the first. */
  readonly silence: number
  /** Counted since the start: whole messages, gaps, books rebuilt, and messages refused. */
  readonly frames: number
  readonly gaps: number
  readonly resyncs: number
  readonly refused: number
}

/** How a connection and the feed behind it stand. @param now microseconds */
export function viewOf(
  name: string,
  address: string,
  { state, primary: socket, isReady, heardAt }: Connection,
  feed: MarketFeed,
  own: readonly Instrument[],
  now: number,
): ConnectionView {
  const { frames, gaps, resyncs, refusals } = feed.counts
  return {
    ...{ name, address, state, socket, isReady, instruments: own.length },
    books: own.filter(({ index }) => feed.isLive(index)).length,
    silence: heardAt === 0 ? Number.POSITIVE_INFINITY : now - heardAt,
    ...{ frames: sum(frames), gaps, resyncs, refused: sum(refusals) },
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0)

/** How a socket ended, for a person. */
export function wordsOf(name: string, end: SocketEnd): string {
  const { kind, ...rest } = end
  const more = Object.entries(rest).filter(([, value]) => value !== undefined && value !== '')
  return `${name} ${kind}${more.length === 0 ? '' : ` (${more.map(([key, value]) => `${key} ${value}`).join(', ')})`}`
}
