import type { Instrument } from '@velocimex/core/market/instrument'
import type { Amending } from '@velocimex/core/order/amending'

/**
 * By venue. Binance's futures send an order to the back whatever changes. Binance's spot market moves none, and
 * takes quantity away in place, ten times an order. For the others it is assumed that an order that shrinks keeps its
 * place: none of them promises it. Where that is wrong, a place is thought too near, which costs a fill and no money.
 */
const BY_VENUE: ReadonlyMap<string, Amending> = new Map([
  ['binance-spot', 'only_shrinks'],
  ['binance-usdm', 'loses_place'],
  ['bybit-spot', 'keeps_place'],
  ['bybit-linear', 'keeps_place'],
  ['okx', 'keeps_place'],
  ['kraken', 'keeps_place'],
  ['coinbase', 'keeps_place'],
  ['deribit', 'keeps_place'],
])

/** What their venues do with orders of instruments that are amended; at a venue that is not known, nothing is amended. */
export const amendingOf = (instruments: readonly Instrument[]): readonly Amending[] =>
  instruments.map(({ venue }) => BY_VENUE.get(venue) ?? 'none')
