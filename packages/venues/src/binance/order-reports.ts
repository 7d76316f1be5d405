import type { Micros } from '@velocimex/core/clock/micros'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ExecutionReport, ReportKind } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import { bookedFee } from '../booked-fee.ts'
import type { OrderSnapshot } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'

/** Kinds of report by the execution type `x` of both dialects; fills apart. */
const KINDS: Readonly<Record<string, ReportKind>> = {
  NEW: 'accepted',
  CANCELED: 'canceled',
  REPLACED: 'replaced',
  AMENDMENT: 'replaced',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
}

const STATUSES: Readonly<Record<string, OrderSnapshot['status']>> = {
  NEW: 'open',
  PENDING_NEW: 'open',
  PARTIALLY_FILLED: 'open',
  PENDING_CANCEL: 'open',
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  EXPIRED: 'expired',
  EXPIRED_IN_MATCH: 'expired',
}

const sideOf = (fields: Fields, key: string): Side => {
  const side = fields.text(key)
  if (side !== 'BUY' && side !== 'SELL') fields.blame(key, 'is neither BUY nor SELL')
  return side === 'SELL' ? SELL : BUY
}

const microsOf = (fields: Fields, key: string): Micros => (fields.int(key) * 1000) as Micros

/**
 * An `executionReport` of spot, or the `o` of an ORDER_TRADE_UPDATE of USD-M: both use the same letters. Undefined for
 * what changes nothing of an order. On a cancel of spot `c` names the cancel, and `C` the order.
 */
export function readExecution(
  fields: Fields,
  instruments: InstrumentTable,
  venue: string,
): ExecutionReport | undefined {
  const type = fields.text('x')
  const instrument = instruments.find(venue, fields.text('s'))
  if (instrument === undefined || fields.fault !== '') return undefined
  const original = fields.optional('C') ?? ''
  const lots = (key: string): Lots => fields.steps(key, instrument.quantity) as Lots
  const cumulative = lots('z')
  const status = fields.text('X')
  const isOpen = (STATUSES[status] ?? 'open') === 'open'
  const report = {
    clientOrderId: original === '' ? fields.text('c') : original,
    venueOrderId: fields.text('i'),
    instrument: instrument.index,
    at: microsOf(fields, 'T'),
    cumulative,
    leaves: (isOpen ? Math.max(0, lots('q') - cumulative) : 0) as Lots,
  }
  const isFill = type === 'TRADE' || (type === 'CALCULATED' && lots('l') > 0 && fields.optional('t') !== '0')
  if (isFill) return { kind: 'filled', ...report, fill: fillOf(fields, instrument, report) }
  const kind = type === 'TRADE_PREVENTION' && !isOpen ? 'expired' : KINDS[type]
  if (kind === undefined) return undefined
  if (kind === 'replaced')
    return { kind, ...report, price: fields.steps('p', instrument.price) as Ticks, quantity: lots('q') }
  const reason = reasonOf(fields)
  return reason === '' || kind === 'accepted' || kind === 'canceled' ? { kind, ...report } : { kind, ...report, reason }
}

/** `r` of spot and its expiry reason `eR`; `er` of USD-M. */
function reasonOf(fields: Fields): string {
  const words = [fields.optional('r'), fields.optional('eR'), fields.optional('er')]
  return words.filter(word => word !== undefined && word !== 'NONE' && word !== '0').join(', ')
}

function fillOf(
  fields: Fields,
  instrument: Instrument,
  order: Pick<ExecutionReport, 'clientOrderId' | 'venueOrderId' | 'at'>,
): Fill {
  const feeAsset = fields.optional('N') ?? instrument.settle.code
  const fee = fields.has('n') ? fields.amount('n') : { units: 0n, decimals: 0 }
  return {
    tradeId: fields.text('t'),
    clientOrderId: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    instrument: instrument.index,
    side: sideOf(fields, 'S'),
    price: fields.steps('L', instrument.price) as Ticks,
    quantity: fields.steps('l', instrument.quantity) as Lots,
    fee: bookedFee(instrument, feeAsset, fee),
    feeAsset,
    liquidity: fields.bool('m') ? 'maker' : 'taker',
    at: order.at,
  }
}

