import { binanceSpotSide, binanceUsdmSide } from './binance/venue-side/binance-dialect.ts'
import { bybitLinearSide, bybitSide, bybitSpotSide } from './bybit/venue-side/bybit-dialect.ts'
import { coinbaseSide } from './coinbase/venue-side/coinbase-dialect.ts'
import { deribitSide } from './deribit/venue-side/deribit-dialect.ts'
import { krakenSide } from './kraken/venue-side/kraken-dialect.ts'
import { okxSide, okxSpotSide, okxSwapSide } from './okx/venue-side/okx-dialect.ts'
import type { VenueSide } from './venue-dialect.ts'

const OWN_NAMES: readonly VenueSide[] = [
  binanceSpotSide,
  binanceUsdmSide,
  bybitSide,
  bybitLinearSide,
  bybitSpotSide,
  coinbaseSide,
  deribitSide,
  krakenSide,
]

/** Every venue that can be simulated on its own wire, by the name that commands know it by. */
export const SIDES: ReadonlyMap<string, VenueSide> = new Map([
  ...OWN_NAMES.map(side => [side.id, side] as const),
  ['okx', okxSide],
  ['okx-spot', okxSpotSide],
  ['okx-swap', okxSwapSide],
])
