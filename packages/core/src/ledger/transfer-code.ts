/** What kind of event caused a transfer: the numbers that stand in every store. */
export const TransferCode = {
  other: 1,
  deposit: 2,
  withdrawal: 3,
  fill: 4,
  fee: 5,
  realised: 6,
  funding: 7,
  margin: 8,
  /** A difference that reconciliation found: the books follow the venue. */
  reconciliation: 9,
} as const
/** A number of `TransferCode`. */
export type TransferCode = (typeof TransferCode)[keyof typeof TransferCode]

/** Names by number; 0 is none. */
export const TRANSFER_CODE_NAMES: readonly string[] = ['', ...Object.keys(TransferCode)]
