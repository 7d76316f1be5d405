import { inRuns, type MarketChannel, type MarketWire } from '../market-wire.ts'
import { objectIn } from '../wire/json-object.ts'

/** Raw books and trades need a log-in; these are for everybody. */
const SPEED = '100ms'
const bookTopic = (symbol: string): string => `book.${symbol}.${SPEED}`
const CHANNELS: Readonly<Record<MarketChannel, (symbol: string) => readonly string[]>> = {
  book: symbol => [bookTopic(symbol)],
  trades: symbol => [`trades.${symbol}.${SPEED}`],
  quotes: symbol => [`quote.${symbol}`],
  bars: symbol => [`chart.trades.${symbol}.1`],
  mark: symbol => [`ticker.${symbol}.${SPEED}`],
  // Lives of instruments, and locks of the markets of an index: the one is not told by the other.
  status: () => ['instrument.state.any.any', 'platform_state'],
}
const CHANNELS_A_FRAME = 100

const call = (method: string, params: object, id: number): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })

/** Deribit: JSON-RPC; the answer to a subscription lists the channels that it took, and leaves out those that it did not. */
export const deribitWire: MarketWire = {
  sockets: 'wss://www.deribit.com',
  rest: 'https://www.deribit.com',
  path: '/ws/api/v2',
  topicsMax: 500,
  heartbeats: [{ everyMs: 15_000, send: { text: call('public/test', {}, 0) }, expect: 'anything', withinMs: 10_000 }],
  silenceMs: 40_000,
  sends: { count: 10, perMs: 1000 },
  ackMs: 5000,
  lifeMs: 0,
  topics: (symbol, channels) => channels.flatMap(channel => CHANNELS[channel](symbol)),
  subscribe: topics =>
    inRuns(topics, CHANNELS_A_FRAME).map((channels, at) => call('public/subscribe', { channels }, at + 1)),
  unsubscribe: topics =>
    inRuns(topics, CHANNELS_A_FRAME).map((channels, at) => call('public/unsubscribe', { channels }, at + 1)),
  reply(text) {
    const frame = objectIn(text)
    if (frame?.['id'] === undefined) return undefined
    const result = frame['result']
    if (Array.isArray(result)) return { acknowledged: result.map(String), refused: [], words: '' }
    return frame['error'] === undefined
      ? undefined
      : { acknowledged: [], refused: [], words: JSON.stringify(frame['error']) }
  },
  bookTopic,
  snapshotPath: () => undefined,
  instrumentPaths: ['BTC', 'ETH', 'USDC', 'USDT'].map(
    currency => `/api/v2/public/get_instruments?currency=${currency}&expired=false`,
  ),
  // The channels tell what changes and not how it stands, and that a lock is lifted, but not whether it was the only one.
  statusQuery: {
    everyMs: 10_000,
    paths: symbols => symbols.map(symbol => `/api/v2/public/ticker?instrument_name=${encodeURIComponent(symbol)}`),
  },
}
