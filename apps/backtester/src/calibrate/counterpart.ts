import { LIQUID_FLOW, type OrderFlowParameters, PERPETUAL_FLOW } from '@velocimex/core/exchange/order-flow-parameters'
import type { Instrument } from '@velocimex/core/market/instrument'

/** A made-up market that a recorded one is laid beside. */
export interface Counterpart {
  readonly name: 'liquid spot' | 'perpetual'
  readonly flow: OrderFlowParameters
  /** Size of a lot in units of the asset. */
  readonly lotSize: number
}

/** The made-up market of an instrument's kind. */
export const counterpartOf = ({ kind }: Pick<Instrument, 'kind'>): Counterpart =>
  kind === 'spot'
    ? { name: 'liquid spot', flow: LIQUID_FLOW, lotSize: 1e-5 }
    : { name: 'perpetual', flow: PERPETUAL_FLOW, lotSize: 1e-3 }
