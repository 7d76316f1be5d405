import type { Micros } from '../clock/micros.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { ExecutionReport, ReportKind } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { LatencyModel } from './latency-model.ts'
import { TransitQueue } from './transit-queue.ts'
import { leavesOf, type VenueOrder } from './venue-order.ts'

/** Reports under way at once: more than any strategy could read. */
const TRANSIT_MAX = 1_000_000

/** What the simulated venue tells us, each report on its way for the response latency. */
export class VenueReports {
  /** The venue's present instant; the venue sets it. */
  now = 0 as Micros
  readonly #latency: LatencyModel
  readonly #way = new TransitQueue<ExecutionReport>(TRANSIT_MAX)

  constructor(latency: LatencyModel) {
    this.#latency = latency
  }

  /** Instant at which the next report reaches us; Infinity when none is under way. */
  get nextAt(): number {
    return this.#way.nextAt
  }

  /** Takes the report that reaches us next. */
  take(): ExecutionReport {
    return this.#way.take()
  }

  /** An order as it stands, or why it is not. */
  tell(kind: ReportKind, order: VenueOrder, reason?: string): void {
    const amended = kind === 'replaced' ? { price: order.price as Ticks, quantity: order.quantity as Lots } : {}
    const isOver = kind === 'rejected' || kind === 'canceled' || kind === 'expired'
    const leaves = (isOver ? 0 : leavesOf(order)) as Lots
    this.#send({ ...this.#describe(kind, order), leaves, ...amended, ...(reason === undefined ? {} : { reason }) })
  }

  /** An execution. */
  fill(order: VenueOrder, fill: Fill): void {
    this.#send({ ...this.#describe('filled', order), fill })
  }

  /** A command for an order that the venue does not hold. */
  reject(
    kind: 'cancel_rejected' | 'replace_rejected',
    clientOrderId: string,
    instrument: number,
    reason: string,
  ): void {
    const none = 0 as Lots
    this.#send({
      kind,
      clientOrderId,
      venueOrderId: '',
      instrument,
      at: this.now,
      cumulative: none,
      leaves: none,
      reason,
    })
  }

  #describe(kind: ReportKind, order: VenueOrder): ExecutionReport {
    return {
      kind,
      clientOrderId: order.clientOrderId,
      venueOrderId: order.venueOrderId,
      instrument: order.request.instrument,
      at: this.now,
      cumulative: order.cumulative as Lots,
      leaves: leavesOf(order) as Lots,
    }
  }

  #send(report: ExecutionReport): void {
    this.#way.send(this.now + this.#latency.response(), report)
  }
}
