import type { Journal } from '../bus/journal.ts'
import type { Clock } from '../clock/clock.ts'
import type { DeskTiming } from './desk-timing.ts'
import type { LiveGateway } from './live-gateway.ts'

/** Why the desk did not send a command, in order of precedence. */
export type DeskRefusal =
  /** Recovery or an audit after a pause is not through. */
  | 'not_ready'
  /** The emergency stop is engaged, or the journal cannot take more: only what reduces passes. */
  | 'stopped'
  /** The instrument waits for a person. */
  | 'halted'
  /** The outcome of another order of the instrument is not known. */
  | 'in_doubt'
  /** The order is not known, closed, or has a command under way. */
  | 'not_possible'
  /** The intent could not be written down; nothing was sent. */
  | 'not_written'

/** Something of the desk that a person should see. */
export type DeskAlert = 'order_lost_by_venue' | 'journal_full' | 'journal_failed' | 'paused' | 'unknown_outcome'

/** What a desk is made of. */
export interface DeskParts {
  readonly gateway: LiveGateway
  readonly journal: Journal
  /** Never jumps. */
  readonly clock: Clock
  readonly timing: DeskTiming
  /** `strict` makes an intent durable before it is sent; `group` leaves that to whoever calls `Journal.sync`. */
  readonly durability: 'group' | 'strict'
  /** Which installation: part of every client order id. */
  readonly instance: number
  readonly onAlert: (alert: DeskAlert, words: string) => void
}
