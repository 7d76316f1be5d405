import type { Micros } from '../clock/micros.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { OrderRequest } from './order-request.ts'
import type { OrderState } from './order-state.ts'

/** An order as everybody but the order manager sees it. Read it during the call; the manager goes on changing it. */
export interface OrderView {
  readonly clientOrderId: string
  /** Empty until the venue gave one. */
  readonly venueOrderId: string
  readonly request: OrderRequest
  readonly state: OrderState
  /** Present limit price, after amendments; absent for market orders. */
  readonly price: Ticks | undefined
  /** Present quantity, after amendments. FIX 38. */
  readonly quantity: Lots
  /** FIX 14. */
  readonly cumulative: Lots
  /** FIX 151: `quantity - cumulative` while the order can still be filled, else 0. */
  readonly leaves: Lots
  /** Lots that may still be filled at worst, an amendment under way counted; 0 when closed. */
  readonly exposure: number
  readonly createdAt: Micros
  readonly updatedAt: Micros
  /** Why it was refused, rejected or expired. */
  readonly reason: string
}
