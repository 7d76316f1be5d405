import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { SIDES } from '@velocimex/venues/sides'
import { SimulatedVenue } from './simulated-venue.ts'

/** What is read of a venue's own bar or day: lowest and highest price, volume in the coin, and money. */
interface Figures {
  readonly low: number
  readonly high: number
  readonly volume: number
  readonly money: number
}
type Row = readonly string[]

const ROWS: readonly (readonly [venue: string, path: string, read: (answer: never) => Figures])[] = [
  [
    'binance-spot',
    '/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1',
    ([row]: [Row]) => ({ low: +row[3]!, high: +row[2]!, volume: +row[5]!, money: +row[7]! }),
  ],
  [
    'binance-spot',
    '/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=1',
    ([row]: [Row]) => ({ low: +row[3]!, high: +row[2]!, volume: +row[9]!, money: +row[10]! }),
  ],
  [
    'binance-usdm',
    '/fapi/v1/ticker/24hr?symbol=ETHUSDT',
    (day: Record<string, string>) => ({
      ...{ low: +day['lowPrice']!, high: +day['highPrice']!, volume: +day['volume']!, money: +day['quoteVolume']! },
    }),
  ],
  [
    'binance-usdm',
    '/fapi/v1/ticker/24hr?symbol=BTCUSDT',
    (day: Record<string, string>) => ({
      ...{ low: +day['lowPrice']!, high: +day['highPrice']!, volume: 1, money: +day['weightedAvgPrice']! },
    }),
  ],
  [
    'bybit',
    '/v5/market/kline?category=linear&symbol=BTCUSDT&interval=60&limit=1',
    ({ result }: { result: { list: [Row] } }) => {
      const [row] = result.list
      return { low: +row[3]!, high: +row[2]!, volume: +row[5]!, money: +row[6]! }
    },
  ],
  [
    'bybit',
    '/v5/market/tickers?category=spot&symbol=SOLUSDT',
    ({ result }: { result: { list: [Record<string, string>] } }) => {
      const [day] = result.list
      return {
        low: +day['lowPrice24h']!,
        high: +day['highPrice24h']!,
        volume: +day['volume24h']!,
        money: +day['turnover24h']!,
      }
    },
  ],
  ...['BTC-USDT', 'BTC-USDT-SWAP', 'BTC-USD-SWAP'].map(
    instId =>
      [
        'okx',
        `/api/v5/market/candles?instId=${instId}&bar=1H&limit=1`,
        ({ data: [row] }: { data: [Row] }) => ({ low: +row[3]!, high: +row[2]!, volume: +row[6]!, money: +row[7]! }),
      ] as const,
  ),
  [
    'okx',
    '/api/v5/market/ticker?instId=ETH-USDT',
    ({ data: [day] }: { data: [Record<string, string>] }) => ({
      ...{ low: +day['low24h']!, high: +day['high24h']!, volume: +day['vol24h']!, money: +day['volCcy24h']! },
    }),
  ],
  [
    'kraken',
    '/0/public/Ticker?pair=XBTUSD',
    ({ result }: { result: Record<string, Record<string, Row>> }) => {
      const day = Object.values(result)[0]!
      return { low: +day['l']![0]!, high: +day['h']![0]!, volume: 1, money: +day['p']![0]! }
    },
  ],
  ...['BTC-PERPETUAL', 'ETH_USDC-PERPETUAL'].map(
    name =>
      [
        'deribit',
        `/api/v2/public/get_tradingview_chart_data?instrument_name=${name}&start_timestamp=0&end_timestamp=4000000000000&resolution=60`,
        ({ result }: { result: Record<string, readonly number[]> }) => ({
          ...{
            low: result['low']![0]!,
            high: result['high']![0]!,
            volume: result['volume']![0]!,
            money: result['cost']![0]!,
          },
        }),
      ] as const,
  ),
]

for (const [id, path, read] of ROWS)
  test(`S3-VEN-5 ${id}${path}: money is volume at prices between the lowest and the highest`, async () => {
    const venue = await SimulatedVenue.start({ side: SIDES.get(id)!, seed: 7, port: 0, controlPort: 0 })
    try {
      // A minute of trades at once: the venue's clock then stands until time has caught up.
      venue.market.advanceTo(venue.market.clock.now() + 60_000_000)
      const answer = await (await fetch(`http://127.0.0.1:${venue.port}${path}`)).json()
      const { low, high, volume, money } = read(answer as never)
      ok(volume > 0 && low > 0 && high >= low, JSON.stringify({ low, high, volume }))
      const slack = 1 + 1e-9
      ok(money * slack >= low * volume && money <= high * volume * slack, JSON.stringify({ low, high, volume, money }))
    } finally {
      await venue.stop()
    }
  })
