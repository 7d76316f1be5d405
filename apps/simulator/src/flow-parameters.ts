import { worth } from '@velocimex/core/exchange/exchange-account'
import { LIQUID_FLOW, type OrderFlowParameters } from '@velocimex/core/exchange/order-flow-parameters'
import { stepSize } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'

/** Where made-up markets begin, in dollars, by base asset; anything else begins at 100. */
const PRICES: Readonly<Record<string, number>> = {
  BTC: 61_800,
  XBT: 61_800,
  ETH: 2_620,
  SOL: 148,
  DOGE: 0.105,
  XRP: 0.56,
}
const OTHER_PRICE = 100
/** Value of a lot of the liquid flow in dollars, by which its sizes become those of other grids. */
const LOT_VALUE = PRICES['BTC']! * 1e-5
/** Share of the liquid flow's rates at which a simulated venue's instruments live: a venue has many of them. */
const PACE = 0.4

/** Dollars that a lot is worth at a price in ticks, whatever it is a contract on. */
function lotValue(instrument: Instrument, mid: number): number {
  const { settle } = instrument
  return (Number(worth(instrument, mid, 1)) / 10 ** settle.decimals) * (PRICES[settle.code] ?? 1)
}

/** A flow that suits an instrument: price, size and diffusion on its own grids, shape of a liquid coin. */
export function flowFor(instrument: Instrument): OrderFlowParameters {
  const price = instrument.quote.code === 'BTC' ? 0.05 : (PRICES[instrument.base.code] ?? OTHER_PRICE)
  const mid = Math.max(1_000, Math.round(price / stepSize(instrument.price)))
  const lot = lotValue(instrument, mid)
  const lots = (liquid: number): number => Math.max(1, Math.round((liquid * LOT_VALUE) / lot))
  const ticks = (liquid: number): number => Math.max(0.4, (liquid * mid) / LIQUID_FLOW.mid)
  return {
    ...LIQUID_FLOW,
    mid,
    diffusion: ticks(LIQUID_FLOW.diffusion),
    reach: ticks(LIQUID_FLOW.reach),
    limitRate: PACE * LIQUID_FLOW.limitRate,
    marketRate: LIQUID_FLOW.marketRate,
    takerLots: lots(LIQUID_FLOW.takerLots),
    makerLots: lots(LIQUID_FLOW.makerLots),
    houseLots: lots(LIQUID_FLOW.houseLots),
    lotsMin: lots(LIQUID_FLOW.lotsMin),
  }
}
