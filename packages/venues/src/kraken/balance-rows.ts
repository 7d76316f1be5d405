import { subtractAmounts } from '../amounts.ts'
import type { CashFlow } from '../cash-flow.ts'
import type { PrivateMessage } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { isoField } from './instants.ts'

/** Types of postings by which money comes or goes without an order. */
const FLOWS: ReadonlyMap<string, CashFlow['kind']> = new Map([
  ['deposit', 'deposit'],
  ['withdrawal', 'withdrawal'],
  ['transfer', 'transfer'],
])

/**
 * A row of `balances`: the whole of an asset in the snapshot, a posting with the new total of a wallet later. What a deposit
 * or a withdrawal costs is part of it.
 *
 * Source: docs.kraken.com, Websockets v2 "Balances".
 */
export function readBalances(row: Fields): readonly PrivateMessage[] {
  const wallet = row.optional('wallet_type') ?? 'spot'
  if (wallet !== 'spot') return [{ kind: 'ignored' }]
  const asset = row.text('asset')
  const total = row.amount('balance')
  const balance: PrivateMessage = { kind: 'balance', balance: { asset, total, free: total } }
  const kind = FLOWS.get(row.optional('type') ?? '')
  if (kind === undefined) return [balance]
  const amount = subtractAmounts(row.amount('amount'), row.amount('fee'))
  if (amount.units === 0n) return [balance]
  const flow = { kind, asset, amount, id: row.text('ledger_id'), at: isoField(row, 'timestamp') }
  return [balance, { kind: 'cash_flow', flow }]
}
