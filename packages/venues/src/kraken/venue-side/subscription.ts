import type { Instrument } from '@velocimex/core/market/instrument'
import { DEPTHS_OFFERED } from '../kraken-audit.ts'
import type { RequestForm } from './request-form.ts'
import type { Writable } from './venue-json.ts'

const OF_PAIRS = ['book', 'trade', 'ticker', 'ohlc']
const PRIVATE = ['executions', 'balances']
/** Lengths of candles in minutes. */
export const INTERVALS: readonly number[] = [1, 5, 15, 30, 60, 240, 1440, 10_080, 21_600]

/** What a client subscribes to: one channel of one pair, or one without a pair. */
export interface Subscription {
  /** Tells it from the others of its connection. */
  readonly key: string
  readonly channel: string
  readonly symbol: string | undefined
  readonly instrument: Instrument | undefined
  readonly isPrivate: boolean
  readonly hasSnapshot: boolean
  readonly depth: number
  /** Minutes. */
  readonly interval: number
  /** Ticker: told with each change of the best levels, not only with trades. */
  readonly isOfTouch: boolean
  readonly hasOrders: boolean
  readonly hasTrades: boolean
  /** What the reply says. */
  readonly result: Writable
  /** Why there is no such thing. */
  readonly error: string | undefined
}

/** The subscriptions that the parameters of `subscribe` or `unsubscribe` ask for: one for each symbol. */
export function subscriptionOf(
  form: RequestForm,
  find: (symbol: string) => Instrument | undefined,
): readonly Subscription[] {
  const channel = form.get('channel') ?? ''
  const symbols = OF_PAIRS.includes(channel) ? form.list('symbol') : [undefined]
  const depth = form.int('depth', 10)
  const interval = form.int('interval', 1)
  // Trades are told without a snapshot unless one is asked for.
  const hasSnapshot = form.get('snapshot') === undefined ? channel !== 'trade' : form.flag('snapshot')
  const isOfTouch = form.get('event_trigger') === 'bbo'
  const snap_orders = form.get('snap_orders') === undefined || form.flag('snap_orders')
  const snap_trades = form.flag('snap_trades')
  const extras: Readonly<Record<string, { readonly [key: string]: Writable }>> = {
    book: { depth, snapshot: hasSnapshot },
    ticker: { event_trigger: isOfTouch ? 'bbo' : 'trades', snapshot: hasSnapshot },
    ohlc: { interval, snapshot: hasSnapshot },
    executions: { maxratecount: 125, snap_orders, snap_trades },
  }
  return symbols.map(symbol => {
    const instrument = symbol === undefined ? undefined : find(symbol)
    return {
      ...{ key: `${channel} ${instrument?.index ?? -1}${channel === 'ohlc' ? ` ${interval}` : ''}`, channel, symbol },
      ...{ instrument, isPrivate: PRIVATE.includes(channel), hasSnapshot, depth, interval, isOfTouch },
      ...{ hasOrders: snap_orders, hasTrades: snap_trades },
      result: { channel, ...(extras[channel] ?? { snapshot: hasSnapshot }), symbol },
      error: faultOf(channel, symbol, instrument, depth, interval),
    }
  })
}

function faultOf(
  channel: string,
  symbol: string | undefined,
  instrument: Instrument | undefined,
  depth: number,
  interval: number,
): string | undefined {
  const isOfPairs = OF_PAIRS.includes(channel)
  if (!isOfPairs && !PRIVATE.includes(channel) && channel !== 'instrument') return 'Unknown channel'
  if (isOfPairs && instrument === undefined) return `Currency pair not supported ${symbol}`
  if (channel === 'book' && !DEPTHS_OFFERED.includes(depth)) return 'Subscription depth not supported'
  return channel === 'ohlc' && !INTERVALS.includes(interval) ? 'Subscription ohlc interval not supported' : undefined
}
