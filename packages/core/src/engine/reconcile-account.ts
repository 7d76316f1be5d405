import { AccountReconciliation, type ReconciliationRule } from '../ledger/account-reconciliation.ts'
import { subjectOf } from '../ledger/account-truth.ts'
import { type CorrectableBooks, CorrectedBooks } from '../ledger/corrected-books.ts'
import type { Safeguards } from './safeguards.ts'

/** Failed questions in a row after which a person is told. */
const SILENT_ALERT = 3

/** The cause under which reconciliation halts an account; an admin lifts it. */
export const RECONCILIATION_CAUSE = 'reconciliation'

/** Which venue is asked, how, and whose books follow. */
export interface ReconciledAccount {
  readonly venue: string
  readonly books: CorrectableBooks
  /** Sends the question; the answer goes to what `reconcileAccount` returns, as does the time. */
  readonly ask: (question: number) => void
  readonly rule: ReconciliationRule
  /** See `ReconciliationParts`. */
  readonly isCold: boolean
}

/** Compares a guarded account with its venue: corrections are written down, mismatches degrade, large ones halt. */
export function reconcileAccount(safeguards: Safeguards, asked: ReconciledAccount): AccountReconciliation {
  const { exposure, halts, degraded, valuation } = safeguards
  const { account, alert, record } = safeguards.options
  const { clock, instruments, marks } = safeguards.session
  const { venue, books } = asked
  return new AccountReconciliation({
    account,
    books: new CorrectedBooks({ account, venue, instruments, books, exposure, valuation, marks }),
    ask: asked.ask,
    clock,
    rule: asked.rule,
    isCold: asked.isCold,
    listener: {
      onCorrection: correction => {
        record({ kind: 'correction', correction })
        alert(`${correction.tag} ${account}: ${subjectOf(correction.difference)} follows the venue`)
      },
      onHalt: reason => {
        if (halts.halt({ account }, RECONCILIATION_CAUSE, reason, clock.now())) alert(`halted: ${reason}`)
      },
      onMismatch: (isMismatched, isRepeated) => {
        degraded.set('reconciliation_mismatch', isMismatched)
        degraded.set('reconciliation_repeated', isRepeated)
      },
      onSilent: (failures, reason) => {
        if (failures === SILENT_ALERT) alert(`${venue} does not tell what ${account} holds: ${reason}`)
      },
      onUnknown: what => void alert(`${venue} holds a ${what} that no instrument knows`),
    },
  })
}
