import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import { bookedFee } from '../booked-fee.ts'
import type { OrderSnapshot } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { DERIBIT } from './deribit-venue.ts'

const STATES: Readonly<Record<string, OrderSnapshot['status']>> = {
  open: 'open',
  untriggered: 'open',
  triggered: 'open',
  filled: 'filled',
  cancelled: 'canceled',
  rejected: 'rejected',
}
const ENDS_BY_ITSELF = ['immediate_or_cancel', 'fill_or_kill', 'good_til_day']

/** An order as the venue tells it anywhere, with what only reports need. */
export interface ToldOrder extends OrderSnapshot {
  readonly isReplaced: boolean
  readonly reason: string
}

const sideOf = (fields: Fields): Side => {
  const direction = fields.text('direction')
  if (direction !== 'buy' && direction !== 'sell') fields.blame('direction', 'is neither buy nor sell')
  return direction === 'sell' ? SELL : BUY
}

/** Reads an order; undefined for an instrument that is not in the table. */
export function readOrder(fields: Fields, instruments: InstrumentTable): ToldOrder | undefined {
  const instrument = instruments.find(DERIBIT, fields.text('instrument_name'))
  if (instrument === undefined) return undefined
  const state = STATES[fields.text('order_state')]
  if (state === undefined) fields.blame('order_state', 'is not known')
  const reason = fields.optional('cancel_reason') ?? fields.optional('reject_reason') ?? ''
  const timeInForce = fields.optional('time_in_force') ?? ''
  const isOfUser = reason === 'user_request' || reason === 'cancel_on_disconnect'
  const isExpired = reason === 'settlement' || (ENDS_BY_ITSELF.includes(timeInForce) && !isOfUser)
  // A stop waits with the words `market_price` where its price will be.
  const hasPrice = /^-?\d/.test(fields.optional('price') ?? '') && fields.optional('order_type') !== 'market'
  return {
    clientOrderId: fields.optional('label') ?? '',
    venueOrderId: fields.text('order_id'),
    instrument: instrument.index,
    side: sideOf(fields),
    status: state === 'canceled' && isExpired ? 'expired' : (state ?? 'open'),
    ...(hasPrice ? { price: fields.steps('price', instrument.price) as Ticks } : {}),
    quantity: fields.steps('amount', instrument.quantity) as Lots,
    cumulative: (fields.has('filled_amount') ? fields.steps('filled_amount', instrument.quantity) : 0) as Lots,
    at: (fields.int('last_update_timestamp') * 1000) as Micros,
    isReplaced: fields.optional('replaced') === 'true',
    reason: reason === 'user_request' ? '' : reason,
  }
}

/** Reads a trade of ours; undefined for an instrument that is not in the table. */
export function readTrade(fields: Fields, instruments: InstrumentTable): Fill | undefined {
  const instrument = instruments.find(DERIBIT, fields.text('instrument_name'))
  if (instrument === undefined) return undefined
  const feeAsset = fields.text('fee_currency')
  return {
    tradeId: fields.text('trade_id'),
    clientOrderId: fields.optional('label') ?? '',
    venueOrderId: fields.text('order_id'),
    instrument: instrument.index,
    side: sideOf(fields),
    price: fields.steps('price', instrument.price) as Ticks,
    quantity: fields.steps('amount', instrument.quantity) as Lots,
    fee: bookedFee(instrument, feeAsset, fields.amount('fee')),
    feeAsset,
    liquidity: fields.text('liquidity') === 'M' ? 'maker' : 'taker',
    at: (fields.int('timestamp') * 1000) as Micros,
  }
}

/**
 * What an order and its executions of one event say: the executions first, each with the sums that it led to, then the end
 * of the order if it has one.
 * @param fills executions of this order in one event, oldest first
 */
export function reportsOf(order: ToldOrder, fills: readonly Fill[]): ExecutionReport[] {
  const { clientOrderId, venueOrderId, instrument, quantity, status, at, reason } = order
  const name = { clientOrderId, venueOrderId, instrument, at }
  let filled = order.cumulative - fills.reduce((sum, fill) => sum + fill.quantity, 0)
  const sums = (): Pick<ExecutionReport, 'cumulative' | 'leaves'> => ({
    cumulative: filled as Lots,
    leaves: Math.max(0, quantity - filled) as Lots,
  })
  const reports: ExecutionReport[] = []
  if (status === 'open' && filled === 0 && !order.isReplaced) reports.push({ kind: 'accepted', ...name, ...sums() })
  if (status === 'open' && order.isReplaced && fills.length === 0 && order.price !== undefined)
    reports.push({ kind: 'replaced', ...name, ...sums(), price: order.price, quantity })
  for (const fill of fills) {
    filled += fill.quantity
    reports.push({ kind: 'filled', ...name, ...sums(), at: fill.at, fill })
  }
  const closed = { ...name, cumulative: order.cumulative, leaves: 0 as Lots, ...(reason === '' ? {} : { reason }) }
  if (status === 'canceled' || status === 'expired' || status === 'rejected') reports.push({ kind: status, ...closed })
  return reports
}
