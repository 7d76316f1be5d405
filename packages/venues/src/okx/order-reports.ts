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

const VENUE = 'okx'

const STATUSES: Readonly<Record<string, OrderSnapshot['status']>> = {
  live: 'open',
  partially_filled: 'open',
  filled: 'filled',
  canceled: 'canceled',
  mmp_canceled: 'canceled',
}

/** Why the venue closed an order that nobody canceled, by `cancelSource`: these expire. */
const EXPIRIES: Readonly<Record<string, string>> = {
  13: 'fill or kill',
  14: 'the rest of an immediate order',
  15: 'the price is beyond the limit',
  27: 'counterparties too far apart',
  31: 'post-only would have taken',
  33: 'too many matches at once',
}
/** Other reasons, for people to read. */
const SOURCES: Readonly<Record<string, string>> = {
  0: 'system',
  2: 'reduce-only',
  3: 'risk or liquidation',
  4: 'borrowing limit',
  6: 'auto-deleveraging',
  7: 'delivery',
  9: 'balance after funding',
  17: 'position closed at market',
  20: 'dead-man switch',
  22: 'reduce-only superseded',
  23: 'reduce-only superseded',
  32: 'self-trade',
  38: 'market-maker protection',
  39: 'market-maker protection',
}

const isNone = (text: string | undefined): boolean => text === undefined || text === '' || text === '0'
const millis = (fields: Fields, key: string): Micros => (fields.int(key) * 1000) as Micros

const sideOf = (fields: Fields): Side => {
  const side = fields.text('side')
  if (side !== 'buy' && side !== 'sell') fields.blame('side', 'is neither buy nor sell')
  return side === 'sell' ? SELL : BUY
}

/** Trade ids of OKX count per instrument; ours must be unique in the account. */
const tradeIdOf = (instrument: Instrument, id: string): string => `${instrument.symbol}:${id}`

/** Trade ids and the sizes of fills are empty, or 0, where there is none. */
const statusOf = (fields: Fields): OrderSnapshot['status'] => {
  const status = STATUSES[fields.text('state')]
  if (status === undefined) fields.blame('state', 'is not known')
  if (status === 'canceled' && EXPIRIES[fields.optional('cancelSource') ?? ''] !== undefined) return 'expired'
  return status ?? 'open'
}

/**
 * What one message of the channel `orders` says: the answer to an amendment, one execution, how the order stands. Nothing
 * for an instrument that is not in the table. Messages may repeat: fills are told apart by their trade id.
 */
export function readOrderPush(fields: Fields, instruments: InstrumentTable): readonly ExecutionReport[] {
  const instrument = instruments.find(VENUE, fields.text('instId'))
  if (instrument === undefined) return []
  const status = statusOf(fields)
  const lots = (key: string): Lots => fields.steps(key, instrument.quantity) as Lots
  const quantity = lots('sz')
  const cumulative = lots('accFillSz')
  const order = {
    clientOrderId: fields.text('clOrdId'),
    venueOrderId: fields.text('ordId'),
    instrument: instrument.index,
    at: millis(fields, 'uTime'),
    cumulative,
    leaves: (status === 'open' ? Math.max(0, quantity - cumulative) : 0) as Lots,
  }
  const reports: ExecutionReport[] = []
  const amended = fields.optional('amendResult') ?? ''
  if (amended === '0' || amended === '2')
    reports.push({ kind: 'replaced', ...order, price: fields.steps('px', instrument.price) as Ticks, quantity })
  else if (amended === '-1' || amended === '1')
    reports.push({ kind: 'replace_rejected', ...order, reason: reasonOf(fields) })
  if (!isNone(fields.optional('tradeId')))
    reports.push({ kind: 'filled', ...order, fill: pushedFill(fields, instrument, order) })
  const state = fields.optional('state')
  if (status === 'canceled' || status === 'expired') reports.push({ kind: status, ...order, ...sourceOf(fields) })
  else if (state === 'live' && amended === '') reports.push({ kind: 'accepted', ...order })
  // The last message of a market order of spot, which may have spent its money on less than its size.
  else if (status === 'filled' && isNone(fields.optional('tradeId')) && cumulative < quantity)
    reports.push({ kind: 'expired', ...order, reason: 'the rest of a market order' })
  return reports
}

