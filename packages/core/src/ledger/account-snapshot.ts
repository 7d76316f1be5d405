import type { Asset } from '../market/money.ts'

/** One balance: booked units of the asset, and what they are worth in the account's currency. */
export interface BalanceView {
  readonly code: string
  readonly amount: bigint
  /** Undefined while there is no rate. */
  readonly worth: bigint | undefined
}

/** One position with its price. */
export interface PositionView {
  readonly instrument: number
  /** Signed. */
  readonly netLots: number
  /** Lots of the largest position that can come about, long or short, if what is open is filled. */
  readonly worstLots: number
  /** Ticks; NaN while there is none. */
  readonly mark: number
  /** Value at the mark in the account's currency, not signed. */
  readonly value: bigint | undefined
  /** Open profit and profit so far in booked units of the settling asset, without fees. */
  readonly unrealised: bigint | undefined
  readonly realised: bigint
}

/**
 * An account at an instant. S2-ACC-15 to 22. Money in booked units of `currency`; undefined wherever a price is missing
 * that the figure needs: it is then not known, and nothing pretends that it were.
 */
export interface AccountSnapshot {
  readonly account: string
  /** Microseconds. */
  readonly at: number
  readonly currency: Asset
  /** All balances and the open profit of derivatives. */
  readonly total: bigint | undefined
  /** What of it neither positions nor orders bind at worst; negative when they bind more than there is. */
  readonly available: bigint | undefined
  readonly unrealised: bigint | undefined
  readonly realised: bigint | undefined
  /** Fees paid, negative for rebates; as far as they were charged in the settling asset. */
  readonly fees: bigint | undefined
  readonly dayProfit: bigint | undefined
  readonly dayDrawdownBps: number | undefined
  /** Value of all positions, long and short added. */
  readonly exposure: bigint | undefined
  /** Total over exposure, bps: 1500 is 15 %. Undefined without positions. */
  readonly marginBps: number | undefined
  /** Exposure over total, bps: 20,000 is twice. Undefined when the total is not positive. */
  readonly leverageBps: number | undefined
  /** Assets with something in them. */
  readonly balances: readonly BalanceView[]
  /** Instruments with a position or with open orders. */
  readonly positions: readonly PositionView[]
}
