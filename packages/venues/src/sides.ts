import { binanceSpotSide, binanceUsdmSide } from './binance/venue-side/binance-dialect.ts'
import { bybitLinearSide, bybitSpotSide } from './bybit/venue-side/bybit-dialect.ts'
import type { VenueSide } from './venue-dialect.ts'

/** Every venue that can be simulated on its own wire, by id. */
export const SIDES: ReadonlyMap<string, VenueSide> = new Map(
  [binanceSpotSide, binanceUsdmSide, bybitLinearSide, bybitSpotSide].map(side => [side.id, side]),
)
