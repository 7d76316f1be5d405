import type { JournalHistory } from '../bus/journal.ts'
import type { Micros } from '../clock/micros.ts'
import type { ExecutionReport } from '../order/execution-report.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { DeskParts } from './desk-parts.ts'
import { type JournalAlert, JournaledOrders } from './journaled-orders.ts'
import { LiveOrderDesk } from './live-order-desk.ts'
import { decodeEntry, encodeEntry, entryKind } from './order-entry.ts'
import type { OrderListener } from './order-manager.ts'

/**
 * Why there is no desk, in order of precedence.
 *
 * newer_journal   a record is of a kind that this version does not know
 * not_written     the start could not be made durable: nobody may trade under this epoch
 */
export type RecoveryRefusal = 'newer_journal' | 'not_written'

/** Who is told while the journal is replayed, and afterwards. */
export interface RecoveryParts extends DeskParts {
  readonly instruments: number
  /** Hears every fill and update since the snapshot again: books that were kept elsewhere drop what they have. */
  readonly listener: OrderListener
  /** Venue's instant before which fills are none of ours: for the first start on an account that has a past. */
  readonly openingAt?: Micros
  /** What a snapshot of the whole process holds; the orders alone unless told. */
  readonly stateOf?: (orders: JournaledOrders) => string
  readonly onJournalAlert: (alert: JournalAlert, report: ExecutionReport) => void
}

/** The state that the journal tells; nothing is sent and nobody is asked. */
export function replay(
  history: JournalHistory,
  parts: Pick<RecoveryParts, 'instruments' | 'listener' | 'onJournalAlert'>,
): Result<JournaledOrders, 'newer_journal'> {
  const orders = new JournaledOrders(parts.instruments, parts.listener, parts.onJournalAlert)
  if (history.snapshot !== undefined) orders.restore(history.snapshot.state)
  for (const { sequence, kind, payload } of history.records) {
    const entry = decodeEntry(kind, payload)
    if (!entry.ok) return refuse('newer_journal')
    orders.apply(entry.value, sequence)
  }
  return ok(orders)
}

/**
 * The only way to start: the journal is replayed, the start is made durable under a new epoch, what was under way is in
 * doubt, and the venue is asked about everything. The desk takes no order until it has answered. It may be killed at any
 * point and started again: nothing here is done twice.
 *
 * A quarantined journal engages the emergency stop: what was readable and what the venue says is managed and canceled,
 * and a person decides when to trade again.
 */
export function recover(history: JournalHistory, parts: RecoveryParts): Result<LiveOrderDesk, RecoveryRefusal> {
  const replayed = replay(history, parts)
  if (!replayed.ok) return replayed
  const orders = replayed.value
  const { journal, clock } = parts
  const start = { kind: 'start', epoch: epochAfter(history, orders), at: clock.now() } as const
  const written = journal.append(entryKind(start), encodeEntry(start))
  if (!written.ok || !journal.sync().ok) return refuse('not_written')
  orders.apply(start, written.value)
  if (orders.audited === 0 && parts.openingAt !== undefined) {
    const opening = { kind: 'audited', through: parts.openingAt, at: clock.now() } as const
    const told = journal.append(entryKind(opening), encodeEntry(opening))
    if (!told.ok) return refuse('not_written')
    orders.apply(opening, told.value)
  }
  const desk = new LiveOrderDesk(parts, orders)
  if (history.quarantine === undefined) return ok(desk)
  // Stopped first, then a snapshot in place of the damaged records: a death in between only repeats this.
  desk.engageStop(`the journal is damaged: ${history.quarantine}`)
  const state = parts.stateOf?.(orders) ?? orders.snapshot()
  return journal.saveSnapshot(state).ok ? ok(desk) : refuse('not_written')
}

/** The epoch of the next start: above every one that the journal's records or its segments name. */
export const epochAfter = (history: JournalHistory, orders: { readonly epoch: number }): number =>
  Math.max(history.epoch, orders.epoch) + 1
