import { type Account, AccountFlag, U128_MAX } from './account.ts'
import { checkAmount } from './check-amount.ts'
import { compareTransfers } from './compare-transfers.ts'
import { type Transfer, TransferFlag } from './transfer.ts'
import type { TransferStatus } from './transfer-status.ts'

/** How a pending transfer ended. */
export type Resolution = 'posted' | 'voided' | 'expired'

/** What the rules must know of a ledger. */
export interface LedgerView {
  account(id: bigint): Account | undefined
  transfer(id: bigint): Transfer | undefined
  /** Undefined while what was reserved is reserved. */
  resolution(pendingId: bigint): Resolution | undefined
  /** Whether the id was used up by a refusal. */
  isFailed(id: bigint): boolean
  /** Whether an imported transfer may bear the timestamp: later than every transfer, and no account has the same. */
  isImportable(timestamp: bigint): boolean
}

/** A transfer that may take effect: between which accounts, how much, and what it resolves. */
export interface Accepted {
  readonly debit: Account
  readonly credit: Account
  readonly amount: bigint
  readonly pending: Transfer | undefined
}

const KNOWN_FLAGS = 511
const RESOLVING = TransferFlag.postPending | TransferFlag.voidPending
const NOT_RESOLVING =
  TransferFlag.pending |
  TransferFlag.balancingDebit |
  TransferFlag.balancingCredit |
  TransferFlag.closingDebit |
  TransferFlag.closingCredit

/** Nanoseconds of a second. */
export const SECOND_NANOS = 1_000_000_000n

/** Instant at which a pending transfer frees what it reserved; undefined if never. */
export const expiryOf = (pending: Transfer): bigint | undefined =>
  pending.timeout === 0 ? undefined : pending.timestamp + BigInt(pending.timeout) * SECOND_NANOS

/**
 * The rules of double entry, in TigerBeetle's order: the status of the first that is broken, or what may take effect.
 * @param timestamp the instant of the event in the ledger, later than everything in it
 */
export function checkTransfer(view: LedgerView, asked: Transfer, timestamp: bigint): Accepted | TransferStatus {
  if ((asked.flags & ~KNOWN_FLAGS) !== 0) return 'reserved_flag'
  if (asked.id === 0n) return 'id_must_not_be_zero'
  if (asked.id === U128_MAX) return 'id_must_not_be_int_max'
  const known = view.transfer(asked.id)
  if (known !== undefined) return compareTransfers(asked, known, view.transfer(known.pendingId))
  if (view.isFailed(asked.id)) return 'id_already_failed'
  return (asked.flags & RESOLVING) === 0 ? checkMove(view, asked, timestamp) : checkResolving(view, asked, timestamp)
}

function checkMove(view: LedgerView, asked: Transfer, timestamp: bigint): Accepted | TransferStatus {
  const { flags } = asked
  if (asked.debit === 0n) return 'debit_account_id_must_not_be_zero'
  if (asked.debit === U128_MAX) return 'debit_account_id_must_not_be_int_max'
  if (asked.credit === 0n) return 'credit_account_id_must_not_be_zero'
  if (asked.credit === U128_MAX) return 'credit_account_id_must_not_be_int_max'
  if (asked.debit === asked.credit) return 'accounts_must_be_different'
  if (asked.pendingId !== 0n) return 'pending_id_must_be_zero'
  if ((flags & TransferFlag.pending) === 0) {
    if (asked.timeout !== 0) return 'timeout_reserved_for_pending_transfer'
    if ((flags & (TransferFlag.closingDebit | TransferFlag.closingCredit)) !== 0)
      return 'closing_transfer_must_be_pending'
  }
  if (asked.ledger === 0) return 'ledger_must_not_be_zero'
  if (asked.code === 0) return 'code_must_not_be_zero'
  const debit = view.account(asked.debit)
  if (debit === undefined) return 'debit_account_not_found'
  const credit = view.account(asked.credit)
  if (credit === undefined) return 'credit_account_not_found'
  if (debit.ledger !== credit.ledger) return 'accounts_must_have_the_same_ledger'
  if (asked.ledger !== debit.ledger) return 'transfer_must_have_the_same_ledger_as_accounts'
  if ((flags & TransferFlag.imported) !== 0) {
    if (!view.isImportable(asked.timestamp)) return 'imported_event_timestamp_must_not_regress'
    if (asked.timestamp <= debit.timestamp) return 'imported_event_timestamp_must_postdate_debit_account'
    if (asked.timestamp <= credit.timestamp) return 'imported_event_timestamp_must_postdate_credit_account'
    if (asked.timeout !== 0) return 'imported_event_timeout_must_be_zero'
  }
  if ((debit.flags & AccountFlag.closed) !== 0) return 'debit_account_already_closed'
  if ((credit.flags & AccountFlag.closed) !== 0) return 'credit_account_already_closed'
  const amount = checkAmount(asked, debit, credit, timestamp)
  return typeof amount === 'string' ? amount : { debit, credit, amount, pending: undefined }
}

function checkResolving(view: LedgerView, asked: Transfer, timestamp: bigint): Accepted | TransferStatus {
  const { flags, pendingId } = asked
  if ((flags & RESOLVING) === RESOLVING || (flags & NOT_RESOLVING) !== 0) return 'flags_are_mutually_exclusive'
  if (pendingId === 0n) return 'pending_id_must_not_be_zero'
  if (pendingId === U128_MAX) return 'pending_id_must_not_be_int_max'
  if (pendingId === asked.id) return 'pending_id_must_be_different'
  if (asked.timeout !== 0) return 'timeout_reserved_for_pending_transfer'
  const pending = view.transfer(pendingId)
  if (pending === undefined) return 'pending_transfer_not_found'
  if ((pending.flags & TransferFlag.pending) === 0) return 'pending_transfer_not_pending'
  if (asked.debit !== 0n && asked.debit !== pending.debit) return 'pending_transfer_has_different_debit_account_id'
  if (asked.credit !== 0n && asked.credit !== pending.credit) return 'pending_transfer_has_different_credit_account_id'
  if (asked.ledger !== 0 && asked.ledger !== pending.ledger) return 'pending_transfer_has_different_ledger'
  if (asked.code !== 0 && asked.code !== pending.code) return 'pending_transfer_has_different_code'
  const isVoid = (flags & TransferFlag.voidPending) !== 0
  const amount = asked.amount === (isVoid ? 0n : U128_MAX) ? pending.amount : asked.amount
  if (amount > pending.amount) return 'exceeds_pending_transfer_amount'
  if (isVoid && amount < pending.amount) return 'pending_transfer_has_different_amount'
  const resolution = view.resolution(pendingId)
  if (resolution === 'posted') return 'pending_transfer_already_posted'
  if (resolution === 'voided') return 'pending_transfer_already_voided'
  const expiry = expiryOf(pending)
  if (resolution === 'expired' || (expiry !== undefined && expiry <= timestamp)) return 'pending_transfer_expired'
  if ((flags & TransferFlag.imported) !== 0 && !view.isImportable(asked.timestamp))
    return 'imported_event_timestamp_must_not_regress'
  const debit = view.account(pending.debit)!
  const credit = view.account(pending.credit)!
  // Voiding is the only movement that a closed account takes: it may be what opens it again.
  if (!isVoid && (debit.flags & AccountFlag.closed) !== 0) return 'debit_account_already_closed'
  if (!isVoid && (credit.flags & AccountFlag.closed) !== 0) return 'credit_account_already_closed'
  return { debit, credit, amount, pending }
}
