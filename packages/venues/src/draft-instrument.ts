import type { Grid } from '@velocimex/core/market/grid'
import type { FeeRates, Instrument, InstrumentKind, OrderBounds } from '@velocimex/core/market/instrument'
import { inverseContract, linearContract } from '@velocimex/core/market/money'

/** What must be known of an instrument before its index is given. */
export interface InstrumentDraft {
  readonly symbol: string
  readonly base: string
  readonly quote: string
  readonly settle: string
  readonly kind: InstrumentKind
  /** `yymmdd`, and for options strike and side behind it: `220325-40000-C`; empty for what does not expire. */
  readonly expiry: string
  readonly price: Grid
  readonly quantity: Grid
  readonly bounds: OrderBounds
  readonly grids: 'published' | 'inferred'
  /** Base units in one unit of quantity, as an exact fraction of ten; absent for 1. For inverse contracts: quote units. */
  readonly multiplier?: readonly [number, number]
  /** A contract is a fixed sum of quote money, settled in the base asset. */
  readonly isInverse?: boolean
}

/** Decimals in which an asset is booked: enough for one tick of one lot to be a whole number of units, and at least 8. */
export const bookedDecimals = (price: Grid, quantity: Grid, multiplier: readonly [number, number] = [1, 0]): number =>
  Math.max(8, price.decimals + quantity.decimals + multiplier[1])

/**
 * Completes an instrument. Every one books its settling asset with as many decimals as its own tick and lot need; a run
 * that shares one account over instruments uses the greatest (see `alignAssets`).
 */
export function completeInstrument(venue: string, index: number, draft: InstrumentDraft, fees: FeeRates): Instrument {
  const { price, quantity, multiplier = [1, 0], isInverse = false } = draft
  const decimals = bookedDecimals(price, quantity, multiplier)
  const base = { code: draft.base, decimals: draft.settle === draft.base ? decimals : Math.max(8, quantity.decimals) }
  const quote = { code: draft.quote, decimals }
  const settle = [quote, base].find(({ code }) => code === draft.settle) ?? { code: draft.settle, decimals }
  return {
    index,
    venue,
    symbol: draft.symbol,
    unified: unifiedName(draft.base, draft.quote, draft.kind === 'spot' ? undefined : draft.settle, draft.expiry),
    kind: draft.kind,
    base,
    quote,
    settle: settle.decimals === decimals ? settle : { code: settle.code, decimals },
    price,
    quantity,
    contract: isInverse
      ? inverseContract(price, quantity, decimals, multiplier)
      : linearContract(price, quantity, decimals, multiplier),
    bounds: draft.bounds,
    fees,
    grids: draft.grids,
  }
}

/** Unified name in the CCXT manner: `BTC/USDT`, `BTC/USDT:USDT`, `BTC/USDT:USDT-210924`, `BTC/USD:BTC-220325-40000-C`. */
export function unifiedName(base: string, quote: string, settle: string | undefined, expiry: string): string {
  const pair = `${base}/${quote}`
  if (settle === undefined) return pair
  return `${pair}:${settle}${expiry === '' ? '' : `-${expiry}`}`
}
