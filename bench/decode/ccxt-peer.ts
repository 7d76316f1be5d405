import { createRequire } from 'node:module'
import { join } from 'node:path'
import { installPeers } from '../peers.ts'

interface CcxtSocket {
  onMessage(event: { readonly data: Buffer }): void
  resolve(result: unknown, hash: string): unknown
}
interface CcxtPro {
  setMarkets(markets: readonly unknown[]): void
  client(url: string): CcxtSocket
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

/** A client of ccxt pro that is handed what its socket would receive. */
export interface CcxtClient {
  /** One message: its own socket's path through parsing, dispatch and handler to whoever waits for it. */
  readonly receive: (raw: Buffer) => void
  /** Results that it has given out. */
  readonly told: () => number
}

/** ccxt pro's client of Binance, not connected: `receive` calls what its socket calls. */
export async function loadCcxt(): Promise<CcxtClient> {
  const ccxt = createRequire(join(await installPeers(), 'package.json'))('ccxt') as {
    pro: { binance: new (options: object) => CcxtPro }
  }
  const exchange = new ccxt.pro.binance({ newUpdates: true })
  exchange.setMarkets([MARKET])
  const socket = exchange.client('wss://stream.binance.com:9443/stream')
  let told = 0
  const { resolve } = socket
  socket.resolve = (result, hash) => {
    told++
    return resolve.call(socket, result, hash)
  }
  return { receive: data => socket.onMessage({ data }), told: () => told }
}
