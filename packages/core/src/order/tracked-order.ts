import type { Micros } from '../clock/micros.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Fill } from './fill.ts'
import type { OrderView } from './order.ts'
import type { OrderRequest } from './order-request.ts'
import { type Evidence, isTerminal, type OrderState, type Outcome, outcomeOf } from './order-state.ts'

/** All that is known of an order, as a snapshot keeps it. Fills are told by their sum: who restores, knows which were booked. */
export interface OrderImage {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly request: OrderRequest
  readonly state: OrderState
  readonly price: Ticks | undefined
  readonly quantity: Lots
  readonly cumulative: Lots
  readonly pendingQuantity: number
  readonly overfilled: boolean
  readonly createdAt: Micros
  readonly updatedAt: Micros
  readonly reason: string
}

/**
 * One order of ours and all that is known of it. Evidence goes in, in whatever order the network brings it; the state
 * follows the table of `order-state`, quantities follow the fills.
 *
 * Invariants: cumulative is the sum of the distinct fills; leaves is quantity - cumulative while open and 0 when closed;
 * cumulative passes quantity only with `overfilled` set.
 */
export class TrackedOrder implements OrderView {
  readonly clientOrderId: string
  readonly request: OrderRequest
  readonly createdAt: Micros
  venueOrderId = ''
  state: OrderState = 'new'
  price: Ticks | undefined
  quantity: Lots
  cumulative = 0 as Lots
  updatedAt: Micros
  reason = ''
  /** Total quantity asked for by an amendment that may still take effect; 0 when there is none. */
  pendingQuantity = 0
  /** The venue filled more than we asked for. */
  overfilled = false
  readonly #trades = new Set<string>()

  constructor(clientOrderId: string, request: OrderRequest, now: Micros) {
    this.clientOrderId = clientOrderId
    this.request = request
    this.price = request.price
    this.quantity = request.quantity
    this.createdAt = now
    this.updatedAt = now
  }

  /** The order as it was when its image was taken. */
  static fromImage(image: OrderImage): TrackedOrder {
    const order = new TrackedOrder(image.clientOrderId, image.request, image.createdAt)
    order.venueOrderId = image.venueOrderId
    order.state = image.state
    order.price = image.price
    order.quantity = image.quantity
    order.cumulative = image.cumulative
    order.pendingQuantity = image.pendingQuantity
    order.overfilled = image.overfilled
    order.updatedAt = image.updatedAt
    order.reason = image.reason
    return order
  }

  /** What a snapshot keeps. */
  get image(): OrderImage {
    const { clientOrderId, venueOrderId, request, state, price, quantity, cumulative } = this
    const { pendingQuantity, overfilled, createdAt, updatedAt, reason } = this
    return {
      clientOrderId,
      venueOrderId,
      request,
      state,
      price,
      quantity,
      cumulative,
      pendingQuantity,
      overfilled,
      createdAt,
      updatedAt,
      reason,
    }
  }

  get isClosed(): boolean {
    return isTerminal(this.state)
  }

  get leaves(): Lots {
    return (this.isClosed ? 0 : Math.max(0, this.quantity - this.cumulative)) as Lots
  }

  /** Lots that may still be filled at worst: of the order as it is, or as an amendment under way would make it. */
  get exposure(): number {
    return this.isClosed ? 0 : Math.max(0, Math.max(this.quantity, this.pendingQuantity) - this.cumulative)
  }

  /** Steps by the table. Returns what the evidence meant. */
  step(evidence: Evidence, now: Micros): Outcome {
    const outcome = outcomeOf(this.state, evidence)
    if (outcome === 'live') this.state = this.cumulative > 0 ? 'partially_filled' : 'submitted'
    else if (outcome !== 'stay' && outcome !== 'late_fill' && outcome !== 'conflict' && outcome !== 'ours')
      this.state = outcome
    // Neither a cancel nor a doubt answers an amendment: what it asked for stays reserved until the venue has spoken.
    if (this.isClosed || evidence === 'replaced') this.pendingQuantity = 0
    else if (evidence === 'replace_rejected') this.withdrawAmendment(now)
    if (outcome !== 'stay') this.updatedAt = now
    return outcome
  }

  /** An amendment will not take effect any more. What it would have left open may be filled already. */
  withdrawAmendment(now: Micros): void {
    if (this.pendingQuantity === 0) return
    this.pendingQuantity = 0
    if (!this.isClosed && this.cumulative >= this.quantity) this.step('filled', now)
  }

  /** Books a fill once. Returns what it meant; `stay` for a repeat of one that is booked already. */
  book(fill: Fill, now: Micros): Outcome {
    if (this.#trades.has(fill.tradeId)) return 'stay'
    this.#trades.add(fill.tradeId)
    this.cumulative = (this.cumulative + fill.quantity) as Lots
    // A fill can outrun the word of the amendment that made room for it.
    const most = Math.max(this.quantity, this.pendingQuantity)
    if (this.cumulative > most) this.overfilled = true
    this.updatedAt = now
    return this.step(this.cumulative >= most ? 'filled' : 'part_filled', now)
  }

  /** An amendment took effect: the order may be whole with what it has filled already. */
  amend(price: Ticks | undefined, quantity: Lots, now: Micros): void {
    if (price !== undefined) this.price = price
    this.quantity = quantity
    this.overfilled = this.cumulative > quantity
    if (this.cumulative >= quantity) this.step('filled', now)
  }
}