const reasonOf = (fields: Fields): string => `${fields.optional('code') ?? ''} ${fields.optional('msg') ?? ''}`.trim()

/** Why it was closed; nothing for a cancel of our own. */
function sourceOf(fields: Fields): { readonly reason?: string } {
  const source = fields.optional('cancelSource') ?? ''
  if (source === '' || source === '1') return {}
  return { reason: EXPIRIES[source] ?? SOURCES[source] ?? `cancelSource ${source}` }
}

/** `fee` of an order sums all its fills, `fillFee` is that of one: before 2024 only the first was sent. */
function pushedFill(
  fields: Fields,
  instrument: Instrument,
  order: Pick<ExecutionReport, 'clientOrderId' | 'venueOrderId' | 'cumulative' | 'at'>,
): Fill {
  const quantity = fields.steps('fillSz', instrument.quantity) as Lots
  const hasOwnFee = !isEmpty(fields, 'fillFee')
  if (!hasOwnFee && quantity !== order.cumulative) fields.blame('fillFee', 'is missing')
  const fee = hasOwnFee ? 'fillFee' : 'fee'
  const feeAsset = fields.text(hasOwnFee ? 'fillFeeCcy' : 'feeCcy')
  const maker = fields.text('execType')
  if (maker !== 'M' && maker !== 'T') fields.blame('execType', 'is neither M nor T')
  return {
    tradeId: tradeIdOf(instrument, fields.text('tradeId')),
    clientOrderId: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    instrument: instrument.index,
    side: sideOf(fields),
    price: fields.steps('fillPx', instrument.price) as Ticks,
    quantity,
    fee: paidFee(fields, fee, instrument, feeAsset),
    feeAsset,
    liquidity: maker === 'M' ? 'maker' : 'taker',
    at: isNone(fields.optional('fillTime')) ? order.at : millis(fields, 'fillTime'),
  }
}

const isEmpty = (fields: Fields, key: string): boolean => (fields.optional(key) ?? '') === ''

/** The venue writes what is paid as a negative number. */
function paidFee(fields: Fields, key: string, instrument: Instrument, asset: string): Fill['fee'] {
  if (isEmpty(fields, key)) return bookedFee(instrument, asset, { units: 0n, decimals: 0 })
  const { units, decimals } = fields.amount(key)
  return bookedFee(instrument, asset, { units: -units, decimals })
}

/** An order as queries tell it; undefined for an instrument that is not in the table. */
export function readOrderSnapshot(fields: Fields, instruments: InstrumentTable): OrderSnapshot | undefined {
  const instrument = instruments.find(VENUE, fields.text('instId'))
  if (instrument === undefined) return undefined
  return {
    clientOrderId: fields.text('clOrdId'),
    venueOrderId: fields.text('ordId'),
    instrument: instrument.index,
    side: sideOf(fields),
    status: statusOf(fields),
    ...(isEmpty(fields, 'px') ? {} : { price: fields.steps('px', instrument.price) as Ticks }),
    quantity: fields.steps('sz', instrument.quantity) as Lots,
    cumulative: fields.steps('accFillSz', instrument.quantity) as Lots,
    at: millis(fields, 'uTime'),
  }
}

/** A row of `trade/fills`; undefined for an instrument that is not in the table. */
export function readFill(fields: Fields, instruments: InstrumentTable): Fill | undefined {
  const instrument = instruments.find(VENUE, fields.text('instId'))
  if (instrument === undefined) return undefined
  const feeAsset = fields.text('feeCcy')
  const maker = fields.text('execType')
  if (maker !== 'M' && maker !== 'T') fields.blame('execType', 'is neither M nor T')
  return {
    tradeId: tradeIdOf(instrument, fields.text('tradeId')),
    clientOrderId: fields.optional('clOrdId') ?? '',
    venueOrderId: fields.text('ordId'),
    instrument: instrument.index,
    side: sideOf(fields),
    price: fields.steps('fillPx', instrument.price) as Ticks,
    quantity: fields.steps('fillSz', instrument.quantity) as Lots,
    fee: paidFee(fields, 'fee', instrument, feeAsset),
    feeAsset,
    liquidity: maker === 'M' ? 'maker' : 'taker',
    at: millis(fields, isNone(fields.optional('fillTime')) ? 'ts' : 'fillTime'),
  }
}
