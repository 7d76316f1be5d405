import type { Grid } from '@velocimex/core/market/grid'
import type { FeeRates, Instrument, InstrumentKind, OrderBounds } from '@velocimex/core/market/instrument'
import { linearContract } from '@velocimex/core/market/money'
import type { Dialect } from './frame-fields.ts'
import { unifiedName } from './symbols.ts'

/** Fees of the lowest tier, in 1e-8 of the notional: spot 0.1 % both; USD-M 0.02 % maker, 0.05 % taker. Public fee pages, 2026. */
const FEES: Readonly<Record<Dialect, FeeRates>> = {
  spot: { maker: 100_000, taker: 100_000 },
  usdm: { maker: 20_000, taker: 50_000 },
}

/** What must be known of an instrument before its index is given. */
export interface InstrumentDraft {
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle: string
  readonly kind: InstrumentKind
  readonly expiry: string
  readonly price: Grid
  readonly quantity: Grid
  readonly bounds: OrderBounds
  readonly grids: 'published' | 'inferred'
}

/** Decimals in which an asset is booked: enough for one tick of one lot to be a whole number of units, and at least 8. */
export const bookedDecimals = (price: Grid, quantity: Grid): number => Math.max(8, price.decimals + quantity.decimals)

/**
 * Completes an instrument of Binance. Every instrument books its quote asset with as many decimals as its own tick and
 * lot need; a run that shares one account over instruments uses the greatest (see `alignAssets`).
 */
export function makeInstrument(dialect: Dialect, venue: string, index: number, draft: InstrumentDraft): Instrument {
  const decimals = bookedDecimals(draft.price, draft.quantity)
  const quote = { code: draft.quote, decimals }
  return {
    index,
    venue,
    symbol: draft.symbol,
    unified: unifiedName(draft.base, draft.quote, dialect === 'spot' ? undefined : draft.settle, draft.expiry),
    kind: draft.kind,
    base: { code: draft.base, decimals: Math.max(8, draft.quantity.decimals) },
    quote,
    settle: draft.settle === draft.quote ? quote : { code: draft.settle, decimals },
    price: draft.price,
    quantity: draft.quantity,
    contract: linearContract(draft.price, draft.quantity, decimals),
    bounds: draft.bounds,
    fees: FEES[dialect],
    grids: draft.grids,
  }
}
