import type { JournalHistory } from '@velocimex/core/bus/journal'
import type { Micros } from '@velocimex/core/clock/micros'
import { DESK_TIMING } from '@velocimex/core/execution/desk-timing'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import { type RecoveryParts as DeskRecovery, recover } from '@velocimex/core/execution/recovery'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderView } from '@velocimex/core/order/order'
import type { FileJournal } from '@velocimex/host/journal/file-journal'
import type { AccountJournal } from './account-journal.ts'
import type { LiveAccountOptions } from './live-account-options.ts'

/** What the desk of an account is recovered with. */
export interface RecoveryParts {
  readonly gateway: DeskRecovery['gateway']
  readonly file: FileJournal
  readonly journal: AccountJournal
  /** Whose: its clock, its number in the installation, its folder, and what stands around it. */
  readonly account: Pick<LiveAccountOptions, 'timers' | 'instance' | 'directory' | 'seams'>
  /** The venue's instant: what was filled before a first start is none of ours. */
  readonly openingAt: Micros
  /** How many instruments it trades. */
  readonly instruments: number
  onFill(fill: Fill, order: OrderView): void
  onOrderUpdate(order: OrderView): void
  onAlert(words: string): void
}

/** Brings the desk of an account to where its journal ends. @throws Error naming the folder when that cannot be */
export function recoverDesk(history: JournalHistory, parts: RecoveryParts): LiveOrderDesk {
  const { journal, gateway, file, instruments, onAlert } = parts
  const { timers, instance, directory, seams } = parts.account
  const whole: DeskRecovery = {
    ...{ gateway, journal: file, clock: timers, timing: DESK_TIMING, durability: 'group', instance, instruments },
    ...(journal.opening === undefined ? { openingAt: parts.openingAt } : {}),
    stateOf: all => journal.stateOf(all.snapshot()),
    listener: {
      onFill: (fill, order) => parts.onFill(fill, order),
      onOrderUpdate: order => parts.onOrderUpdate(order),
      onAlert: (alert, report) => onAlert(`${alert}: ${report.clientOrderId}`),
    },
    onAlert: (alert, words) => onAlert(`${alert}: ${words}`),
    onJournalAlert: (alert, report) => onAlert(`${alert}: ${report.clientOrderId}`),
  }
  const desk = recover(history, seams?.desk?.(whole) ?? whole)
  if (!desk.ok) throw new Error(`${directory}: recovery refused: ${desk.reason}`)
  return desk.value
}
