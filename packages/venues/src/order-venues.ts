import { binanceSpotOrders, binanceUsdmOrders } from './binance/binance-orders.ts'
import { bybitLinearOrders, bybitSpotOrders } from './bybit/bybit-orders.ts'
import { coinbaseOrders } from './coinbase/coinbase-orders.ts'
import { deribitOrders } from './deribit/deribit-orders.ts'
import { krakenOrders } from './kraken/kraken-orders.ts'
import { okxOrders } from './okx/okx-orders.ts'
import type { OrderVenue } from './order-venue.ts'

const ALL: readonly OrderVenue[] = [
  binanceSpotOrders,
  binanceUsdmOrders,
  bybitSpotOrders,
  bybitLinearOrders,
  okxOrders,
  krakenOrders,
  coinbaseOrders,
  deribitOrders,
]

/** The order side of every venue, by the venue's id. */
export const ORDER_VENUES: ReadonlyMap<string, OrderVenue> = new Map(ALL.map(venue => [venue.id, venue]))

/** Where the private sockets of each venue are, by the venue's id. */
export const PRIVATE_SOCKETS: ReadonlyMap<string, string> = new Map([
  ['binance-spot', 'wss://ws-api.binance.com:443'],
  ['binance-usdm', 'wss://fstream.binance.com'],
  ['bybit-spot', 'wss://stream.bybit.com'],
  ['bybit-linear', 'wss://stream.bybit.com'],
  ['okx', 'wss://ws.okx.com:8443'],
  ['kraken', 'wss://ws-auth.kraken.com'],
  ['coinbase', 'wss://advanced-trade-ws-user.coinbase.com'],
  ['deribit', 'wss://www.deribit.com'],
])

/** Where order entry has a socket of its own, by the venue's id; elsewhere orders go over the private one, or over none. */
export const ORDER_SOCKETS: ReadonlyMap<string, string> = new Map([
  ['binance-usdm', 'wss://ws-fapi.binance.com'],
  ['bybit-spot', 'wss://stream.bybit.com'],
  ['bybit-linear', 'wss://stream.bybit.com'],
])
