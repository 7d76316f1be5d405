/** What a venue says an account holds. It names everything: what is not in it is zero. */
export interface AccountTruth {
  /** Booked units by asset code. */
  readonly balances: readonly { readonly code: string; readonly amount: bigint }[]
  /** Signed lots of derivatives by instrument; spot goods are balances. */
  readonly positions: readonly { readonly instrument: number; readonly netLots: number }[]
}

/** One difference between our books and the venue. Lots for positions, booked units for balances. */
export type AccountDifference =
  | { readonly kind: 'position'; readonly instrument: number; readonly ours: bigint; readonly venues: bigint }
  | { readonly kind: 'balance'; readonly code: string; readonly ours: bigint; readonly venues: bigint }

/** Our books have followed the venue. S2-ACC-25, S2-FLOW-14. */
export interface AccountCorrection {
  readonly tag: 'RECON'
  readonly account: string
  /** Microseconds. */
  readonly at: number
  readonly difference: AccountDifference
  /**
   * start      we began without knowing, and the venue told us
   * mismatch   we believed something else, twice in a row
   */
  readonly cause: 'start' | 'mismatch'
  /** Beyond the threshold: trading was halted. */
  readonly isCritical: boolean
}

/** Names what a difference is about: one text for one position or balance. */
export const subjectOf = (difference: AccountDifference): string =>
  difference.kind === 'position' ? `position ${difference.instrument}` : `balance ${difference.code}`
