import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Balance, KeyPermissions, VenuePosition } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { DERIBIT } from './deribit-venue.ts'

/** Rates are written as fractions; `FeeRates` counts 1e-8. */
const RATE = { decimals: 8, step: 1 } as const

/** A summary of the account in one currency, of `get_account_summaries` or `user.portfolio`. */
export const readBalance = (row: Fields): Balance => ({
  asset: row.text('currency'),
  total: row.amount('balance'),
  free: row.amount('available_funds'),
})

/** A position; its size carries the sign, or the direction does. Undefined for an instrument that is not in the table. */
export function readPosition(row: Fields, instruments: InstrumentTable): VenuePosition | undefined {
  const instrument = instruments.find(DERIBIT, row.text('instrument_name'))
  if (instrument === undefined) return undefined
  const lots = row.steps('size', instrument.quantity)
  return {
    instrument: instrument.index,
    lots: row.optional('direction') === 'sell' && lots > 0 ? -lots : lots,
    entryPrice: lots === 0 ? '' : row.text('average_price'),
    unrealised: row.optional('floating_profit_loss') ?? '',
  }
}

/** `public/get_instrument`: the rates of the instrument. */
export const readFeeRates = (instrument: Fields): FeeRates => ({
  maker: instrument.steps('maker_commission', RATE),
  taker: instrument.steps('taker_commission', RATE),
})

/** The scope that `public/auth` grants to the key when none is asked for: all that it may do. */
export function readPermissions(granted: Fields): KeyPermissions {
  const scope = granted.text('scope').split(' ')
  const may = (right: string): boolean => scope.includes(right)
  return {
    canTrade: may('trade:read_write'),
    canWithdraw: may('wallet:read_write'),
    isBoundToAddress: scope.some(each => each.startsWith('ip:')),
  }
}
