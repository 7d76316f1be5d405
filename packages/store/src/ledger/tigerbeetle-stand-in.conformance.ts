import type { Micros } from '@velocimex/core/clock/micros'
import { ACCOUNT_STATUS } from '@velocimex/core/ledger/account-status'
import type { AccountFilter } from '@velocimex/core/ledger/ledger-filter'
import type { MemoryLedgerStore } from '@velocimex/core/ledger/memory-ledger-store'
import type { Transfer } from '@velocimex/core/ledger/transfer'
import { TRANSFER_STATUS } from '@velocimex/core/ledger/transfer-status'
import type * as tigerbeetle from 'tigerbeetle-node'
import type { TigerBeetleClient } from './tigerbeetle-client.ts'
import { fromTigerAccount, fromTigerTransfer, toTigerAccount, toTigerTransfer } from './tigerbeetle-shapes.ts'

/** A cause is only a number here, as in the cluster; it is kept as that number's text. */
const fromWire = (transfer: tigerbeetle.Transfer): Transfer =>
  fromTigerTransfer(transfer, transfer.user_data_128 === 0n ? '' : String(transfer.user_data_128))
const toWire = (transfer: Transfer): tigerbeetle.Transfer => ({
  ...toTigerTransfer({ ...transfer, cause: '' }),
  user_data_128: BigInt(transfer.cause),
})
const range = (filter: tigerbeetle.QueryFilter | tigerbeetle.AccountFilter) => ({
  cause: filter.user_data_128 === 0n ? '' : String(filter.user_data_128),
  at: Number(filter.user_data_64) as Micros,
  tag: filter.user_data_32,
  code: filter.code,
  timestampMin: filter.timestamp_min,
  timestampMax: filter.timestamp_max,
  limit: filter.limit,
})
const ofAccount = (filter: tigerbeetle.AccountFilter): AccountFilter => ({
  ...range(filter),
  accountId: filter.account_id,
  debits: (filter.flags & 1) !== 0,
  credits: (filter.flags & 2) !== 0,
  reversed: (filter.flags & 4) !== 0,
})

/**
 * TigerBeetle's client interface over our own rules: it shows that the driver translates to and fro without loss. That
 * the cluster's rules are ours is shown only by a real one, see TIGERBEETLE_ADDRESS.
 */
export const standInClient = (store: MemoryLedgerStore): TigerBeetleClient => ({
  createAccounts: async batch =>
    (await store.createAccounts(batch.map(fromTigerAccount))).map(({ status, timestamp }) => ({
      status: ACCOUNT_STATUS[status] as tigerbeetle.CreateAccountStatus,
      timestamp,
    })),
  createTransfers: async batch =>
    (await store.createTransfers(batch.map(fromWire))).map(({ status, timestamp }) => ({
      status: TRANSFER_STATUS[status] as tigerbeetle.CreateTransferStatus,
      timestamp,
    })),
  lookupAccounts: async ids => (await store.lookupAccounts(ids)).map(toTigerAccount),
  lookupTransfers: async ids => (await store.lookupTransfers(ids)).map(toWire),
  getAccountTransfers: async filter => (await store.accountTransfers(ofAccount(filter))).map(toWire),
  getAccountBalances: async filter =>
    (await store.accountBalances(ofAccount(filter))).map(each => ({
      debits_pending: each.debitsPending,
      debits_posted: each.debitsPosted,
      credits_pending: each.creditsPending,
      credits_posted: each.creditsPosted,
      timestamp: each.timestamp,
    })),
  queryAccounts: async filter => {
    const { timestampMin, timestampMax, limit, code } = range(filter)
    const bounds = { timestampMin, timestampMax, limit, code, ledger: filter.ledger, reversed: filter.flags === 1 }
    return (await store.queryAccounts(bounds)).map(toTigerAccount)
  },
  queryTransfers: async filter => {
    const found = await store.queryTransfers({
      ...range(filter),
      ledger: filter.ledger,
      reversed: (filter.flags & 1) !== 0,
    })
    return found.map(toWire)
  },
  destroy: () => {},
})
