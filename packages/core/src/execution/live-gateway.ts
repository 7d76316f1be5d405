import type { Micros } from '../clock/micros.ts'
import type { Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderType, TimeInForce } from '../order/order-request.ts'
import type { Verb } from './order-entry.ts'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from './order-gateway.ts'

/** What every command to a real venue carries beside its content. */
export interface Stamp {
  /** Number of the command: the outcome is about it. */
  readonly command: number
  /** Which start of the installation sends it. A gateway refuses those older than the newest it has seen. */
  readonly epoch: number
  /** Our instant of sending; the venue refuses what reaches it too long after. */
  readonly sentAt: Micros
}

/** Which command an outcome is about. */
export interface CommandRef {
  readonly clientOrderId: string
  readonly verb: Verb
  readonly command: number
}

/**
 * How a command ended. Whatever a venue's table does not list is `unknown`.
 *
 * ack                 the venue did it; `report` says what
 * definitive_reject   the venue refused it; `report` says why
 * not_sent            it failed before its first byte left
 * unknown             everything else: it may have been done, or may still be
 */
export type CommandOutcome =
  | { readonly kind: 'ack'; readonly report: ExecutionReport }
  | { readonly kind: 'definitive_reject'; readonly report: ExecutionReport }
  | { readonly kind: 'not_sent'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/** An order as the venue tells it when it is asked. */
export interface OrderAtVenue {
  readonly clientOrderId: string
  readonly venueOrderId: string
  readonly instrument: number
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly price: Ticks | undefined
  readonly quantity: Lots
  readonly cumulative: Lots
  readonly status: 'open' | 'filled' | 'canceled' | 'expired' | 'rejected'
  /** Venue's instant of its last change. */
  readonly updatedAt: Micros
}

/** What can be asked of a venue. `number` comes back with the answer. */
export type VenueQuestion =
  | {
      readonly about: 'order'
      readonly number: number
      readonly clientOrderId: string
      readonly venueOrderId: string
      readonly instrument: number
    }
  | { readonly about: 'open_orders'; readonly number: number }
  /** All fills of the account at or after an instant of the venue's clock. */
  | { readonly about: 'fills'; readonly number: number; readonly since: Micros }

/**
 * An authenticated, complete answer, with the venue's instant; or a failure, which proves nothing. `order` is undefined
 * when the venue says that it knows no such order.
 */
export type VenueAnswer =
  | {
      readonly about: 'order'
      readonly number: number
      readonly at: Micros
      readonly order: OrderAtVenue | undefined
    }
  | {
      readonly about: 'open_orders'
      readonly number: number
      readonly at: Micros
      readonly orders: readonly OrderAtVenue[]
    }
  | { readonly about: 'fills'; readonly number: number; readonly at: Micros; readonly fills: readonly Fill[] }
  | { readonly about: 'failure'; readonly number: number; readonly reason: string }

/**
 * The way to a real venue account. Commands and questions go out and return at once; the desk is told later:
 * `onOutcome` once for every command, `onAnswer` at most once for every question, `onReport` for every word of the
 * private stream, in any order.
 */
export interface LiveGateway {
  place(command: PlaceCommand, stamp: Stamp): void
  /** All in one request. Each item has its own outcome; one for the whole request is not an outcome of its items. */
  placeBatch(commands: readonly (PlaceCommand & { readonly stamp: Stamp })[]): void
  cancel(command: CancelCommand, stamp: Stamp): void
  replace(command: ReplaceCommand, stamp: Stamp): void
  /** Cancels one order and places another in one request; two outcomes, because half of it may succeed. */
  cancelReplace(cancel: CancelCommand, place: PlaceCommand, stamp: Stamp): void
  ask(question: VenueQuestion): void
}
