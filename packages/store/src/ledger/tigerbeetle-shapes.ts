import { hash } from 'node:crypto'
import type { Micros } from '@velocimex/core/clock/micros'
import type { Account } from '@velocimex/core/ledger/account'
import { ACCOUNT_STATUS, type AccountStatus } from '@velocimex/core/ledger/account-status'
import type { AccountFilter, AccountQuery, TimeRange, TransferFilter } from '@velocimex/core/ledger/ledger-filter'
import type { Transfer } from '@velocimex/core/ledger/transfer'
import { TRANSFER_STATUS, type TransferStatus } from '@velocimex/core/ledger/transfer-status'
import type * as tigerbeetle from 'tigerbeetle-node'

/** The number under which TigerBeetle keeps a cause: the first 128 bits of its SHA-256; 0 for none. */
export const causeId = (cause: string): bigint =>
  cause === '' ? 0n : BigInt(`0x${hash('sha256', cause, 'hex').slice(0, 32)}`)

/** Our account in TigerBeetle's words. */
export const toTigerAccount = (account: Account): tigerbeetle.Account => ({
  id: account.id,
  debits_pending: account.debitsPending,
  debits_posted: account.debitsPosted,
  credits_pending: account.creditsPending,
  credits_posted: account.creditsPosted,
  user_data_128: account.userData128,
  user_data_64: account.userData64,
  user_data_32: account.userData32,
  reserved: 0,
  ledger: account.ledger,
  code: account.code,
  flags: account.flags,
  timestamp: account.timestamp,
})

/** TigerBeetle's account in our words. */
export const fromTigerAccount = (account: tigerbeetle.Account): Account => ({
  id: account.id,
  debitsPending: account.debits_pending,
  debitsPosted: account.debits_posted,
  creditsPending: account.credits_pending,
  creditsPosted: account.credits_posted,
  userData128: account.user_data_128,
  userData64: account.user_data_64,
  userData32: account.user_data_32,
  ledger: account.ledger,
  code: account.code,
  flags: account.flags,
  timestamp: account.timestamp,
})

/** Our transfer in TigerBeetle's words; the cause goes as its number. */
export const toTigerTransfer = (transfer: Transfer): tigerbeetle.Transfer => ({
  id: transfer.id,
  debit_account_id: transfer.debit,
  credit_account_id: transfer.credit,
  amount: transfer.amount,
  pending_id: transfer.pendingId,
  user_data_128: causeId(transfer.cause),
  user_data_64: BigInt(transfer.at),
  user_data_32: transfer.tag,
  timeout: transfer.timeout,
  ledger: transfer.ledger,
  code: transfer.code,
  flags: transfer.flags,
  timestamp: transfer.timestamp,
})

/** TigerBeetle's transfer in our words. @param cause what its number stands for */
export const fromTigerTransfer = (transfer: tigerbeetle.Transfer, cause: string): Transfer => ({
  id: transfer.id,
  debit: transfer.debit_account_id,
  credit: transfer.credit_account_id,
  amount: transfer.amount,
  pendingId: transfer.pending_id,
  cause,
  at: Number(transfer.user_data_64) as Micros,
  tag: transfer.user_data_32,
  timeout: transfer.timeout,
  ledger: transfer.ledger,
  code: transfer.code,
  flags: transfer.flags,
  timestamp: transfer.timestamp,
})

/** A question about one account in TigerBeetle's words. */
export const toTigerFilter = (filter: AccountFilter, limitMax: number): tigerbeetle.AccountFilter => ({
  account_id: filter.accountId,
  ...rangeOf(filter, limitMax),
  ...causeOf(filter),
  flags: (filter.debits ? 1 : 0) | (filter.credits ? 2 : 0) | (filter.reversed ? 4 : 0),
})

/** A question about all transfers in TigerBeetle's words. */
export const toTigerQuery = (filter: TransferFilter, limitMax: number): tigerbeetle.QueryFilter => ({
  ...rangeOf(filter, limitMax),
  ...causeOf(filter),
  ledger: filter.ledger ?? 0,
  flags: filter.reversed ? 1 : 0,
})

/** A question about all accounts in TigerBeetle's words. */
export const toTigerAccountQuery = (filter: AccountQuery, limitMax: number): tigerbeetle.QueryFilter => ({
  ...rangeOf(filter, limitMax),
  user_data_128: filter.userData128 ?? 0n,
  user_data_64: filter.userData64 ?? 0n,
  user_data_32: filter.userData32 ?? 0,
  code: filter.code ?? 0,
  ledger: filter.ledger ?? 0,
  flags: filter.reversed ? 1 : 0,
})

const TRANSFER_WORDS = wordsOf(TRANSFER_STATUS)
const ACCOUNT_WORDS = wordsOf(ACCOUNT_STATUS)

/** The word of a number of TigerBeetle's; a number that it did not have in version 0.17 is refused by throwing. */
export const transferStatusOf = (status: number): TransferStatus => known(TRANSFER_WORDS.get(status), status)
/** The same for accounts. */
export const accountStatusOf = (status: number): AccountStatus => known(ACCOUNT_WORDS.get(status), status)

function wordsOf<Word extends string>(numbers: Readonly<Record<Word, number>>): ReadonlyMap<number, Word> {
  return new Map((Object.entries(numbers) as [Word, number][]).map(([word, number]) => [number, word]))
}

function known<Word>(word: Word | undefined, status: number): Word {
  if (word === undefined)
    throw new Error(`TigerBeetle answered with status ${status}, which version 0.17 does not have`)
  return word
}

const rangeOf = (
  { timestampMin = 0n, timestampMax = 0n, limit }: TimeRange,
  limitMax: number,
): { timestamp_min: bigint; timestamp_max: bigint; limit: number } => ({
  timestamp_min: timestampMin,
  timestamp_max: timestampMax,
  limit: Math.min(limit, limitMax),
})

const causeOf = ({
  cause = '',
  at = 0,
  tag = 0,
  code = 0,
}: Omit<TransferFilter, 'limit'>): {
  user_data_128: bigint
  user_data_64: bigint
  user_data_32: number
  code: number
} => ({ user_data_128: causeId(cause), user_data_64: BigInt(at), user_data_32: tag, code })
