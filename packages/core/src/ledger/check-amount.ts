import { type Account, AccountFlag, U128_MAX } from './account.ts'
import { type Transfer, TransferFlag } from './transfer.ts'
import type { TransferStatus } from './transfer-status.ts'

const U63_MAX = (1n << 63n) - 1n

/**
 * How much a transfer moves: what was asked for, less for one that balances. Then the bounds: 128 bits, and the flags of
 * the accounts, which count what is reserved as gone already.
 */
export function checkAmount(
  asked: Transfer,
  debit: Account,
  credit: Account,
  timestamp: bigint,
): bigint | TransferStatus {
  const { flags } = asked
  const debits = debit.debitsPending + debit.debitsPosted
  const credits = credit.creditsPending + credit.creditsPosted
  let amount = asked.amount
  if ((flags & TransferFlag.balancingDebit) !== 0) amount = least(amount, debit.creditsPosted - debits)
  if ((flags & TransferFlag.balancingCredit) !== 0) amount = least(amount, credit.debitsPosted - credits)
  if ((flags & TransferFlag.pending) !== 0) {
    if (amount + debit.debitsPending > U128_MAX) return 'overflows_debits_pending'
    if (amount + credit.creditsPending > U128_MAX) return 'overflows_credits_pending'
  }
  if (amount + debit.debitsPosted > U128_MAX) return 'overflows_debits_posted'
  if (amount + credit.creditsPosted > U128_MAX) return 'overflows_credits_posted'
  if (amount + debits > U128_MAX) return 'overflows_debits'
  if (amount + credits > U128_MAX) return 'overflows_credits'
  if (asked.timeout !== 0 && timestamp + BigInt(asked.timeout) * 1_000_000_000n > U63_MAX) return 'overflows_timeout'
  if ((debit.flags & AccountFlag.debitsMustNotExceedCredits) !== 0 && debits + amount > debit.creditsPosted)
    return 'exceeds_credits'
  if ((credit.flags & AccountFlag.creditsMustNotExceedDebits) !== 0 && credits + amount > credit.debitsPosted)
    return 'exceeds_debits'
  return amount
}

/** The smaller of what was asked and what is left; nothing when less than nothing is left. */
function least(asked: bigint, left: bigint): bigint {
  if (left <= 0n) return 0n
  return asked < left ? asked : left
}
