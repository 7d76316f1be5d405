import type { Micros } from '@velocimex/core/clock/micros'
import type { FeeRates, Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import { addAmounts } from '../amounts.ts'
import { bookedFee } from '../booked-fee.ts'
import type { Balance, KeyPermissions, OrderSnapshot, VenuePosition } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { parseInstant } from '../wire/instant-text.ts'
import { COINBASE } from './coinbase-venue.ts'
import { executionKey } from './order-memory.ts'

/** Rates are written as fractions; `FeeRates` counts 1e-8. */
const RATE = { decimals: 8, step: 1 } as const
/** The instant of something that has not happened. */
const NEVER = '0001-01-01T00:00:00Z'

const STATUSES: Readonly<Record<string, OrderSnapshot['status']>> = {
  PENDING: 'open',
  QUEUED: 'open',
  OPEN: 'open',
  CANCEL_QUEUED: 'open',
  EDIT_QUEUED: 'open',
  FILLED: 'filled',
  CANCELLED: 'canceled',
  EXPIRED: 'expired',
  FAILED: 'rejected',
}

/** Whether an order of this time in force ends by itself: what is left of it expires. */
export const endsAtOnce = (timeInForce: string): boolean =>
  timeInForce === 'IMMEDIATE_OR_CANCEL' || timeInForce === 'FILL_OR_KILL'

/** State of an order by the venue's word; a fault when it is not known. */
export function statusOf(fields: Fields, key: string, timeInForce: string): OrderSnapshot['status'] {
  const status = STATUSES[fields.text(key)]
  if (status === undefined) fields.blame(key, 'is not known')
  return status === 'canceled' && endsAtOnce(timeInForce) ? 'expired' : (status ?? 'open')
}

/** `BUY` or `SELL`. */
export function sideOf(fields: Fields, key: string): Side {
  const side = fields.text(key)
  if (side !== 'BUY' && side !== 'SELL') fields.blame(key, 'is neither BUY nor SELL')
  return side === 'SELL' ? SELL : BUY
}

/** An RFC 3339 instant; 0 for the year 1, which the venue writes for never. */
export function instantOf(fields: Fields, key: string): Micros {
  const text = fields.text(key)
  const instant = parseInstant(text)
  if (instant === undefined && text !== NEVER) fields.blame(key, 'is not an instant')
  return instant?.micros ?? (0 as Micros)
}

/** An order as queries tell it; undefined for an instrument that is not in the table. */
export function readOrder(fields: Fields, instruments: InstrumentTable): OrderSnapshot | undefined {
  const instrument = instruments.find(COINBASE, fields.text('product_id'))
  if (instrument === undefined) return undefined
  const configuration = fields.object('order_configuration')
  const [kind] = configuration.keys()
  const wanted = configuration.object(kind ?? 'order_configuration')
  const cumulative = fields.steps('filled_size', instrument.quantity) as Lots
  // An order for a sum of money has no size but what it filled.
  const quantity = wanted.has('base_size') ? (wanted.steps('base_size', instrument.quantity) as Lots) : cumulative
  const status = statusOf(fields, 'status', fields.optional('time_in_force') ?? '')
  const filledAt = fields.has('last_fill_time') ? instantOf(fields, 'last_fill_time') : (0 as Micros)
  const createdAt = instantOf(fields, 'created_time')
  return {
    clientOrderId: fields.text('client_order_id'),
    venueOrderId: fields.text('order_id'),
    instrument: instrument.index,
    side: sideOf(fields, 'side'),
    status,
    ...(wanted.has('limit_price') ? { price: wanted.steps('limit_price', instrument.price) as Ticks } : {}),
    quantity,
    cumulative,
    at: Math.max(filledAt, createdAt) as Micros,
  }
}

/**
 * The rows of `historical/fills`, newest first as the venue sends them, as executions from the oldest on. Anything but an
 * execution (a reversal, a correction) is a fault: a person must look at it.
 */
export function readFills(rows: readonly Fields[], instruments: InstrumentTable): Fill[] {
  const keys = new Map<string, string[]>()
  return rows.toReversed().flatMap(row => {
    const instrument = instruments.find(COINBASE, row.text('product_id'))
    if (instrument === undefined) return []
    if (row.text('trade_type') !== 'FILL') row.blame('trade_type', 'is no execution')
    if (row.optional('size_in_quote') === 'true') row.blame('size_in_quote', 'is not a size')
    const venueOrderId = row.text('order_id')
    const price = row.steps('price', instrument.price) as Ticks
    const quantity = row.steps('size', instrument.quantity) as Lots
    const earlier = keys.get(venueOrderId) ?? []
    const tradeId = executionKey(venueOrderId, price, quantity, earlier)
    keys.set(venueOrderId, [...earlier, tradeId])
    const liquidity = row.text('liquidity_indicator') === 'MAKER' ? 'maker' : 'taker'
    const feeAsset = instrument.settle.code
    return [
      {
        ...{ tradeId, clientOrderId: '', venueOrderId, instrument: instrument.index, side: sideOf(row, 'side') },
        ...{ price, quantity, fee: bookedFee(instrument, feeAsset, row.amount('commission')), feeAsset, liquidity },
        at: instantOf(row, 'trade_time'),
      } satisfies Fill,
    ]
  })
}

/** A row of `accounts`: what is held belongs to the total. */
export function readBalance(row: Fields): Balance {
  const free = row.object('available_balance').amount('value')
  const hold = row.object('hold').amount('value')
  return { asset: row.text('currency'), total: addAmounts(free, hold), free }
}

/** A row of `cfm/positions`: contracts, long or short; undefined for a contract that is not in the table. */
export function readPosition(row: Fields, instruments: InstrumentTable): VenuePosition | undefined {
  const instrument: Instrument | undefined = instruments.find(COINBASE, row.text('product_id'))
  if (instrument === undefined) return undefined
  const side = row.text('side')
  if (side !== 'LONG' && side !== 'SHORT') row.blame('side', 'is neither LONG nor SHORT')
  const lots = row.steps('number_of_contracts', instrument.quantity)
  return {
    instrument: instrument.index,
    lots: side === 'SHORT' ? -lots : lots,
    entryPrice: moneyOf(row, 'avg_entry_price'),
    unrealised: moneyOf(row, 'unrealized_pnl'),
  }
}

/** A sum as text, or as `{"value","currency"}`; empty when it is absent. */
function moneyOf(row: Fields, key: string): string {
  if (!row.has(key)) return ''
  return row.optional(key) ?? row.object(key).text('value')
}

/** `transaction_summary`: the rates of the account's tier. */
export function readFeeRates(fields: Fields): FeeRates {
  const tier = fields.object('fee_tier')
  return { maker: tier.steps('maker_fee_rate', RATE), taker: tier.steps('taker_fee_rate', RATE) }
}

/** `key_permissions`: a key that may transfer can take money away. */
export function readPermissions(fields: Fields): KeyPermissions {
  return { canTrade: fields.bool('can_trade'), canWithdraw: fields.bool('can_transfer'), isBoundToAddress: undefined }
}
