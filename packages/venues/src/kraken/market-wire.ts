import type { MarketChannel, MarketWire } from '../market-wire.ts'
import { objectIn } from '../wire/json-object.ts'

const DEPTH = 100
const CHANNELS: Readonly<Partial<Record<MarketChannel, string>>> = {
  book: 'book',
  trades: 'trade',
  quotes: 'ticker',
  bars: 'ohlc',
}
/** Tells the states of all pairs: a channel without a symbol, and a topic without one. */
const STATES = 'instrument'
const NAMES = [...Object.values(CHANNELS), STATES]
/** Asked for twice, because the first answer was late: it is held all the same. */
const HELD = 'Already subscribed'
const MORE: Readonly<Record<string, object>> = {
  book: { depth: DEPTH },
  ticker: { event_trigger: 'bbo' },
  ohlc: { interval: 1 },
}

/** One request for each channel: Kraken takes a list of symbols of one channel. */
function commands(method: string, topics: readonly string[]): readonly string[] {
  const byChannel = new Map<string, string[]>()
  for (const topic of topics) {
    const [channel, symbol] = topic.split(':') as [string, string?]
    byChannel.set(channel, [...(byChannel.get(channel) ?? []), ...(symbol === undefined ? [] : [symbol])])
  }
  return [...byChannel].map(([channel, symbols]) => {
    const symbol = symbols.length === 0 ? {} : { symbol: symbols }
    return JSON.stringify({
      method,
      params: { channel, ...symbol, ...MORE[channel] },
      req_id: NAMES.indexOf(channel) + 1,
    })
  })
}

/** Channels that an answer with an error about a symbol may be about: the number of the request says which. */
function channelsOf(requestId: unknown): readonly string[] {
  const channel = NAMES[Number(requestId) - 1]
  return channel === undefined ? Object.values(CHANNELS) : [channel]
}

const topicOf = (channel: string, symbol: unknown): string =>
  channel === STATES ? STATES : `${channel}:${String(symbol)}`

/** Kraken v2: a topic is `channel:symbol`, or `instrument`; each symbol is acknowledged by an answer of its own. */
export const krakenWire: MarketWire = {
  sockets: 'wss://ws.kraken.com',
  rest: 'https://api.kraken.com',
  path: '/v2',
  topicsMax: 500,
  heartbeats: [
    { everyMs: 10_000, send: { text: '{"method":"ping"}' }, expect: 'anything', withinMs: 5000, whenQuiet: true },
  ],
  silenceMs: 20_000,
  sends: { count: 10, perMs: 1000 },
  ackMs: 5000,
  lifeMs: 0,
  topics: (symbol, channels) =>
    channels.flatMap(channel => {
      if (channel === 'status') return [STATES]
      return CHANNELS[channel] === undefined ? [] : [`${CHANNELS[channel]}:${symbol}`]
    }),
  subscribe: topics => commands('subscribe', topics),
  unsubscribe: topics => commands('unsubscribe', topics),
  reply(text) {
    const frame = objectIn(text)
    if (frame?.['method'] !== 'subscribe') return undefined
    const result = frame['result'] as { channel?: unknown; symbol?: unknown } | undefined
    if (frame['success'] === true && typeof result === 'object')
      return { acknowledged: [topicOf(String(result.channel), result.symbol)], refused: [], words: '' }
    const topics = channelsOf(frame['req_id']).map(channel => topicOf(channel, frame['symbol']))
    if (frame['error'] === HELD) return { acknowledged: topics, refused: [], words: '' }
    return { acknowledged: [], refused: topics, words: String(frame['error']) }
  },
  bookTopic: symbol => `book:${symbol}`,
  snapshotPath: () => undefined,
  instrumentPaths: ['/0/public/AssetPairs'],
}
