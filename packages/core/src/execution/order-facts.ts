import type { Micros } from '../clock/micros.ts'
import type { ExecutionReport } from '../order/execution-report.ts'

/** A command that the venue has not answered. */
export interface CommandUnderWay {
  /** Our instant of sending: nothing of it can reach the venue later than the venue's window for late commands allows. */
  readonly sentAt: Micros
  /** Sequence of its intent in the journal: an outcome is about the command with this number. */
  readonly command: number
}

/**
 * What must be known of an order beside its state, while it is open or something of it is missing. Plain values: a
 * snapshot keeps them as they are.
 */
export interface OrderFacts {
  /** The venue has spoken of this order, so it was there. */
  acknowledged: boolean
  place: CommandUnderWay | undefined
  cancel: CommandUnderWay | undefined
  replace: CommandUnderWay | undefined
  /** Venue's instants of the newest answers to a cancel and to an amendment: older answers are repeats. */
  cancelAnsweredAt: number
  replaceAnsweredAt: number
  /** Most lots that the venue says are filled; fills that are behind it are still to come. */
  claimed: number
  /** The venue closed the order, and fills from before that are still to come. */
  closing: ExecutionReport | undefined
}

/** What is known of an order that is on its way, or that was adopted. */
export const newFacts = (place: CommandUnderWay | undefined): OrderFacts => ({
  acknowledged: place === undefined,
  place,
  cancel: undefined,
  replace: undefined,
  cancelAnsweredAt: 0,
  replaceAnsweredAt: 0,
  claimed: 0,
  closing: undefined,
})

/** Whether any command of an order is unanswered. */
export const isUnderWay = (facts: OrderFacts): boolean =>
  facts.place !== undefined || facts.cancel !== undefined || facts.replace !== undefined
