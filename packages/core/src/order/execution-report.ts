import type { Micros } from '../clock/micros.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Fill } from './fill.ts'

/**
 * What the venue says happened to an order. FIX 35=8 and 35=9.
 *
 * accepted, rejected        answer to a placement
 * filled                    one execution; `fill` is present, partial or whole
 * canceled, expired         the order is closed with what it had filled
 * cancel_rejected           answer to a cancel; the order is as it was
 * replaced, replace_rejected answer to an amendment; `price` and `quantity` are the new ones
 */
export type ReportKind =
  | 'accepted'
  | 'rejected'
  | 'filled'
  | 'canceled'
  | 'expired'
  | 'cancel_rejected'
  | 'replaced'
  | 'replace_rejected'

/** One message of a venue about one order of ours. */
export interface ExecutionReport {
  readonly kind: ReportKind
  readonly clientOrderId: string
  /** Empty until the venue gave one. */
  readonly venueOrderId: string
  readonly instrument: number
  /** Venue's instant. */
  readonly at: Micros
  /** FIX 14: filled so far, this report included. */
  readonly cumulative: Lots
  /** FIX 151: still open; 0 when closed. */
  readonly leaves: Lots
  readonly fill?: Fill
  /** For `replaced`. */
  readonly price?: Ticks
  readonly quantity?: Lots
  /** For rejections and expiries: the venue's reason in words. */
  readonly reason?: string
}
