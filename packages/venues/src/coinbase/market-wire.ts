import type { MarketChannel, MarketWire } from '../market-wire.ts'
import { objectIn } from '../wire/json-object.ts'

const CHANNELS: Readonly<Partial<Record<MarketChannel, string>>> = {
  book: 'level2',
  trades: 'market_trades',
  quotes: 'ticker',
  bars: 'candles',
  status: 'status',
}
/** Names of the channels in the venue's answers that differ from those in requests. */
const HEARTBEATS = 'heartbeats:'

function commands(type: string, topics: readonly string[]): readonly string[] {
  const byChannel = new Map<string, string[]>()
  for (const topic of topics) {
    const [channel, product] = topic.split(':') as [string, string]
    byChannel.set(channel, [...(byChannel.get(channel) ?? []), product])
  }
  const frames = [...byChannel].map(([channel, products]) =>
    JSON.stringify({ type, channel, ...(channel === 'heartbeats' ? {} : { product_ids: products }) }),
  )
  // Without it the venue closes a quiet socket after a minute.
  return type === 'subscribe' ? [JSON.stringify({ type, channel: 'heartbeats' }), ...frames] : frames
}

/** Coinbase Advanced Trade: a topic is `channel:product`. Every answer lists all that is subscribed. */
export const coinbaseWire: MarketWire = {
  sockets: 'wss://advanced-trade-ws.coinbase.com',
  rest: 'https://api.coinbase.com',
  path: '/',
  topicsMax: 400,
  // We say nothing: a pong would count as life where the feed behind it is dead. Its own heartbeats speak every second.
  heartbeats: [],
  silenceMs: 5000,
  sends: { count: 7, perMs: 1000 },
  ackMs: 5000,
  lifeMs: 0,
  topics: (symbol, channels) =>
    channels.flatMap(channel => (CHANNELS[channel] === undefined ? [] : [`${CHANNELS[channel]}:${symbol}`])),
  subscribe: topics => commands('subscribe', topics),
  unsubscribe: topics => commands('unsubscribe', topics),
  reply(text) {
    const frame = objectIn(text)
    if (frame?.['type'] === 'error') return { acknowledged: [], refused: [], words: String(frame['message']) }
    if (frame?.['channel'] !== 'subscriptions' || !Array.isArray(frame['events'])) return undefined
    const listed = frame['events'].flatMap((event: unknown) =>
      Object.entries((event as { subscriptions?: Record<string, unknown> } | null)?.subscriptions ?? {}),
    )
    const acknowledged = listed.flatMap(([channel, products]) =>
      Array.isArray(products) ? products.map(product => `${channel}:${String(product)}`) : [],
    )
    return { acknowledged: acknowledged.filter(topic => !topic.startsWith(HEARTBEATS)), refused: [], words: '' }
  },
  bookTopic: symbol => `level2:${symbol}`,
  snapshotPath: () => undefined,
  instrumentPaths: ['/api/v3/brokerage/market/products'],
}
