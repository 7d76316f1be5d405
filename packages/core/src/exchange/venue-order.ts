import type { QueuePlace } from '../book/queue-place.ts'
import type { Side } from '../market/side.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'

/** An order of ours as the simulated venue holds it. Quantities in lots, price in ticks. */
export interface VenueOrder extends QueuePlace {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly request: ApprovedOrder
  readonly side: Side
  price: number
  /** Total, what is filled included. */
  quantity: number
  cumulative: number
  queueAtEntry: number
}

/** What of an order is still open. */
export const leavesOf = (order: VenueOrder): number => order.quantity - order.cumulative
