import type { Micros } from '@velocimex/core/clock/micros'
import type { Lots } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { CommandResult, VenueRequest } from '../order-venue.ts'
import type { Failure } from './order-errors.ts'

/** A command's end without an acceptance, with the report of a definite refusal. */
export function refused(
  { call, clientOrderId, instrument }: VenueRequest,
  failure: Failure,
  at: Micros,
): CommandResult {
  const kinds = { place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const
  const kind = call in kinds ? kinds[call as keyof typeof kinds] : undefined
  if (kind === undefined || failure.outcome !== 'definitive_reject') return { ...failure, reports: [] }
  const none = 0 as Lots
  const order = { clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none }
  const report: ExecutionReport = { kind, ...order, reason: `${failure.code} ${failure.words}`.trim() }
  return { ...failure, reports: [report] }
}
