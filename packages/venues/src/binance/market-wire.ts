import { DAY_MS, inRuns, type MarketChannel, type MarketWire } from '../market-wire.ts'
import { objectIn } from '../wire/json-object.ts'
import type { Dialect } from './frame-fields.ts'

const STREAMS: Readonly<Record<Dialect, Readonly<Partial<Record<MarketChannel, string>>>>> = {
  spot: { book: 'depth@100ms', trades: 'trade', quotes: 'bookTicker', bars: 'kline_1m' },
  usdm: { book: 'depth@100ms', trades: 'aggTrade', quotes: 'bookTicker', bars: 'kline_1m', mark: 'markPrice@1s' },
}
/** Changes of all contracts of USD-M; spot has no stream of the kind. */
const CONTRACTS = '!contractInfo'
const NAMES_A_FRAME = 100
/** Symbols that one question names: the address stays short. */
const SYMBOLS_A_QUERY = 100

/**
 * Binance: names of streams, in lower case, asked for by SUBSCRIBE (web-socket-streams.md). The answer names no stream, only
 * the request, so asking is having; an unknown name is passed over in silence.
 */
function binanceWire(dialect: Dialect): MarketWire {
  const command = (method: string, topics: readonly string[]): readonly string[] =>
    inRuns(topics, NAMES_A_FRAME).map((params, at) => JSON.stringify({ method, params, id: at + 1 }))
  const isSpot = dialect === 'spot'
  return {
    sockets: isSpot ? 'wss://stream.binance.com:9443' : 'wss://fstream.binance.com',
    rest: isSpot ? 'https://api.binance.com' : 'https://fapi.binance.com',
    path: '/stream',
    topicsMax: isSpot ? 1024 : 200,
    // The venue pings every 20 s (USD-M: 3 min) and the socket answers; our own pings tell a dead peer sooner.
    heartbeats: [{ everyMs: 15_000, send: 'ping', expect: 'anything', withinMs: 10_000, whenQuiet: true }],
    silenceMs: 45_000,
    sends: { count: 4, perMs: 1000 },
    ackMs: 0,
    lifeMs: DAY_MS,
    topics: (symbol, channels) =>
      channels.flatMap(channel => {
        if (channel === 'status') return isSpot ? [] : [CONTRACTS]
        const stream = STREAMS[dialect][channel]
        return stream === undefined ? [] : [`${symbol.toLowerCase()}@${stream}`]
      }),
    subscribe: topics => command('SUBSCRIBE', topics),
    unsubscribe: topics => command('UNSUBSCRIBE', topics),
    reply(text) {
      const error = objectIn(text)?.['error']
      if (typeof error !== 'object' || error === null) return undefined
      return { acknowledged: [], refused: [], words: JSON.stringify(error) }
    },
    bookTopic: symbol => `${symbol.toLowerCase()}@depth@100ms`,
    snapshotPath: symbol => `${isSpot ? '/api/v3' : '/fapi/v1'}/depth?symbol=${symbol}&limit=${isSpot ? 5000 : 1000}`,
    instrumentPaths: [isSpot ? '/api/v3/exchangeInfo' : '/fapi/v1/exchangeInfo'],
    // Spot is told by nothing else. USD-M tells changes alone, and its list cannot be cut to some symbols.
    statusQuery: isSpot
      ? {
          everyMs: 10_000,
          paths: symbols =>
            inRuns(symbols, SYMBOLS_A_QUERY).map(
              run => `/api/v3/exchangeInfo?symbols=${encodeURIComponent(JSON.stringify(run))}`,
            ),
        }
      : { everyMs: 60_000, paths: () => ['/fapi/v1/exchangeInfo'] },
  }
}

/** Binance spot. */
export const binanceSpotWire = binanceWire('spot')
/** Binance USD-M: `aggTrade`, since `trade` of futures is not documented. */
export const binanceUsdmWire = binanceWire('usdm')
