import type { Micros } from '../clock/micros.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'

/** A placement on its way to a venue. */
export interface PlaceCommand {
  readonly clientOrderId: string
  readonly order: ApprovedOrder
}

/** A cancel on its way to a venue. */
export interface CancelCommand {
  readonly clientOrderId: string
  /** Empty when the venue has not told it yet. */
  readonly venueOrderId: string
  readonly instrument: number
}

/** An amendment on its way to a venue. */
export interface ReplaceCommand {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly instrument: number
  readonly price: Ticks
  /** New total quantity, what is filled included. FIX 38. */
  readonly quantity: Lots
  /** As it is now, for venues that only take quantity away; absent where that is not known. */
  readonly was?: { readonly price: Ticks | undefined; readonly quantity: Lots }
}

/**
 * The way out to one venue: live a socket, in simulation a SimVenue. Answers come back as execution reports, never as
 * a return value. `now` is the instant of the decision.
 */
export interface OrderGateway {
  place(command: PlaceCommand, now: Micros): void
  cancel(command: CancelCommand, now: Micros): void
  replace(command: ReplaceCommand, now: Micros): void
}
