import type { Micros } from '../clock/micros.ts'

/** How a transfer takes effect: at once, or in two phases (reserve, then post or void what was reserved). */
export type TransferKind = 'posted' | 'pending' | 'post_pending' | 'void_pending'

/** An amount that moves from one account (credited) to another (debited). Never changed, never deleted. */
export interface Transfer {
  /** 128 bits, unique: the same transfer given twice takes effect once. */
  readonly id: bigint
  readonly debit: bigint
  readonly credit: bigint
  /** Positive; for `post_pending` at most what was reserved, for `void_pending` exactly it. */
  readonly amount: bigint
  readonly ledger: number
  readonly kind: TransferKind
  /** The reserving transfer, for `post_pending` and `void_pending`; otherwise 0. */
  readonly pendingId: bigint
  /** What caused it, as a person looks for it: `fill SIM12`, `deposit`, `funding 2024-08-08T16:00`. */
  readonly cause: string
  readonly at: Micros
}
