import { reconcileAccount } from '@velocimex/core/engine/reconcile-account'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'
import { type AccountReconciliation, RECONCILIATION_RULE } from '@velocimex/core/ledger/account-reconciliation'
import type { CorrectableBooks } from '@velocimex/core/ledger/corrected-books'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Fill } from '@velocimex/core/order/fill'
import type { AccountGuards } from './account-guards.ts'
import { type AccountJournal, CONFIRM_AFTER } from './account-journal.ts'

/** What is reconciled. */
export interface ReconcilingParts {
  readonly guards: AccountGuards
  readonly journal: AccountJournal
  readonly instruments: InstrumentTable
  /** Milliseconds between two comparisons. */
  readonly everyMs: number
  /** Books a position that the venue holds and we do not know, durably. */
  book(fill: Fill): void
  onAlert(words: string): void
}

/**
 * Compares an account with its venue, with the venue as the truth: what differs twice in a row is booked as a correction;
 * what differs by much, or again and again, halts entries until a person has looked. What is worth less than one unit of
 * the account's currency never halts.
 * @param isCold nothing was known of the account: what it holds is taken over
 */
export function reconciling(
  { guards, journal, instruments, everyMs, book, onAlert }: ReconcilingParts,
  ask: (question: number) => void,
  isCold: boolean,
): AccountReconciliation {
  const { settle, venue } = instruments.at(0)
  const { books } = journal
  const corrected: CorrectableBooks = {
    chart: books.chart,
    portfolio: books.portfolio,
    cash: code => books.cash(code),
    reconcileCash(code, held, reason, at) {
      try {
        guards.keep() // A halt over it must be known to every life that knows the correction.
        journal.correct(code, held, reason, at)
      } catch (cause) {
        onAlert(`a correction could not be kept, and is tried again: ${(cause as Error).message}`)
      }
    },
    fill: book,
  }
  const rule = {
    ...RECONCILIATION_RULE,
    ...{ interval: everyMs * 1000, confirmAfter: CONFIRM_AFTER, criticalFrom: 10n ** BigInt(settle.decimals) },
  }
  return reconcileAccount(guards.safeguards, { venue, books: corrected, ask, rule, isCold })
}

/** Whether the books can be compared: nothing is in doubt that may have been filled. */
export const isSettled = (desk: LiveOrderDesk, instruments: InstrumentTable): boolean =>
  desk.isReady &&
  instruments.all.every(({ index }) => desk.orders.manager.openOrders(index).every(({ state }) => state !== 'unknown'))
