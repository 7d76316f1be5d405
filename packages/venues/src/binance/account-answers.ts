import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Balance, KeyPermissions, VenuePosition } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import type { Dialect } from './frame-fields.ts'

/** Rates are written as fractions; `FeeRates` counts 1e-8. */
const RATE = { decimals: 8, step: 1 } as const

/** Rows of `balances` of the spot account, or of USD-M's `/fapi/v3/balance`. */
export function readBalances(dialect: Dialect, rows: readonly Fields[]): Balance[] {
  return rows.map(row => {
    const asset = row.text('asset')
    if (dialect === 'usdm') return { asset, total: row.amount('balance'), free: row.amount('availableBalance') }
    const free = row.amount('free')
    const locked = row.amount('locked')
    const decimals = Math.max(free.decimals, locked.decimals)
    const scaled = (one: typeof free): bigint => one.units * 10n ** BigInt(decimals - one.decimals)
    return { asset, total: { units: scaled(free) + scaled(locked), decimals }, free }
  })
}

/** A row of positionRisk; undefined for an instrument that is not in the table. */
export function readPositions(row: Fields, instruments: InstrumentTable, venue: string): VenuePosition | undefined {
  const instrument = instruments.find(venue, row.text('symbol'))
  if (instrument === undefined) return undefined
  return {
    instrument: instrument.index,
    lots: row.steps('positionAmt', instrument.quantity),
    entryPrice: row.text('entryPrice'),
    unrealised: row.optional('unRealizedProfit') ?? '',
  }
}

/** `account/commission` of spot (its standard rates), `commissionRate` of USD-M. */
export function readFeeRates(dialect: Dialect, fields: Fields): FeeRates {
  const rates = dialect === 'spot' ? fields.object('standardCommission') : fields
  const [maker, taker] = dialect === 'spot' ? (['maker', 'taker'] as const) : usdmRates
  return { maker: rates.steps(maker, RATE), taker: rates.steps(taker, RATE) }
}
const usdmRates = ['makerCommissionRate', 'takerCommissionRate'] as const

/** `apiRestrictions`: what the key itself may do. */
export function readPermissions(dialect: Dialect, fields: Fields): KeyPermissions {
  return {
    canTrade: fields.bool(dialect === 'spot' ? 'enableSpotAndMarginTrading' : 'enableFutures'),
    canWithdraw: fields.bool('enableWithdrawals'),
    isBoundToAddress: fields.bool('ipRestrict'),
  }
}
