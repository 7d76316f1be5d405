import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parseBytes } from './frame-bytes.ts'

interface CcxtPro {
  setMarkets(markets: readonly unknown[]): void
  handleTrade(client: unknown, event: unknown): void
  handleBidsAsks(client: unknown, event: unknown): void
}

const MARKET = {
  id: 'BTCUSDT',
  symbol: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  baseId: 'BTC',
  quoteId: 'USDT',
  type: 'spot',
  spot: true,
  margin: false,
  swap: false,
  future: false,
  option: false,
  active: true,
  contract: false,
  precision: { amount: 0.00001, price: 0.01 },
  limits: {},
}

/** What ccxt pro does with a frame of a kind, without its socket: JSON.parse and its handler. */
export function ccxtHandlers(directory: string): Readonly<Record<'trade' | 'bookTicker', (raw: Buffer) => void>> {
  const ccxt = createRequire(join(directory, 'package.json'))('ccxt') as {
    pro: { binance: new (options: object) => CcxtPro }
  }
  const exchange = new ccxt.pro.binance({ newUpdates: true })
  exchange.setMarkets([MARKET])
  const client = {
    url: 'wss://stream.binance.com:9443/stream',
    resolve() {},
    reject() {},
    futures: {},
    subscriptions: {},
  }
  const data = (raw: Buffer): unknown => (parseBytes(raw) as { data: unknown }).data
  return {
    trade: raw => exchange.handleTrade(client, data(raw)),
    bookTicker: raw => exchange.handleBidsAsks(client, data(raw)),
  }
}
