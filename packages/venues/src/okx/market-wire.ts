import { inRuns, type MarketChannel, type MarketWire } from '../market-wire.ts'
import { objectIn } from '../wire/json-object.ts'

const CHANNELS: Readonly<Partial<Record<MarketChannel, readonly string[]>>> = {
  book: ['books'],
  trades: ['trades'],
  quotes: ['bbo-tbt'],
  bars: ['candle1m'],
  mark: ['mark-price', 'funding-rate'],
}
const ARGS_A_FRAME = 60
const TYPES = ['SPOT', 'SWAP', 'FUTURES']

/** The states of all instruments of a type come by one topic. */
const STATES = 'instruments'

const typeOf = (symbol: string): string =>
  symbol.split('-').length === 2 ? 'SPOT' : symbol.endsWith('-SWAP') ? 'SWAP' : 'FUTURES'

const argOf = (topic: string): object => {
  const [channel, name] = topic.split(':')
  return channel === STATES ? { channel, instType: name } : { channel, instId: name }
}

/** OKX v5: a topic is `channel:instId`, or `instruments:instType`. Bars are on the business socket, everything else on the public one. */
export const okxWire: MarketWire = {
  sockets: 'wss://ws.okx.com:8443',
  rest: 'https://openapi.okx.com',
  path: '/ws/v5/public',
  pathOf: topic => (topic.startsWith('candle') ? '/ws/v5/business' : '/ws/v5/public'),
  topicsMax: 240,
  heartbeats: [
    { everyMs: 20_000, send: { text: 'ping' }, expect: { text: 'pong' }, withinMs: 10_000, whenQuiet: true },
  ],
  silenceMs: 35_000,
  sends: { count: 3, perMs: 1000 },
  ackMs: 5000,
  lifeMs: 0,
  topics: (symbol, channels) =>
    channels.flatMap(channel => {
      const isSpot = symbol.split('-').length === 2
      if (channel === 'mark' && isSpot) return []
      if (channel === 'status') return [`${STATES}:${typeOf(symbol)}`]
      return (CHANNELS[channel] ?? [])
        .filter(name => name !== 'funding-rate' || symbol.endsWith('-SWAP'))
        .map(name => `${name}:${symbol}`)
    }),
  subscribe: topics =>
    inRuns(topics, ARGS_A_FRAME).map(run => JSON.stringify({ op: 'subscribe', args: run.map(argOf) })),
  unsubscribe: topics =>
    inRuns(topics, ARGS_A_FRAME).map(run => JSON.stringify({ op: 'unsubscribe', args: run.map(argOf) })),
  reply(text) {
    const frame = objectIn(text)
    const arg = frame?.['arg'] as { channel?: unknown; instId?: unknown; instType?: unknown } | undefined
    if (frame?.['event'] === 'subscribe' && typeof arg === 'object')
      return { acknowledged: [`${String(arg.channel)}:${String(arg.instId ?? arg.instType)}`], refused: [], words: '' }
    if (frame?.['event'] !== 'error') return undefined
    // The words name what was wrong: "channel:books,instId:X doesn't exist".
    const words = String(frame['msg'])
    const named = /channel:([\w-]+),\s*instId:([\w-]+)/.exec(words)
    return { acknowledged: [], refused: named === null ? [] : [`${named[1]}:${named[2]}`], words }
  },
  bookTopic: symbol => `books:${symbol}`,
  snapshotPath: () => undefined,
  instrumentPaths: TYPES.map(type => `/api/v5/public/instruments?instType=${type}`),
}
