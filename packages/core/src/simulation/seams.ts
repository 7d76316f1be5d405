import type { Journal, JournalHistory } from '../bus/journal.ts'
import type { DeskTiming } from '../execution/desk-timing.ts'
import type { CommandOutcome, CommandRef, LiveGateway, VenueAnswer } from '../execution/live-gateway.ts'
import type { LiveOrderDesk } from '../execution/live-order-desk.ts'
import type { OrderListener } from '../execution/order-manager.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import type { Exposure } from '../risk/risk-gate.ts'

/** Everything that reaches a desk from outside. */
export interface Inbound {
  onReport(report: ExecutionReport): void
  onOutcome(ref: CommandRef, outcome: CommandOutcome): void
  onAnswer(answer: VenueAnswer): void
}

/** Where a test puts a bug between the parts of a trading process, to see that the simulation finds it. */
export interface Seams {
  readonly timing?: DeskTiming
  journal?(journal: Journal): Journal
  history?(history: JournalHistory): JournalHistory
  gateway?(gateway: LiveGateway): LiveGateway
  listener?(listener: OrderListener): OrderListener
  exposure?(exposure: Exposure, desk: LiveOrderDesk): Exposure
  inbound?(inbound: Inbound, desk: LiveOrderDesk, gateway: LiveGateway, listener: OrderListener): Inbound
}
