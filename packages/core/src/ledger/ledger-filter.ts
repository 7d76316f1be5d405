import { type Account, AccountFlag, U128_MAX } from './account.ts'
import type { AccountBalance, AccountPage } from './ledger-state.ts'
import type { Transfer } from './transfer.ts'

/** Bounds of a question: timestamps in nanoseconds, both included; 0 or absent is no bound. */
export interface TimeRange {
  readonly timestampMin?: bigint
  readonly timestampMax?: bigint
  /** At most so many answers, at least 1. */
  readonly limit: number
  /** The latest first. */
  readonly reversed?: boolean
}

/** Which transfers (or balances) of one account. What is absent, 0 or empty selects all. */
export interface AccountFilter extends TimeRange {
  readonly accountId: bigint
  /** Those that debit (credit) the account; neither selects nothing. */
  readonly debits: boolean
  readonly credits: boolean
  readonly cause?: string
  readonly at?: number
  readonly tag?: number
  readonly code?: number
}

/** Which transfers of all. What is absent, 0 or empty selects all. */
export interface TransferFilter extends TimeRange {
  readonly cause?: string
  readonly at?: number
  readonly tag?: number
  readonly ledger?: number
  readonly code?: number
}

/** Which accounts of all. What is absent or 0 selects all. */
export interface AccountQuery extends TimeRange {
  readonly userData128?: bigint
  readonly userData64?: bigint
  readonly userData32?: number
  readonly ledger?: number
  readonly code?: number
}

/** Transfers of an account that a filter selects, by timestamp. A filter that cannot be meant selects nothing. */
export function selectTransfers(page: AccountPage | undefined, filter: AccountFilter): Transfer[] {
  return page === undefined || !isValid(filter) ? [] : select(page.transfers, filter, each => isOf(each, filter))
}

/** Balances after the transfers that a filter selects; none for an account without `history`. */
export function selectBalances(page: AccountPage | undefined, filter: AccountFilter): AccountBalance[] {
  if (page === undefined || !isValid(filter) || (page.account.flags & AccountFlag.history) === 0) return []
  const { transfers, balances } = page
  const indices = [...transfers.keys()].filter(index => isOf(transfers[index]!, filter))
  return select(
    indices.map(index => balances[index]!),
    filter,
    () => true,
  )
}

/** Transfers that a filter selects, out of all by timestamp. */
export function queryTransfers(transfers: Iterable<Transfer>, filter: TransferFilter): Transfer[] {
  const { ledger } = filter
  return select(transfers, filter, each => (!ledger || each.ledger === ledger) && isAlike(each, filter))
}

/** Accounts that a filter selects, out of all by timestamp. */
export function queryAccounts(accounts: Iterable<Account>, filter: AccountQuery): Account[] {
  const { userData128, userData64, userData32, ledger, code } = filter
  return select(
    accounts,
    filter,
    each =>
      (!userData128 || each.userData128 === userData128) &&
      (!userData64 || each.userData64 === userData64) &&
      (!userData32 || each.userData32 === userData32) &&
      (!ledger || each.ledger === ledger) &&
      (!code || each.code === code),
  )
}

function isValid({ accountId, debits, credits }: AccountFilter): boolean {
  return accountId !== 0n && accountId !== U128_MAX && (debits || credits)
}

const isOf = (transfer: Transfer, filter: AccountFilter): boolean =>
  ((filter.debits && transfer.debit === filter.accountId) ||
    (filter.credits && transfer.credit === filter.accountId)) &&
  isAlike(transfer, filter)

function isAlike(transfer: Transfer, { cause, at, tag, code }: Omit<TransferFilter, 'limit'>): boolean {
  return (
    (!cause || transfer.cause === cause) &&
    (!at || transfer.at === at) &&
    (!tag || transfer.tag === tag) &&
    (!code || transfer.code === code)
  )
}

/** Walks what is ordered by timestamp, within the bounds. */
function select<T extends { readonly timestamp: bigint }>(
  ordered: Iterable<T>,
  { timestampMin = 0n, timestampMax = 0n, limit, reversed = false }: TimeRange,
  holds: (value: T) => boolean,
): T[] {
  const found: T[] = []
  if (limit <= 0 || timestampMin < 0n || (timestampMax !== 0n && timestampMin > timestampMax)) return found
  for (const value of reversed ? [...ordered].reverse() : ordered) {
    if (found.length >= limit) break
    if (value.timestamp < timestampMin || (timestampMax !== 0n && value.timestamp > timestampMax)) continue
    if (holds(value)) found.push(value)
  }
  return found
}
