import { assert } from '@velocimex/core/assert'
import { type Account, type AccountRequest, accountOf } from '@velocimex/core/ledger/account'
import type { AccountResult } from '@velocimex/core/ledger/account-status'
import type { AccountFilter, AccountQuery, TransferFilter } from '@velocimex/core/ledger/ledger-filter'
import type { AccountBalance } from '@velocimex/core/ledger/ledger-state'
import { LEDGER_BATCH_MAX, type LedgerStore } from '@velocimex/core/ledger/ledger-store'
import { type Transfer, type TransferRequest, transferOf } from '@velocimex/core/ledger/transfer'
import type { TransferResult } from '@velocimex/core/ledger/transfer-status'
import type * as tigerbeetle from 'tigerbeetle-node'
import type { CauseBook } from './cause-book.ts'
import type { TigerBeetleClient } from './tigerbeetle-client.ts'
import {
  accountStatusOf,
  causeId,
  fromTigerAccount,
  fromTigerTransfer,
  toTigerAccount,
  toTigerAccountQuery,
  toTigerFilter,
  toTigerQuery,
  toTigerTransfer,
  transferStatusOf,
} from './tigerbeetle-shapes.ts'

/**
 * The ledger in a TigerBeetle cluster: the same accounts and transfers under the same ids. The cluster does the rules;
 * this translates. The words of causes go to a book beside it before the transfers that name them.
 */
export class TigerBeetleLedger implements LedgerStore {
  readonly #client: TigerBeetleClient
  readonly #causes: CauseBook
  readonly #timeoutMs: number

  /**
   * @param timeoutMs after which an answer is no longer waited for: the client itself waits for ever. The request may
   * still take effect; giving it again with the same ids tells.
   */
  constructor(client: TigerBeetleClient, causes: CauseBook, timeoutMs = 5_000) {
    this.#client = client
    this.#causes = causes
    this.#timeoutMs = timeoutMs
  }

  async createAccounts(requests: readonly AccountRequest[]): Promise<readonly AccountResult[]> {
    assert(requests.length <= LEDGER_BATCH_MAX, 'a batch has its bound', requests.length)
    const results = await this.#within(
      this.#client.createAccounts(requests.map(request => toTigerAccount(accountOf(request)))),
    )
    return results.map(({ status, timestamp }) => ({ status: accountStatusOf(status), timestamp }))
  }

  async createTransfers(requests: readonly TransferRequest[]): Promise<readonly TransferResult[]> {
    assert(requests.length <= LEDGER_BATCH_MAX, 'a batch has its bound', requests.length)
    const asked = requests.map(transferOf)
    const causes = new Map(asked.filter(({ cause }) => cause !== '').map(({ cause }) => [causeId(cause), cause]))
    if (causes.size > 0) await this.#causes.remember(causes)
    const results = await this.#within(this.#client.createTransfers(asked.map(toTigerTransfer)))
    return results.map(({ status, timestamp }) => ({ status: transferStatusOf(status), timestamp }))
  }

  async lookupAccounts(ids: readonly bigint[]): Promise<readonly Account[]> {
    return (await this.#within(this.#client.lookupAccounts([...ids]))).map(fromTigerAccount)
  }

  async lookupTransfers(ids: readonly bigint[]): Promise<readonly Transfer[]> {
    return this.#named(await this.#within(this.#client.lookupTransfers([...ids])))
  }

  async accountTransfers(filter: AccountFilter): Promise<readonly Transfer[]> {
    return this.#named(await this.#within(this.#client.getAccountTransfers(toTigerFilter(filter, LEDGER_BATCH_MAX))))
  }

  async accountBalances(filter: AccountFilter): Promise<readonly AccountBalance[]> {
    const balances = await this.#within(this.#client.getAccountBalances(toTigerFilter(filter, LEDGER_BATCH_MAX)))
    return balances.map(balance => ({
      debitsPending: balance.debits_pending,
      debitsPosted: balance.debits_posted,
      creditsPending: balance.credits_pending,
      creditsPosted: balance.credits_posted,
      timestamp: balance.timestamp,
    }))
  }

  async queryAccounts(filter: AccountQuery): Promise<readonly Account[]> {
    const found = await this.#within(this.#client.queryAccounts(toTigerAccountQuery(filter, LEDGER_BATCH_MAX)))
    return found.map(fromTigerAccount)
  }

  async queryTransfers(filter: TransferFilter): Promise<readonly Transfer[]> {
    return this.#named(await this.#within(this.#client.queryTransfers(toTigerQuery(filter, LEDGER_BATCH_MAX))))
  }

  async close(): Promise<void> {
    this.#client.destroy()
  }

  /** A cause that the book does not know is shown by its number. */
  async #named(transfers: readonly tigerbeetle.Transfer[]): Promise<readonly Transfer[]> {
    const ids = [...new Set(transfers.map(each => each.user_data_128))].filter(id => id !== 0n)
    const causes = ids.length === 0 ? undefined : await this.#causes.recall(ids)
    return transfers.map(each => {
      const id = each.user_data_128
      return fromTigerTransfer(each, id === 0n ? '' : (causes?.get(id) ?? `cause ${id.toString(16)}`))
    })
  }

  async #within<T>(answer: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new Error(`TigerBeetle did not answer within ${this.#timeoutMs} ms: the outcome is not known`)),
      this.#timeoutMs,
    )
    try {
      return await Promise.race([answer, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}
