import type { Micros } from '@velocimex/core/clock/micros'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Minor } from '@velocimex/core/market/money'
import { BUY } from '@velocimex/core/market/side'
import type { Lots, Ticks } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import type { Fill } from '@velocimex/core/order/fill'
import type { Amount } from '../amount.ts'
import { toUnits } from '../amounts.ts'
import { bookedFee } from '../booked-fee.ts'
import type { PrivateMessage } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { COINBASE } from './coinbase-venue.ts'
import { endsAtOnce, sideOf, statusOf } from './order-answers.ts'
import { executionKey, type OrderMemory, type RememberedOrder } from './order-memory.ts'

/** Decimals of the sums that are kept: more than value or fees of any order have. */
const SUM_DECIMALS = 16
const EXECUTIONS_MAX = 1000

/** An order of the user channel, read. */
interface ToldOrder extends RememberedOrder {
  readonly instrument: Instrument
  readonly venueOrderId: string
  readonly status: string
  readonly leaves: Lots
  readonly timeInForce: string
  readonly reason: string
}

/**
 * What an order of the user channel tells that was not told before. The channel sends sums: an execution is the difference
 * of two of them, exact when their counts differ by one and every execution of the order was seen. Otherwise nothing is
 * guessed: the message is called damaged, and the audit that follows finds the executions in the list of fills.
 *
 * Source: Advanced Trade, "WebSocket channels", user channel.
 */
export function readUserOrder(
  fields: Fields,
  instruments: InstrumentTable,
  memory: OrderMemory,
  at: Micros,
): readonly PrivateMessage[] {
  const instrument = instruments.find(COINBASE, fields.text('product_id'))
  if (instrument === undefined) return [{ kind: 'ignored' }]
  const known = memory.order(fields.text('order_id'))
  const told = readTold(fields, instrument, known)
  const before = known ?? (told.cumulative === 0 ? told : undefined)
  const side = sideOf(fields, 'order_side')
  statusOf(fields, 'status', told.timeInForce)
  if (fields.fault !== '') return [{ kind: 'damaged', words: fields.fault }]
  const executed = told.cumulative - (before?.cumulative ?? 0)
  if (executed < 0) return [{ kind: 'ignored' }] // An older message behind a newer one.
  const fill = executed === 0 ? undefined : before && fillOf(told, before, side === BUY ? 1 : -1, at)
  const executions = fill === undefined ? before?.executions : [...(before?.executions ?? []), fill.tradeId]
  const isWhole = executed === 0 || fill !== undefined
  const kept = isWhole && executions !== undefined && executions.length <= EXECUTIONS_MAX ? executions : undefined
  memory.keep(told.venueOrderId, { ...told, executions: before === undefined ? undefined : kept })
  const words = `executions of order ${told.venueOrderId} are not told one by one`
  const messages = reportsOf(told, known, fill, at).map(report => ({ kind: 'report', report }) as const)
  return isWhole ? messages : [{ kind: 'damaged', words }]
}

function readTold(fields: Fields, instrument: Instrument, known: RememberedOrder | undefined): ToldOrder {
  const cumulative = fields.steps('cumulative_quantity', instrument.quantity) as Lots
  const status = fields.text('status')
  const isOpen = status === 'OPEN' || status === 'PENDING' || status === 'QUEUED' || status.endsWith('_QUEUED')
  const leaves = (isOpen ? fields.steps('leaves_quantity', instrument.quantity) : 0) as Lots
  const price = fields.optional('limit_price') ?? ''
  const value = fields.has('filled_value') ? fields.amount('filled_value') : undefined
  const reasons = ['reject_reason', 'cancel_reason'].map(key => fields.optional(key) ?? '')
  return {
    instrument,
    venueOrderId: fields.text('order_id'),
    clientOrderId: fields.text('client_order_id'),
    cumulative,
    leaves,
    quantity: isOpen ? ((cumulative + leaves) as Lots) : known?.quantity,
    price: price === '' || price === '0' ? known?.price : (fields.steps('limit_price', instrument.price) as Ticks),
    status,
    timeInForce: fields.optional('time_in_force') ?? '',
    reason: reasons.filter(reason => reason !== '' && reason !== 'REJECT_REASON_UNSPECIFIED').join(', '),
    count: fields.has('number_of_fills') ? fields.int('number_of_fills') : 0,
    value: value === undefined ? -1n : toUnits(value, SUM_DECIMALS),
    fees: toUnits(fields.amount('total_fees'), SUM_DECIMALS),
    executions: [],
  }
}

