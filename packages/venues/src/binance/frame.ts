import { FrameKind } from '@velocimex/core/feed/market-codec'
import type { RecordBatch } from '@velocimex/core/market/record-batch'
import type { FrameStamp } from '../wire/level-reader.ts'

/** Which of Binance's two dialects. */
export type Dialect = 'spot' | 'usdm'

/** What is known of the frame being decoded, shared by the fast and the plain reading of it. Overwritten by the next. */
export interface Frame {
  readonly batch: RecordBatch
  readonly stamp: FrameStamp
  readonly ids: { first: number; last: number; previous: number }
  instrument: number
}

/** What a stream carries, told by its name behind the `@`. */
export const Channel = { none: 0, depth: 1, partialDepth: 2, trade: 3, aggTrade: 4, bookTicker: 5, other: 6 } as const

/** Channel of a stream name such as `depth@100ms`, `depth20`, `kline_1m`: the part behind the first `@`. */
export function channelOf(stream: string): number {
  if (/^depth(@\d+ms)?$/.test(stream)) return Channel.depth
  if (/^depth\d+(@\d+ms)?$/.test(stream)) return Channel.partialDepth
  if (stream === 'trade') return Channel.trade
  if (stream === 'aggTrade') return Channel.aggTrade
  if (stream === 'bookTicker') return Channel.bookTicker
  return Channel.other
}

/** The frame kind that a channel's frames turn out to be. */
export const KIND_OF_CHANNEL: readonly number[] = [
  FrameKind.control,
  FrameKind.depth,
  FrameKind.partialDepth,
  FrameKind.trade,
  FrameKind.trade,
  FrameKind.quote,
  FrameKind.control,
]

/**
 * A venue instant in whole microseconds. Binance sends milliseconds, or microseconds on connections opened with
 * `timeUnit=MICROSECOND`; the two are told apart by size (milliseconds pass 1e14 in the year 5138).
 */
export const toMicros = (instant: number): number => (instant >= 1e14 ? instant : instant * 1000)
