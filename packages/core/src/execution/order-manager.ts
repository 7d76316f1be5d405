import { assert } from '../assert.ts'
import type { Clock } from '../clock/clock.ts'
import { BUY, type Side } from '../market/side.ts'
import type { Lots } from '../market/units.ts'
import type { ExecutionReport, ReportKind } from '../order/execution-report.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Evidence } from '../order/order-state.ts'
import { type OrderImage, TrackedOrder } from '../order/tracked-order.ts'
import type { ApprovedOrder } from '../risk/risk-gate.ts'
import type { OrderGateway } from './order-gateway.ts'

/** Something that a person should see. */
export type OrderAlert = 'late_fill' | 'overfill' | 'conflict' | 'external'

/** Where client order ids come from: a counter, or what a journal says they were. */
export interface OrderIds {
  next(): string
}

/** Told what happens to orders. A fill is told once, before the update of its order. */
export interface OrderListener {
  onFill(fill: Fill, order: OrderView): void
  onOrderUpdate(order: OrderView): void
  onAlert(alert: OrderAlert, report: ExecutionReport, order: OrderView | undefined): void
}

/** Closed orders that are remembered, so that late reports still find them. */
const CLOSED_MAX = 100_000

/** Evidence of the reports that are not fills. */
const EVIDENCE_OF: Readonly<Record<Exclude<ReportKind, 'filled'>, Evidence>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  canceled: 'canceled',
  expired: 'expired',
  cancel_rejected: 'cancel_rejected',
  replaced: 'replaced',
  replace_rejected: 'replace_rejected',
}

/**
 * Keeps every order from the wish that risk allowed to its end. It gives ids, sends commands, steps states by the
 * venue's reports, and lets each execution through exactly once.
 */
export class OrderManager {
  readonly #gateway: OrderGateway
  readonly #ids: OrderIds
  readonly #listener: OrderListener
  readonly #clock: Clock
  readonly #byId = new Map<string, TrackedOrder>()
  /** The last closed orders; the oldest gives its place to the newest. */
  readonly #closed: string[] = []
  #closedCount = 0
  readonly #open: TrackedOrder[][]
  /** Orders placed so far. */
  placed = 0

  /** @param instruments how many the table holds */
  constructor(gateway: OrderGateway, ids: OrderIds, listener: OrderListener, clock: Clock, instruments: number) {
    this.#gateway = gateway
    this.#ids = ids
    this.#listener = listener
    this.#clock = clock
    this.#open = Array.from({ length: instruments }, () => [])
  }

