import type { Amending } from '@velocimex/core/order/amending'

/**
 * What each venue, by its id, does with an order that is amended. Binance's futures send it to the back, and its spot
 * market moves none: there an order is canceled and placed anew. Bybit and OKX do not promise the place of an order that
 * shrinks; they are seen to keep it.
 */
export const AMENDING: ReadonlyMap<string, Amending> = new Map([
  ['binance-spot', 'none'],
  ['binance-usdm', 'loses_place'],
  ['bybit-spot', 'keeps_place'],
  ['bybit-linear', 'keeps_place'],
  ['okx', 'keeps_place'],
  ['kraken', 'keeps_place'],
  ['coinbase', 'keeps_place'],
  ['deribit', 'keeps_place'],
])
