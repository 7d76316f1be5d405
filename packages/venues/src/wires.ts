import { binanceSpotWire, binanceUsdmWire } from './binance/market-wire.ts'
import { bybitLinearWire, bybitSpotWire } from './bybit/market-wire.ts'
import { coinbaseWire } from './coinbase/market-wire.ts'
import { deribitWire } from './deribit/market-wire.ts'
import { krakenWire } from './kraken/market-wire.ts'
import type { MarketWire } from './market-wire.ts'
import { okxWire } from './okx/market-wire.ts'

/** How the market data of each venue is asked for, by the venue's id. */
export const WIRES: ReadonlyMap<string, MarketWire> = new Map([
  ['binance-spot', binanceSpotWire],
  ['binance-usdm', binanceUsdmWire],
  ['bybit-spot', bybitSpotWire],
  ['bybit-linear', bybitLinearWire],
  ['okx', okxWire],
  ['kraken', krakenWire],
  ['coinbase', coinbaseWire],
  ['deribit', deribitWire],
])
