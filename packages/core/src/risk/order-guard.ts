import type { OrderRequest } from '../order/order-request.ts'
import type { RefusalFigures } from './risk-refusal.ts'

/** A wish under review, with what the gate has found out about it. */
export interface Wish {
  readonly order: OrderRequest
  /** Ticks; of an amendment the new one; undefined for market orders. */
  readonly price: number | undefined
  /** Lots in all; of an amendment the new total. */
  readonly quantity: number
  /** Lots that it adds to what may be filled at worst. */
  readonly added: number
  /** At worst it can only bring the position nearer to zero. */
  readonly isReducing: boolean
  readonly isReplace: boolean
}

/**
 * A further condition that an order must meet. A guard can hold back what adds risk and nothing else: wishes that only
 * reduce are never shown to `refusal`.
 */
export interface OrderGuard {
  /** Why the wish is not allowed; undefined when this guard has nothing against it. */
  refusal(wish: Wish): RefusalFigures | undefined
  /** Told each wish that passed everything, reducing ones included, with the object that execution will get. */
  onApproved(wish: Wish, approved: OrderRequest): void
  /**
   * Execution has taken what was approved.
   * @param clientOrderId its order; undefined when it was not sent, and then it is as if it had never been approved
   */
  onSettled(approved: OrderRequest, clientOrderId: string | undefined): void
}
