import { LIQUID_FLOW, type OrderFlowParameters } from '@velocimex/core/exchange/order-flow-model'
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
/** Median size of an order in dollars. */
const ORDER_VALUE = 1_200
/** Diffusion of the liquid flow as a share of its mid after one second. */
const DIFFUSION = LIQUID_FLOW.diffusion / LIQUID_FLOW.mid

/** A flow that suits an instrument: price, size and diffusion on its own grids, rhythm and shape of a liquid coin. */
export function flowFor(instrument: Instrument): OrderFlowParameters {
  const price = instrument.quote.code === 'BTC' ? 0.05 : (PRICES[instrument.base.code] ?? OTHER_PRICE)
  const mid = Math.max(1_000, Math.round(price / stepSize(instrument.price)))
  const worth = instrument.contract.kind === 'inverse' ? 1 : price
  const lots = Math.max(2, Math.round(ORDER_VALUE / worth / stepSize(instrument.quantity)))
  return { ...LIQUID_FLOW, mid, diffusion: Math.max(0.4, mid * DIFFUSION), lots }
}
