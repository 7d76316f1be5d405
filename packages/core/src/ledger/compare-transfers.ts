import { U128_MAX } from './account.ts'
import { type Transfer, TransferFlag } from './transfer.ts'
import type { TransferStatus } from './transfer-status.ts'

const RESOLVING = TransferFlag.postPending | TransferFlag.voidPending
const BALANCING = TransferFlag.balancingDebit | TransferFlag.balancingCredit

/**
 * A transfer asked for under an id that is taken: `exists` when it is the same one again, else in what it differs first.
 * @param pending what `known` resolved, if it resolved something
 */
export function compareTransfers(asked: Transfer, known: Transfer, pending: Transfer | undefined): TransferStatus {
  if (asked.flags !== known.flags) return 'exists_with_different_flags'
  if (asked.pendingId !== known.pendingId) return 'exists_with_different_pending_id'
  if (asked.timeout !== known.timeout) return 'exists_with_different_timeout'
  if ((asked.flags & RESOLVING) !== 0) return compareResolving(asked, known, pending!)
  if (asked.debit !== known.debit) return 'exists_with_different_debit_account_id'
  if (asked.credit !== known.credit) return 'exists_with_different_credit_account_id'
  // A balancing transfer asks for an upper limit; what it moved was decided by the balances of then.
  const isOther = (asked.flags & BALANCING) !== 0 ? asked.amount < known.amount : asked.amount !== known.amount
  if (isOther) return 'exists_with_different_amount'
  if (asked.cause !== known.cause) return 'exists_with_different_user_data_128'
  if (asked.at !== known.at) return 'exists_with_different_user_data_64'
  if (asked.tag !== known.tag) return 'exists_with_different_user_data_32'
  if (asked.ledger !== known.ledger) return 'exists_with_different_ledger'
  if (asked.code !== known.code) return 'exists_with_different_code'
  return 'exists'
}

/** What is left open when posting or voiding is as reserved. */
function compareResolving(asked: Transfer, known: Transfer, pending: Transfer): TransferStatus {
  if (asked.debit !== 0n && asked.debit !== known.debit) return 'exists_with_different_debit_account_id'
  if (asked.credit !== 0n && asked.credit !== known.credit) return 'exists_with_different_credit_account_id'
  const all = (asked.flags & TransferFlag.voidPending) !== 0 ? 0n : U128_MAX
  if (known.amount !== (asked.amount === all ? pending.amount : asked.amount)) return 'exists_with_different_amount'
  if (known.cause !== (asked.cause || pending.cause)) return 'exists_with_different_user_data_128'
  if (known.at !== (asked.at || pending.at)) return 'exists_with_different_user_data_64'
  if (known.tag !== (asked.tag || pending.tag)) return 'exists_with_different_user_data_32'
  if (asked.ledger !== 0 && asked.ledger !== known.ledger) return 'exists_with_different_ledger'
  if (asked.code !== 0 && asked.code !== known.code) return 'exists_with_different_code'
  return 'exists'
}