  /** Sends an approved order. Returns it, on its way. */
  place(approved: ApprovedOrder): OrderView {
    const now = this.#clock.now()
    const order = new TrackedOrder(this.#ids.next(), approved, now)
    this.#keep(order)
    this.placed++
    order.step('validate', now)
    order.step('submit', now)
    this.#listener.onOrderUpdate(order)
    this.#gateway.place({ clientOrderId: order.clientOrderId, order: approved }, now)
    return order
  }

  /** Asks the venue to cancel. False when the order is not known, closed, or already being canceled. */
  cancel(clientOrderId: string): boolean {
    const order = this.#byId.get(clientOrderId)
    if (order === undefined || order.isClosed || order.state === 'pending_cancel') return false
    const now = this.#clock.now()
    order.step('request_cancel', now)
    this.#listener.onOrderUpdate(order)
    this.#gateway.cancel({ clientOrderId, venueOrderId: order.venueOrderId, instrument: order.request.instrument }, now)
    return true
  }

  /** Asks the venue to amend; `approved` is the amended order as risk allowed it. False unless the order rests undisturbed. */
  replace(clientOrderId: string, approved: ApprovedOrder): boolean {
    const order = this.#byId.get(clientOrderId)
    if (order === undefined || (order.state !== 'submitted' && order.state !== 'partially_filled')) return false
    assert(
      approved.price !== undefined && approved.side === order.request.side,
      'an amendment keeps side and has a price',
      clientOrderId,
    )
    const now = this.#clock.now()
    order.step('request_replace', now)
    order.pendingQuantity = approved.quantity
    this.#listener.onOrderUpdate(order)
    const { venueOrderId, request } = order
    const command = {
      clientOrderId,
      venueOrderId,
      instrument: request.instrument,
      price: approved.price,
      quantity: approved.quantity,
    }
    this.#gateway.replace(command, now)
    return true
  }

  /** Takes a report of the venue. */
  onReport(report: ExecutionReport): void {
    const order = this.#byId.get(report.clientOrderId)
    if (order === undefined) {
      this.#listener.onAlert('external', report, undefined)
      return
    }
    if (order.venueOrderId === '') order.venueOrderId = report.venueOrderId
    const wasClosed = order.isClosed
    const { state } = order
    if (report.kind === 'filled') this.#book(order, report)
    else this.#step(order, EVIDENCE_OF[report.kind], report)
    if (order.state !== state || report.kind === 'filled' || report.kind === 'replaced')
      this.#listener.onOrderUpdate(order)
    if (order.isClosed && !wasClosed) this.#close(order)
  }

  /** The command of an order failed before it left, or its outcome cannot be known, or its absence is proven. */
  onOutcome(clientOrderId: string, evidence: 'unsent' | 'in_doubt' | 'absent', reason = ''): void {
    const order = this.#byId.get(clientOrderId)
    if (order === undefined || order.isClosed) return
    if (reason !== '') order.reason = reason
    order.step(evidence, this.#clock.now())
    this.#listener.onOrderUpdate(order)
    if (order.isClosed) this.#close(order)
  }

  /** An amendment will not take effect any more: nothing more is reserved for it. */
  withdrawReplace(clientOrderId: string): void {
    const order = this.#byId.get(clientOrderId)
    if (order === undefined || order.isClosed) return
    order.withdrawAmendment(this.#clock.now())
    if (!order.isClosed) return
    this.#listener.onOrderUpdate(order)
    this.#close(order)
  }

  /** Total quantity that an amendment which may still take effect asks for; 0 when there is none. */
  pendingQuantity(clientOrderId: string): number {
    return this.#byId.get(clientOrderId)?.pendingQuantity ?? 0
  }

  /** Takes over an order that the venue has and we did not place, or whose placement we have lost. */
  adopt(clientOrderId: string, venueOrderId: string, request: OrderRequest): OrderView {
    assert(!this.#byId.has(clientOrderId), 'an adopted order is not known yet', clientOrderId)
    const now = this.#clock.now()
    const order = new TrackedOrder(clientOrderId, request, now)
    order.venueOrderId = venueOrderId
    for (const evidence of ['validate', 'submit', 'accepted'] as const) order.step(evidence, now)
    this.#keep(order)
    this.#listener.onOrderUpdate(order)
    return order
  }

  /** Images of the orders that are open and of the last `closed` that are not. */
  images(closed: number): OrderImage[] {
    const kept: string[] = []
    for (let at = this.#closedCount - Math.min(closed, this.#closed.length); at < this.#closedCount; at++)
      kept.push(this.#closed[at % CLOSED_MAX]!)
    const open = this.#open.flat()
    return [...kept.flatMap(id => this.#byId.get(id) ?? []), ...open].map(order => order.image)
  }

  /** Takes orders from their images, before anything else happens. Nobody is told. */
  restore(images: readonly OrderImage[]): void {
    for (const image of images) {
      const order = TrackedOrder.fromImage(image)
      if (!order.isClosed) this.#keep(order)
      else {
        this.#byId.set(order.clientOrderId, order)
        this.#remember(order.clientOrderId)
      }
    }
  }

  /** An order by its id, also a closed one that is still remembered. */
  find(clientOrderId: string): OrderView | undefined {
    return this.#byId.get(clientOrderId)
  }

  /** Orders of an instrument that are not closed, oldest first. Lent for the call. */
  openOrders(instrument: number): readonly OrderView[] {
    return this.#open[instrument]!
  }

  /** Lots of a side that may still be filled at worst. */
  openLots(instrument: number, side: Side): number {
    let lots = 0
    for (const order of this.#open[instrument]!) if (order.request.side === side) lots += order.exposure
    return lots
  }

  /** `openLots` of buys. */
  openBuyLots(instrument: number): number {
    return this.openLots(instrument, BUY)
  }

  #keep(order: TrackedOrder): void {
    this.#byId.set(order.clientOrderId, order)
    this.#open[order.request.instrument]!.push(order)
  }

  #book(order: TrackedOrder, report: ExecutionReport): void {
    const { fill } = report
    assert(fill !== undefined, 'a report of a fill carries it', report.clientOrderId)
    const wasOver = order.overfilled
    const before = order.cumulative
    const outcome = order.book(fill, this.#clock.now())
    if (order.cumulative === before) return
    this.#listener.onFill(fill, order)
    if (outcome === 'late_fill') this.#listener.onAlert('late_fill', report, order)
    if (order.overfilled && !wasOver) this.#listener.onAlert('overfill', report, order)
  }

  #step(order: TrackedOrder, evidence: Evidence, report: ExecutionReport): void {
    const now = this.#clock.now()
    if (report.reason !== undefined && !order.isClosed) order.reason = report.reason
    const outcome = order.step(evidence, now)
    if (outcome === 'conflict') this.#listener.onAlert('conflict', report, order)
    if (report.kind === 'replaced') order.amend(report.price, (report.quantity ?? order.quantity) as Lots, now)
  }

  #close(order: TrackedOrder): void {
    const open = this.#open[order.request.instrument]!
    open.splice(open.indexOf(order), 1)
    this.#remember(order.clientOrderId)
  }

  #remember(id: string): void {
    const place = this.#closedCount++ % CLOSED_MAX
    const oldest = this.#closed[place]
    if (oldest !== undefined) this.#byId.delete(oldest)
    this.#closed[place] = id
  }
}
