import type { FeeRates, Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Balance, KeyPermissions, VenuePosition } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'

/** Rates are written as fractions; `FeeRates` counts 1e-8. */
const RATE = { decimals: 8, step: 1 } as const

/**
 * A row of the `details` of an account. What is free is `availEq` in the modes with margin, where the venue sends it, and
 * `availBal` in the spot mode.
 */
export function readBalance(row: Fields): Balance {
  const hasEquity = (row.optional('availEq') ?? '') !== ''
  return { asset: row.text('ccy'), total: row.amount('cashBal'), free: row.amount(hasEquity ? 'availEq' : 'availBal') }
}

/** A position; undefined for an instrument that is not in the table. */
export function readPosition(row: Fields, instruments: InstrumentTable): VenuePosition | undefined {
  const instrument = instruments.find('okx', row.text('instId'))
  if (instrument === undefined) return undefined
  const lots = row.steps('pos', instrument.quantity)
  const side = row.text('posSide')
  if (side !== 'net' && side !== 'long' && side !== 'short') row.blame('posSide', 'is not known')
  // Long and short apart are counted from zero, one position of an instrument is signed.
  const isShort = side === 'short' && lots > 0
  return {
    instrument: instrument.index,
    lots: isShort ? -lots : lots,
    entryPrice: row.optional('avgPx') ?? '',
    unrealised: row.optional('upl') ?? '',
  }
}

/** A row of `account/trade-fee`, whose rates are negative when they are paid; those of contracts settled in dollars stand apart. */
export function readFeeRates(row: Fields, { kind, settle }: Instrument): FeeRates {
  const suffix = kind === 'spot' ? '' : settle.code === 'USDT' ? 'U' : settle.code === 'USDC' ? 'USDC' : ''
  const has = (key: string): boolean => (row.optional(key) ?? '') !== ''
  const group = has('maker') || has(`maker${suffix}`) || !row.has('feeGroup') ? row : (row.list('feeGroup')[0] ?? row)
  const rate = (side: string): number => {
    const key = group === row && has(`${side}${suffix}`) ? `${side}${suffix}` : side
    return 0 - group.steps(key, RATE)
  }
  return { maker: rate('maker'), taker: rate('taker') }
}

/** What `account/config` says of the key: `read_only,trade,withdraw`. */
export function readPermissions(row: Fields): KeyPermissions {
  const rights = row.text('perm').split(',')
  return {
    canTrade: rights.includes('trade'),
    canWithdraw: rights.includes('withdraw'),
    isBoundToAddress: row.text('ip') !== '',
  }
}
