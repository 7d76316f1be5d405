import type { FeeRates } from '@velocimex/core/market/instrument'
import { subtractAmounts } from '../amounts.ts'
import type { Balance, KeyPermissions, VenuePosition } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import type { Category } from './frame-fields.ts'
import { instrumentOf, type OrderPlace } from './order-reports.ts'

/** Rates are written as fractions; `FeeRates` counts 1e-8. */
const RATE = { decimals: 8, step: 1 } as const

/**
 * The coins of a unified account (`wallet-balance`, and the wallet topic). Free is what neither spot orders (`locked`) nor
 * margin bind; never below zero.
 */
export function readBalances(accounts: readonly Fields[]): Balance[] {
  return accounts.flatMap(account =>
    account.list('coin').map(row => {
      const total = row.amount('walletBalance')
      const bound = ['locked', 'totalOrderIM', 'totalPositionIM'].filter(key => (row.optional(key) ?? '') !== '')
      const free = bound.reduce((rest, key) => subtractAmounts(rest, row.amount(key)), total)
      return { asset: row.text('coin'), total, free: free.units < 0n ? { units: 0n, decimals: 0 } : free }
    }),
  )
}

/** A row of `position/list` (`avgPrice`) or of the position topic (`entryPrice`); undefined for another market. */
export function readPosition(row: Fields, place: OrderPlace): VenuePosition | undefined {
  const instrument = instrumentOf(place, row)
  if (instrument === undefined) return undefined
  const size = row.steps('size', instrument.quantity)
  const side = row.text('side')
  if (side !== 'Buy' && side !== 'Sell' && !(side === '' && size === 0)) row.blame('side', 'is neither Buy nor Sell')
  const entry = row.text(row.has('entryPrice') ? 'entryPrice' : 'avgPrice')
  return {
    instrument: instrument.index,
    lots: side === 'Sell' && size > 0 ? -size : size,
    entryPrice: size === 0 ? '' : entry,
    unrealised: row.optional('unrealisedPnl') ?? '',
  }
}

/** A row of `account/fee-rate`. */
export const readFeeRates = (row: Fields): FeeRates => ({
  maker: row.steps('makerFeeRate', RATE),
  taker: row.steps('takerFeeRate', RATE),
})

/** `user/query-api`: what the key itself may do. A key for all addresses is told as `*`. */
export function readPermissions(category: Category, key: Fields): KeyPermissions {
  const rights = key.object('permissions')
  const may = (group: string, right: string): boolean => rights.has(group) && rights.texts(group).includes(right)
  const trades = category === 'spot' ? may('Spot', 'SpotTrade') : may('ContractTrade', 'Order')
  return {
    canTrade: key.int('readOnly') === 0 && trades,
    canWithdraw: may('Wallet', 'Withdraw'),
    isBoundToAddress: !key.texts('ips').includes('*') && key.texts('ips').length > 0,
  }
}
