import type { OrderBook } from '../book/order-book.ts'
import type { QueuePlace } from '../book/queue-place.ts'
import type { Clock } from '../clock/clock.ts'
import type { Scheduler } from '../clock/scheduler.ts'
import type { QueueWatch } from '../execution/queue-watch.ts'
import { Portfolio } from '../ledger/portfolio.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Amending } from '../order/amending.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderDecision } from '../order/order-decision.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Position } from '../order/position.ts'
import { MakerShare } from '../report/maker-share.ts'
import type { ApprovedOrder, RiskGate } from '../risk/risk-gate.ts'
import type { Signal } from '../signal/signal.ts'
import type { Desk, Strategy } from '../strategy/strategy.ts'

/** Where approved orders go: the order manager of a simulation, or the desk of a live account. */
export interface OrderRoute {
  /** @returns the order on its way, or why it was not sent */
  place(approved: ApprovedOrder): OrderView | string
  cancel(clientOrderId: string): boolean
  replace(clientOrderId: string, approved: ApprovedOrder): boolean
  find(clientOrderId: string): OrderView | undefined
  /** Orders that are not closed, oldest first. Lent for the call. */
  openOrders(instrument: number): readonly OrderView[]
}

/** What a desk works with; the same parts for all desks of a session. */
export interface DeskParts {
  readonly clock: Clock
  readonly table: InstrumentTable
  readonly books: readonly OrderBook[]
  readonly gate: RiskGate
  readonly orders: OrderRoute
  readonly queues: QueueWatch
  readonly timers: Scheduler
  /** Told every wish that was refused, and every signal. */
  readonly onRefusal: (strategy: string, request: OrderRequest, reason: string) => void
  readonly onSignal: (strategy: string, signal: Signal) => void
  /** Told why an order was placed, amended or canceled, where a strategy says so; after it was. */
  readonly onDecision: (order: OrderView, decision: OrderDecision) => void
}

/** The desk of one strategy: its wishes go to risk, and what risk allows goes to the order manager. */
export class StrategyDesk implements Desk {
  readonly strategy: Strategy
  readonly instruments: readonly Instrument[]
  readonly clock: Clock
  /** Positions of this strategy alone, from its own fills. */
  readonly portfolio: Portfolio
  /** How much of what it traded was made resting. */
  readonly maker = new MakerShare()
  refusal = ''
  readonly #parts: DeskParts
  readonly #number: number

  /** @param number which desk of the session: timers come back with it */
  constructor(strategy: Strategy, instruments: readonly Instrument[], parts: DeskParts, number: number) {
    this.strategy = strategy
    this.instruments = instruments
    this.clock = parts.clock
    this.portfolio = new Portfolio(parts.table)
    this.#parts = parts
    this.#number = number
  }

  /** Takes a fill of this strategy's: its position and its figures have it from here on. */
  onFill(fill: Fill): void {
    this.portfolio.apply(fill)
    this.maker.take(fill, this.#parts.table.at(fill.instrument))
  }

  book(instrument: number): OrderBook {
    return this.#parts.books[instrument]!
  }

  position(instrument: number): Position {
    return this.portfolio.position(instrument)
  }

  openOrders(instrument: number): readonly OrderView[] {
    return this.#parts.orders.openOrders(instrument).filter(order => order.request.strategy === this.strategy.name)
  }

  touch(instrument: number, side: Side): number {
    return this.#parts.queues.touch(instrument, side)
  }

  amending(instrument: number): Amending {
    return this.#parts.queues.amending[instrument]!
  }

  queuePlace(clientOrderId: string): Readonly<QueuePlace> | undefined {
    return this.#parts.queues.placeOf(clientOrderId)
  }

  place(request: OrderRequest, decision?: OrderDecision): string {
    const reviewed = this.#parts.gate.review(request)
    this.refusal = reviewed.ok ? '' : reviewed.reason
    if (!reviewed.ok) {
      this.#parts.onRefusal(this.strategy.name, request, reviewed.reason)
      return ''
    }
    const placed = this.#parts.orders.place(reviewed.value)
    if (typeof placed === 'string') {
      this.refusal = placed
      this.#parts.gate.settle(reviewed.value, undefined)
      this.#parts.onRefusal(this.strategy.name, request, placed)
      return ''
    }
    this.#parts.gate.settle(reviewed.value, placed.clientOrderId)
    if (decision !== undefined) this.#parts.onDecision(placed, decision)
    return placed.clientOrderId
  }

  cancel(clientOrderId: string, decision?: OrderDecision): boolean {
    const canceled = this.#parts.orders.cancel(clientOrderId)
    this.refusal = canceled ? '' : 'not_open'
    if (canceled && decision !== undefined) this.#tell(clientOrderId, decision)
    return canceled
  }

  replace(clientOrderId: string, price: Ticks, quantity: Lots, decision?: OrderDecision): boolean {
    const order = this.#parts.orders.find(clientOrderId)
    if (order === undefined || (order.state !== 'submitted' && order.state !== 'partially_filled')) {
      this.refusal = 'not_open'
      return false
    }
    const reviewed = this.#parts.gate.reviewReplace(order.request, price, quantity, order.leaves, order.cumulative)
    this.refusal = reviewed.ok ? '' : reviewed.reason
    if (!reviewed.ok) {
      this.#parts.onRefusal(this.strategy.name, order.request, reviewed.reason)
      return false
    }
    const isSent = this.#parts.orders.replace(clientOrderId, reviewed.value)
    this.#parts.gate.settle(reviewed.value, isSent ? clientOrderId : undefined)
    if (isSent && decision !== undefined) this.#parts.onDecision(order, decision)
    return isSent
  }

  signal(signal: Signal): void {
    this.#parts.onSignal(this.strategy.name, signal)
  }

  wakeAt(instant: number, tag: number): void {
    this.#parts.timers.wakeAt(Math.max(instant, this.clock.now()), this.#number, tag)
  }

  #tell(clientOrderId: string, decision: OrderDecision): void {
    const order = this.#parts.orders.find(clientOrderId)
    if (order !== undefined) this.#parts.onDecision(order, decision)
  }
}
