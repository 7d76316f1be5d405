import { assert } from '../assert.ts'
import type { Clock } from '../clock/clock.ts'
import type { Account, AccountRequest } from './account.ts'
import type { AccountResult } from './account-status.ts'
import { Ledger } from './ledger.ts'
import {
  type AccountFilter,
  type AccountQuery,
  queryAccounts,
  queryTransfers,
  selectBalances,
  selectTransfers,
  type TransferFilter,
} from './ledger-filter.ts'
import type { AccountBalance } from './ledger-state.ts'
import { LEDGER_BATCH_MAX, type LedgerStore } from './ledger-store.ts'
import type { Transfer, TransferRequest } from './transfer.ts'
import type { TransferResult } from './transfer-status.ts'

/** A ledger in memory as a store: for tests and backtests, and what the durable ones answer questions from. */
export class MemoryLedgerStore implements LedgerStore {
  readonly ledger: Ledger
  readonly #clock: Clock

  constructor(clock: Clock, ledger = new Ledger()) {
    this.ledger = ledger
    this.#clock = clock
  }

  async createAccounts(requests: readonly AccountRequest[]): Promise<readonly AccountResult[]> {
    assert(requests.length <= LEDGER_BATCH_MAX, 'a batch has its bound', requests.length)
    return this.ledger.createAccounts(requests, this.#now())
  }

  async createTransfers(requests: readonly TransferRequest[]): Promise<readonly TransferResult[]> {
    assert(requests.length <= LEDGER_BATCH_MAX, 'a batch has its bound', requests.length)
    return this.ledger.createTransfers(requests, this.#now())
  }

  async lookupAccounts(ids: readonly bigint[]): Promise<readonly Account[]> {
    this.ledger.expire(this.#now())
    return ids.flatMap(id => this.ledger.account(id) ?? []).map(account => ({ ...account }))
  }

  async lookupTransfers(ids: readonly bigint[]): Promise<readonly Transfer[]> {
    return ids.flatMap(id => this.ledger.transfer(id) ?? [])
  }

  async accountTransfers(filter: AccountFilter): Promise<readonly Transfer[]> {
    return selectTransfers(this.ledger.page(filter.accountId), bounded(filter))
  }

  async accountBalances(filter: AccountFilter): Promise<readonly AccountBalance[]> {
    return selectBalances(this.ledger.page(filter.accountId), bounded(filter))
  }

  async queryAccounts(filter: AccountQuery): Promise<readonly Account[]> {
    this.ledger.expire(this.#now())
    return queryAccounts(this.ledger.accounts, bounded(filter)).map(account => ({ ...account }))
  }

  async queryTransfers(filter: TransferFilter): Promise<readonly Transfer[]> {
    return queryTransfers(this.ledger.transfers, bounded(filter))
  }

  async close(): Promise<void> {}

  #now(): bigint {
    return BigInt(this.#clock.now()) * 1000n
  }
}

const bounded = <F extends { readonly limit: number }>(filter: F): F => ({
  ...filter,
  limit: Math.min(filter.limit, LEDGER_BATCH_MAX),
})
