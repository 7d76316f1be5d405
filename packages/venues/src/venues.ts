import { binanceSpot, binanceUsdm } from './binance/binance-venue.ts'
import type { MarketVenue } from './market-venue.ts'

/** Every venue that the platform can read, by id. */
export const VENUES: ReadonlyMap<string, MarketVenue> = new Map(
  [binanceSpot, binanceUsdm].map(venue => [venue.id, venue]),
)

/** A venue by its id, `binance-spot`. */
export const findVenue = (id: string): MarketVenue | undefined => VENUES.get(id)
