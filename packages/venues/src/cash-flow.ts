import type { Micros } from '@velocimex/core/clock/micros'
import type { Amount } from './amount.ts'

/** Money that came to an account or left it without an order. */
export interface CashFlow {
  /** `transfer`: between accounts of one owner, or the venue does not say what it was. */
  readonly kind: 'funding' | 'deposit' | 'withdrawal' | 'transfer'
  readonly asset: string
  /** Positive when received, never zero. */
  readonly amount: Amount
  /** Index of what funding was paid for; absent where the venue does not say. */
  readonly instrument?: number
  /** The same when the venue tells it again, another for every other of this asset. */
  readonly id: string
  /** The venue's instant. */
  readonly at: Micros
}
