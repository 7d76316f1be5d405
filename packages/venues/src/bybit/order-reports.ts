import type { Micros } from '@velocimex/core/clock/micros'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import { bookedFee } from '../booked-fee.ts'
import type { OrderSnapshot } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import type { Category } from './frame-fields.ts'

type Status = OrderSnapshot['status']

const STATUSES: Readonly<Record<string, Status>> = {
  New: 'open',
  Untriggered: 'open',
  Triggered: 'open',
  PartiallyFilled: 'open',
  Filled: 'filled',
  Cancelled: 'canceled',
  PartiallyFilledCanceled: 'canceled',
  Deactivated: 'canceled',
  Rejected: 'rejected',
}

/** Reasons by which an order that may not rest ends by itself. */
const EXPIRIES = new Set([
  'EC_NoImmediateQtyToFill',
  'EC_CancelForNoFullFill',
  'EC_ReachMaxTradeNum',
  'EC_ReachRiskPriceLimit',
  'EC_ReachMarketPriceLimit',
])

/** What executions are: those that move a position. Funding is cash; settlement of profit moves nothing. */
const FILL_TYPES = new Set(['Trade', 'AdlTrade', 'BustTrade', 'BlockTrade', 'Delivery', 'MovePosition', 'FutureSpread'])

/** Where orders and executions are looked up: one market of the account. */
export interface OrderPlace {
  readonly category: Category
  readonly venue: string
  readonly instruments: InstrumentTable
}

/** The instrument of a row; undefined for another market or one that is not in the table. */
export function instrumentOf({ category, venue, instruments }: OrderPlace, row: Fields): Instrument | undefined {
  if ((row.optional('category') ?? category) !== category) return undefined
  return instruments.find(venue, row.text('symbol'))
}

/** `Buy` or `Sell`. */
export function sideOf(row: Fields): Side {
  const side = row.text('side')
  if (side !== 'Buy' && side !== 'Sell') row.blame('side', 'is neither Buy nor Sell')
  return side === 'Sell' ? SELL : BUY
}

const microsOf = (row: Fields, key: string): Micros => (row.int(key) * 1000) as Micros

/**
 * An order as `order/realtime`, `order/history` and the stream tell it. A quantity beside `cumExecQty` is not believed: the
 * rest of a canceled order may be told as 0 or as it was.
 */
export function readOrder(row: Fields, place: OrderPlace): OrderSnapshot | undefined {
  const instrument = instrumentOf(place, row)
  if (instrument === undefined) return undefined
  const cumulative = row.steps('cumExecQty', instrument.quantity) as Lots
  const isMarket = row.text('orderType') === 'Market'
  return {
    clientOrderId: row.text('orderLinkId'),
    venueOrderId: row.text('orderId'),
    instrument: instrument.index,
    side: sideOf(row),
    status: statusOf(row, cumulative > 0),
    ...(isMarket ? {} : { price: row.steps('price', instrument.price) as Ticks }),
    quantity: row.steps('qty', instrument.quantity) as Lots,
    cumulative,
    at: microsOf(row, 'updatedTime'),
  }
}

/**
 * Post-only orders that would have taken come as canceled (linear) or rejected (spot): both were never in the book. One that
 * was rejected with something filled is canceled: its fills stand.
 */
function statusOf(row: Fields, isFilled: boolean): Status {
  const told = STATUSES[row.text('orderStatus')]
  if (told === undefined) row.blame('orderStatus', 'is not known')
  if (told !== 'canceled' && told !== 'rejected') return told ?? 'open'
  const reason = row.optional('rejectReason') ?? ''
  const mayRest = row.text('orderType') !== 'Market' && !['IOC', 'FOK'].includes(row.text('timeInForce'))
  if (!mayRest && EXPIRIES.has(reason)) return 'expired'
  if (isFilled) return 'canceled'
  return reason === 'EC_PostOnlyWillTakeLiquidity' ? 'rejected' : told
}

/** Why an order ended, in the venue's words; empty when it was only asked to. */
export function reasonOf(row: Fields): string {
  const words = [row.optional('rejectReason'), row.optional('cancelType')]
  const idle = ['', 'EC_NoError', 'EC_PerCancelRequest', 'UNKNOWN', 'CancelByUser']
  return words.filter(word => word !== undefined && !idle.includes(word)).join(', ')
}

/** A row of `execution/list` or of the execution topic; undefined for what is no fill, or of another market. */
export function readFill(row: Fields, place: OrderPlace): Fill | undefined {
  const instrument = instrumentOf(place, row)
  if (instrument === undefined || !FILL_TYPES.has(row.text('execType'))) return undefined
  const side = sideOf(row)
  const fee = row.amount('execFee')
  const isMaker = row.bool('isMaker')
  const told = row.optional('feeCurrency') ?? ''
  const feeAsset = told === '' ? feeAssetOf(instrument, side, isMaker && fee.units < 0n) : told
  return {
    tradeId: row.text('execId'),
    clientOrderId: row.text('orderLinkId'),
    venueOrderId: row.text('orderId'),
    instrument: instrument.index,
    side,
    price: row.steps('execPrice', instrument.price) as Ticks,
    quantity: row.steps('execQty', instrument.quantity) as Lots,
    fee: bookedFee(instrument, feeAsset, fee),
    feeAsset,
    liquidity: isMaker ? 'maker' : 'taker',
    at: microsOf(row, 'execTime'),
  }
}

/** Fees of spot are taken from what is received, rebates given in what is paid ("Spot Fee Currency Instruction"). */
function feeAssetOf({ kind, base, quote, settle }: Instrument, side: Side, isRebate: boolean): string {
  if (kind !== 'spot') return settle.code
  return (side === BUY) === isRebate ? quote.code : base.code
}

/** The report of a fill; what is filled altogether is the order's quantity less what is left of it. */
export function fillReport(row: Fields, place: OrderPlace): ExecutionReport | undefined {
  const fill = readFill(row, place)
  if (fill === undefined) return undefined
  const { quantity } = place.instruments.at(fill.instrument)
  const leaves = row.steps('leavesQty', quantity)
  const cumulative = Math.max(fill.quantity, row.steps('orderQty', quantity) - leaves)
  const { clientOrderId, venueOrderId, instrument, at } = fill
  const order = { clientOrderId, venueOrderId, instrument, at }
  return { kind: 'filled', ...order, cumulative: cumulative as Lots, leaves: leaves as Lots, fill }
}
