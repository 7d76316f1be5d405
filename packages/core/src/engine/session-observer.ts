import type { Micros } from '../clock/micros.ts'
import type { Transfer } from '../ledger/transfer.ts'
import type { Fill } from '../order/fill.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderDecision } from '../order/order-decision.ts'
import type { OrderRequest } from '../order/order-request.ts'
import type { Position } from '../order/position.ts'
import type { Signal } from '../signal/signal.ts'

/** Told what a session does, for files and screens. Every method may be left out. */
export interface SessionObserver {
  onOrderUpdate?(order: OrderView, at: Micros): void
  onFill?(fill: Fill, realised: bigint, position: Position, at: Micros): void
  onPosting?(transfers: readonly Transfer[]): void
  /** Every interval: worth of the account and what of it is open profit, booked units. */
  onEquity?(at: number, equity: bigint, realised: bigint, unrealised: bigint): void
  onRefusal?(strategy: string, request: OrderRequest, reason: string, at: Micros): void
  onSignal?(strategy: string, signal: Signal): void
  onAlert?(alert: string, clientOrderId: string, at: Micros): void
  /** Why an order was placed, amended or canceled. */
  onDecision?(order: OrderView, decision: OrderDecision, at: Micros): void
}