/**
 * An order as queries of both dialects tell it; undefined for an instrument that is not in the table.
 * @param toldAt where the order itself tells no instant
 */
export function readOrderSnapshot(
  fields: Fields,
  instruments: InstrumentTable,
  venue: string,
  toldAt?: Micros,
): OrderSnapshot | undefined {
  const instrument = instruments.find(venue, fields.text('symbol'))
  if (instrument === undefined) return undefined
  const status = STATUSES[fields.text('status')]
  if (status === undefined) fields.blame('status', 'is not known')
  const isMarket = fields.optional('type') === 'MARKET'
  return {
    clientOrderId: fields.optional('origClientOrderId') ?? fields.text('clientOrderId'),
    venueOrderId: fields.text('orderId'),
    instrument: instrument.index,
    side: sideOf(fields, 'side'),
    status: status ?? 'open',
    ...(isMarket ? {} : { price: fields.steps('price', instrument.price) as Ticks }),
    quantity: fields.steps(fields.has('qty') ? 'qty' : 'origQty', instrument.quantity) as Lots,
    cumulative: fields.steps('executedQty', instrument.quantity) as Lots,
    at: toldAt ?? microsOf(fields, ['updateTime', 'transactTime', 'time'].find(key => fields.has(key)) ?? 'updateTime'),
  }
}

/** The order in the answer to an amendment: spot tells it, but for the instant, beside the amendment. */
export const amendedOrder = (answer: Fields): Fields =>
  answer.has('amendedOrder') ? answer.object('amendedOrder') : answer

/** Commands whose success is told with the order. */
export type AcknowledgedCall = 'place' | 'cancel' | 'replace'

/** What the answer to a command says of the order; nothing where the private stream must tell it. */
export function readAcknowledgement(
  {
    call,
    clientOrderId,
    instrument,
  }: Pick<ExecutionReport, 'clientOrderId' | 'instrument'> & {
    readonly call: AcknowledgedCall
  },
  answer: Fields,
  instruments: InstrumentTable,
  venue: string,
): readonly ExecutionReport[] {
  const fields = amendedOrder(answer)
  const order = { clientOrderId, venueOrderId: fields.text('orderId'), instrument, leaves: 0 as Lots }
  const at = microsOf(answer, ['updateTime', 'transactTime'].find(key => answer.has(key)) ?? 'updateTime')
  if (call === 'place') return [{ kind: 'accepted', ...order, at, cumulative: 0 as Lots }]
  const snapshot = readOrderSnapshot(fields, instruments, venue, at)
  if (snapshot === undefined || fields.fault !== '') return []
  const { cumulative, quantity, price } = snapshot
  if (snapshot.status === 'canceled') return [{ kind: 'canceled', ...order, at, cumulative }]
  if (call === 'cancel' || price === undefined) return []
  return [{ kind: 'replaced', ...order, at, cumulative, leaves: (quantity - cumulative) as Lots, price, quantity }]
}

/** A row of `myTrades` (spot) or `userTrades` (USD-M); the client order id is not told. */
export function readTrade(fields: Fields, instruments: InstrumentTable, venue: string): Fill | undefined {
  const instrument = instruments.find(venue, fields.text('symbol'))
  if (instrument === undefined) return undefined
  const isBuyer = fields.bool(fields.has('isBuyer') ? 'isBuyer' : 'buyer')
  const isMaker = fields.bool(fields.has('isMaker') ? 'isMaker' : 'maker')
  const feeAsset = fields.text('commissionAsset')
  const fee = fields.amount('commission')
  // USD-M writes what is paid as a negative number here, spot as a positive one.
  const paid = fields.has('realizedPnl') ? { units: -fee.units, decimals: fee.decimals } : fee
  return {
    tradeId: fields.text('id'),
    clientOrderId: '',
    venueOrderId: fields.text('orderId'),
    instrument: instrument.index,
    side: isBuyer ? BUY : SELL,
    price: fields.steps('price', instrument.price) as Ticks,
    quantity: fields.steps('qty', instrument.quantity) as Lots,
    fee: bookedFee(instrument, feeAsset, paid),
    feeAsset,
    liquidity: isMaker ? 'maker' : 'taker',
    at: microsOf(fields, 'time'),
  }
}
