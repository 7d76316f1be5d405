import { binanceSpot, binanceUsdm } from './binance/binance-venue.ts'
import { bybitGroup, bybitLinear, bybitSpot } from './bybit/bybit-venue.ts'
import { coinbase } from './coinbase/coinbase-venue.ts'
import { deribit } from './deribit/deribit-venue.ts'
import { kraken } from './kraken/kraken-venue.ts'
import { alone, type VenueGroup } from './market-venue.ts'
import { okxAll, okxSpot, okxSwap } from './okx/okx-venue.ts'

const GROUPS: readonly VenueGroup[] = [
  alone(binanceSpot),
  alone(binanceUsdm),
  bybitGroup,
  alone(bybitLinear),
  alone(bybitSpot),
  okxAll,
  okxSpot,
  okxSwap,
  alone(coinbase),
  alone(deribit),
  alone(kraken),
]

/** Every venue that the platform can read, by the name that commands know it by. */
export const VENUES: ReadonlyMap<string, VenueGroup> = new Map(GROUPS.map(group => [group.id, group]))

/** A venue or a group of venues by its name, `binance-spot`. */
export const findVenue = (id: string): VenueGroup | undefined => VENUES.get(id)
