import { inRuns, type MarketChannel, type MarketWire } from '../market-wire.ts'
import { objectIn } from '../wire/json-object.ts'
import type { Category } from './frame-fields.ts'

const TOPICS: Readonly<Record<Exclude<MarketChannel, 'status'>, string>> = {
  book: 'orderbook.200',
  trades: 'publicTrade',
  quotes: 'orderbook.1',
  bars: 'kline.1',
  mark: 'tickers',
}
/** Spot takes ten topics in one request. */
const ARGS_A_FRAME = 10

/** Bybit v5: the answer names the request only when one is given, so each request carries its topics as its id. */
function bybitWire(category: Category): MarketWire {
  const command = (op: string, topics: readonly string[]): readonly string[] =>
    inRuns(topics, ARGS_A_FRAME).map(args => JSON.stringify({ op, args, req_id: args.join(' ') }))
  const rest = '/v5/market/instruments-info'
  return {
    sockets: 'wss://stream.bybit.com',
    rest: 'https://api.bybit.com',
    path: `/v5/public/${category}`,
    topicsMax: 400,
    heartbeats: [{ everyMs: 20_000, send: { text: '{"op":"ping"}' }, expect: 'anything', withinMs: 10_000 }],
    silenceMs: 45_000,
    sends: { count: 10, perMs: 1000 },
    ackMs: 5000,
    lifeMs: 0,
    topics: (symbol, channels) =>
      channels.flatMap(channel => {
        if (channel === 'status') return [] // No topic tells it: see `statusQuery`.
        if (channel === 'quotes' && channels.includes('book')) return [] // One book of an instrument on a socket.
        return channel === 'mark' && category === 'spot' ? [] : [`${TOPICS[channel]}.${symbol}`]
      }),
    subscribe: topics => command('subscribe', topics),
    unsubscribe: topics => command('unsubscribe', topics),
    reply(text) {
      const frame = objectIn(text)
      const asked = frame?.['req_id']
      if (frame === undefined || frame['op'] !== 'subscribe' || typeof asked !== 'string') return undefined
      const topics = asked.split(' ')
      if (frame['success'] === true) return { acknowledged: topics, refused: [], words: '' }
      return { acknowledged: [], refused: topics.length === 1 ? topics : [], words: String(frame['ret_msg']) }
    },
    bookTopic: symbol => `${TOPICS.book}.${symbol}`,
    snapshotPath: () => undefined,
    instrumentPaths: [`${rest}?category=${category}&limit=1000`],
    statusQuery: {
      everyMs: 10_000,
      paths: symbols => symbols.map(symbol => `${rest}?category=${category}&symbol=${encodeURIComponent(symbol)}`),
    },
  }
}

/** Bybit spot. */
export const bybitSpotWire = bybitWire('spot')
/** Bybit linear contracts. */
export const bybitLinearWire = bybitWire('linear')
