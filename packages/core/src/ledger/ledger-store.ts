import type { Account, AccountRequest } from './account.ts'
import type { AccountResult } from './account-status.ts'
import type { AccountFilter, AccountQuery, TransferFilter } from './ledger-filter.ts'
import type { AccountBalance } from './ledger-state.ts'
import type { Transfer, TransferRequest } from './transfer.ts'
import type { TransferResult } from './transfer-status.ts'

/** Events of one batch, and answers to one question, at most: TigerBeetle's message of one mebibyte. */
export const LEDGER_BATCH_MAX = 8_189

/**
 * A ledger behind a wait: in memory, on this machine's disk, in a TigerBeetle cluster. All answer alike, see
 * `ledger-store.conformance.ts`.
 *
 * A promise that is fulfilled says that the effect is durable, as far as the store can be. One that is rejected says
 * nothing: the batch may have taken effect, and is given again with the same ids to know (`exists`).
 */
export interface LedgerStore {
  /** At most `LEDGER_BATCH_MAX` requests; one result each, in their order. */
  createAccounts(requests: readonly AccountRequest[]): Promise<readonly AccountResult[]>
  /** At most `LEDGER_BATCH_MAX` requests; one result each, in their order. */
  createTransfers(requests: readonly TransferRequest[]): Promise<readonly TransferResult[]>
  /** Those that exist, in the order of the ids. */
  lookupAccounts(ids: readonly bigint[]): Promise<readonly Account[]>
  lookupTransfers(ids: readonly bigint[]): Promise<readonly Transfer[]>
  accountTransfers(filter: AccountFilter): Promise<readonly Transfer[]>
  accountBalances(filter: AccountFilter): Promise<readonly AccountBalance[]>
  queryAccounts(filter: AccountQuery): Promise<readonly Account[]>
  queryTransfers(filter: TransferFilter): Promise<readonly Transfer[]>
  /** Ends it; what was answered is kept. */
  close(): Promise<void>
}
