import { Refusal } from '@velocimex/core/feed/market-codec'
import { refuseFrame } from '../wire/oracle-fields.ts'

/** Streams of each event, by what stands behind the symbol. */
export const STREAMS: Readonly<Record<string, RegExp>> = {
  depthUpdate: /^@depth(@\d+ms)?$/,
  partialDepth: /^@depth\d+(@\d+ms)?$/,
  trade: /^@trade$/,
  aggTrade: /^@aggTrade$/,
  bookTicker: /^@bookTicker$/,
  kline: /^@kline_(1s|1m|3m|5m|15m|30m|1h|2h|4h|6h|8h|12h|1d|3d|1w|1M)(@\+08:00)?$/,
  markPriceUpdate: /^@markPrice(@1s)?$/,
}

/** What the name of a stream promises. */
export interface Promised {
  /** In lower case; undefined for streams of all symbols and bare messages. */
  readonly symbol?: string
  /** The event, `partialDepth`, or `other`; undefined where anything may come. */
  readonly event?: string
  readonly interval?: string
}

/** Reads the name of a stream: the obvious twin of `StreamName`, for tests only. */
export function promiseOf(stream: string): Promised {
  if (stream.startsWith('!')) return {}
  const at = stream.indexOf('@')
  if (at < 0) return refuseFrame(Refusal.unknownKind)
  const channel = stream.slice(at)
  const event = Object.keys(STREAMS).find(name => STREAMS[name]!.test(channel)) ?? 'other'
  const interval = STREAMS['kline']!.exec(channel)?.[1]
  return { symbol: stream.slice(0, at), event, ...(interval === undefined ? {} : { interval }) }
}
