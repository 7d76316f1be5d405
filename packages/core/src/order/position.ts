import type { Minor } from '../market/money.ts'

/** What we hold of one instrument, derived from fills. */
export interface Position {
  readonly instrument: number
  /** Lots, signed: negative is short. */
  readonly netLots: number
  /** What the open lots cost, signed like `netLots`, in booked units of the settling asset. */
  readonly cost: Minor
  /** Realised profit since the start, without fees and funding. */
  readonly realised: Minor
  /** Fees paid since the start (negative: rebates), as far as they were charged in the settling asset. */
  readonly fees: Minor
}
