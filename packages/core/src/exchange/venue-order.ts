import type { Side } from '../market/side.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'

/** An order of ours as the simulated venue holds it. Quantities in lots, price in ticks. */
export interface VenueOrder {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly request: ApprovedOrder
  readonly side: Side
  price: number
  /** Total, what is filled included. */
  quantity: number
  cumulative: number
  /** Market lots ahead of us at our price. */
  ahead: number
  queueAtEntry: number
  /** Lots printed at our price since its total last changed. */
  traded: number
}

/** What of an order is still open. */
export const leavesOf = (order: VenueOrder): number => order.quantity - order.cumulative
