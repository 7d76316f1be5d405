import type { Grid } from './grid.ts'
import type { Asset, ContractValue } from './money.ts'

/** What kind of thing is traded. */
export type InstrumentKind = 'spot' | 'perpetual' | 'future' | 'option'

/** Bounds that the venue puts on an order; an absent one is not enforced. Quantities in lots, prices in ticks. */
export interface OrderBounds {
  readonly priceMin?: number
  readonly priceMax?: number
  readonly quantityMin?: number
  readonly quantityMax?: number
  readonly marketQuantityMax?: number
  /** Smallest value of an order, in booked units of the settling asset. */
  readonly notionalMin?: bigint
}

/** Fees in units of 1e-8 of the notional (10 bps = 100_000), negative for a rebate. */
export interface FeeRates {
  readonly maker: number
  readonly taker: number
}

/** A tradable thing on one venue, with the meaning of its integers. Its index in the instrument table is its number. */
export interface Instrument {
  /** Dense index in the instrument table: 0, 1, 2, ... */
  readonly index: number
  /** Venue id: `binance-spot`. */
  readonly venue: string
  /** The venue's own name: `BTCUSDT`. */
  readonly symbol: string
  /** Unified name in the CCXT manner: `BTC/USDT`, `BTC/USDT:USDT`. */
  readonly unified: string
  readonly kind: InstrumentKind
  readonly base: Asset
  readonly quote: Asset
  /** Asset in which value is booked: quote for linear, base for inverse contracts. */
  readonly settle: Asset
  readonly price: Grid
  readonly quantity: Grid
  readonly contract: ContractValue
  readonly bounds: OrderBounds
  readonly fees: FeeRates
  /** Whether the grids were published by the venue or inferred from the digits of a recording. */
  readonly grids: 'published' | 'inferred'
}