/** The one execution between two tellings; undefined when it is not proven to be one at a price of the grid. */
function fillOf(told: ToldOrder, before: RememberedOrder, side: Fill['side'], at: Micros): Fill | undefined {
  const { instrument, venueOrderId, clientOrderId } = told
  const isSeen = before.executions !== undefined && told.value >= 0n && (before.cumulative === 0 || before.value >= 0n)
  const countBefore = before.cumulative === 0 ? 0 : before.count
  if (!isSeen || told.count !== countBefore + 1) return undefined
  const quantity = (told.cumulative - before.cumulative) as Lots
  const value = told.value - (before.cumulative === 0 ? 0n : before.value)
  const price = priceOf(value, quantity, instrument)
  if (price === undefined) return undefined
  const fee: Amount = { units: told.fees - (before.cumulative === 0 ? 0n : before.fees), decimals: SUM_DECIMALS }
  const feeAsset = instrument.settle.code
  return {
    ...{ tradeId: executionKey(venueOrderId, price, quantity, before.executions ?? []), clientOrderId, venueOrderId },
    ...{ instrument: instrument.index, side, price, quantity, feeAsset },
    fee: bookedFee(instrument, feeAsset, fee) as Minor,
    // The channel does not tell who made; a limit order that rested did, and one that ends at once never rests.
    liquidity:
      before.status === 'OPEN' && told.price !== undefined && !endsAtOnce(told.timeInForce) ? 'maker' : 'taker',
    at,
  }
}

/** The price at which a quantity has a value, if it is whole ticks up to the rounding of the value. */
function priceOf(value: bigint, quantity: Lots, { price, quantity: lot }: Instrument): Ticks | undefined {
  // value / 1e16 = ticks * step / 10^decimals * lots * step / 10^decimals
  const scale = 10n ** BigInt(price.decimals + lot.decimals)
  const unit = BigInt(quantity) * BigInt(lot.step) * BigInt(price.step) * 10n ** BigInt(SUM_DECIMALS)
  const numerator = value * scale
  const ticks = (2n * numerator + unit) / (2n * unit)
  const rest = numerator - ticks * unit
  const distance = rest < 0n ? -rest : rest
  return ticks > 0n && distance * 8n < unit ? (Number(ticks) as Ticks) : undefined
}

function reportsOf(
  told: ToldOrder,
  known: RememberedOrder | undefined,
  fill: Fill | undefined,
  at: Micros,
): ExecutionReport[] {
  const { clientOrderId, venueOrderId, instrument, cumulative, leaves, status, reason } = told
  const order = { clientOrderId, venueOrderId, instrument: instrument.index, at, cumulative, leaves }
  const reports: ExecutionReport[] = []
  const wasAccepted = known !== undefined && known.status !== 'PENDING' && known.status !== 'QUEUED'
  if (status === 'OPEN' && !wasAccepted && fill === undefined) reports.push({ kind: 'accepted', ...order })
  const isAmended =
    known?.quantity !== undefined &&
    known.price !== undefined &&
    status === 'OPEN' &&
    (told.quantity !== known.quantity || told.price !== known.price)
  if (isAmended) reports.push({ kind: 'replaced', ...order, price: told.price!, quantity: told.quantity!, leaves })
  if (fill !== undefined) reports.push({ kind: 'filled', ...order, fill })
  if (known?.status === status) return reports
  const closed = { ...order, leaves: 0 as Lots, ...(reason === '' ? {} : { reason }) }
  if (status === 'CANCELLED') reports.push({ kind: endsAtOnce(told.timeInForce) ? 'expired' : 'canceled', ...closed })
  if (status === 'EXPIRED') reports.push({ kind: 'expired', ...closed })
  if (status === 'FAILED') reports.push({ kind: 'rejected', ...closed })
  return reports
}
