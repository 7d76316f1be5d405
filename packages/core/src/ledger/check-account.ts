import { type Account, AccountFlag, U128_MAX } from './account.ts'
import type { AccountStatus } from './account-status.ts'

const KNOWN_FLAGS = 63
const EXCLUSIVE = AccountFlag.debitsMustNotExceedCredits | AccountFlag.creditsMustNotExceedDebits

/** What becomes of an account that is asked for: the first status that applies, `created` if none does. */
export function checkAccount(asked: Account, known: Account | undefined): AccountStatus {
  if ((asked.flags & ~KNOWN_FLAGS) !== 0) return 'reserved_flag'
  if (asked.id === 0n) return 'id_must_not_be_zero'
  if (asked.id === U128_MAX) return 'id_must_not_be_int_max'
  if (known !== undefined) return compareAccounts(asked, known)
  if ((asked.flags & EXCLUSIVE) === EXCLUSIVE) return 'flags_are_mutually_exclusive'
  if (asked.debitsPending !== 0n) return 'debits_pending_must_be_zero'
  if (asked.debitsPosted !== 0n) return 'debits_posted_must_be_zero'
  if (asked.creditsPending !== 0n) return 'credits_pending_must_be_zero'
  if (asked.creditsPosted !== 0n) return 'credits_posted_must_be_zero'
  if (asked.ledger === 0) return 'ledger_must_not_be_zero'
  if (asked.code === 0) return 'code_must_not_be_zero'
  return 'created'
}

function compareAccounts(asked: Account, known: Account): AccountStatus {
  if (asked.flags !== known.flags) return 'exists_with_different_flags'
  if (asked.userData128 !== known.userData128) return 'exists_with_different_user_data_128'
  if (asked.userData64 !== known.userData64) return 'exists_with_different_user_data_64'
  if (asked.userData32 !== known.userData32) return 'exists_with_different_user_data_32'
  if (asked.ledger !== known.ledger) return 'exists_with_different_ledger'
  if (asked.code !== known.code) return 'exists_with_different_code'
  return 'exists'
}
