import type { ExchangeFill, ExchangeOrder } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY } from '@velocimex/core/market/side'
import { formatInstant } from '../../wire/instant-text.ts'

/** Orders whose executions are counted; the oldest are forgotten first. */
const ORDERS_MAX = 60_000
const AVERAGE_DECIMALS = 8
const ID_HEAD = '0a1b2c3d-0000-4000-8000-'
const NEVER = '0001-01-01T00:00:00Z'

/** Id of an order as the venue writes it. */
export const orderIdOf = ({ id }: ExchangeOrder): string => `${ID_HEAD}${id.toString(16).padStart(12, '0')}`

/** Number of the order with an id; 0 when it is none of ours. */
export const numberOfId = (text: string): number =>
  text.startsWith(ID_HEAD) && /^[0-9a-f]{12}$/.test(text.slice(ID_HEAD.length))
    ? Number.parseInt(text.slice(ID_HEAD.length), 16)
    : 0

/** Price as the venue writes it. */
export const priceText = ({ price }: Instrument, ticks: number): string => formatOnGrid(ticks, price)
/** Quantity as the venue writes it. */
export const lotsText = ({ quantity }: Instrument, lots: number): string => formatOnGrid(lots, quantity)
/** BUY or SELL. */
export const sideWord = ({ side }: { readonly side: number }): string => (side === BUY ? 'BUY' : 'SELL')

/** Fees and count of the executions of an order. */
interface Sums {
  fees: bigint
  count: number
  lastAt: number
}

/** Writes orders and executions as the venue does, and keeps the sums that it tells with them. */
export class OrderTexts {
  readonly #sums = new Map<number, Sums>()
  /** Orders that have arrived and may still execute on arrival: told as PENDING. */
  readonly pending = new Set<number>()

  /** Counts an execution. */
  count({ order, fee, at }: ExchangeFill): void {
    const sums = this.#sums.get(order.id) ?? { fees: 0n, count: 0, lastAt: 0 }
    sums.fees += fee
    sums.count++
    sums.lastAt = at
    this.#sums.set(order.id, sums)
    if (this.#sums.size > ORDERS_MAX) this.#sums.delete(this.#sums.keys().next().value!)
  }

  /** An order as REST tells it. */
  order(order: ExchangeOrder): Record<string, unknown> {
    const { instrument, clientOrderId, cumulative, lots } = order
    const sums = this.#sums.get(order.id)
    const { fees, value, after } = this.#money(order)
    return {
      ...{ order_id: orderIdOf(order), product_id: instrument.symbol, user_id: `user-${order.account}` },
      ...{ order_configuration: configurationOf(order), side: sideWord(order), client_order_id: clientOrderId },
      ...{
        status: this.#status(order),
        time_in_force: timeInForceOf(order),
        created_time: formatInstant(order.createdAt),
      },
      completion_percentage: ((cumulative / lots) * 100).toFixed(2),
      ...{ filled_size: lotsText(instrument, cumulative), average_filled_price: averageOf(order), fee: '' },
      ...{
        number_of_fills: String(sums?.count ?? 0),
        filled_value: value,
        pending_cancel: false,
        size_in_quote: false,
      },
      ...{ total_fees: fees, size_inclusive_of_fees: false, total_value_after_fees: after },
      ...{
        trigger_status: 'INVALID_ORDER_TYPE',
        order_type: order.type.toUpperCase(),
        settled: order.status === 'filled',
      },
      ...{ reject_reason: 'REJECT_REASON_UNSPECIFIED', reject_message: '', cancel_message: '', product_type: 'SPOT' },
      ...{ order_placement_source: 'RETAIL_ADVANCED', outstanding_hold_amount: '0', is_liquidation: false },
      ...{ last_fill_time: sums === undefined ? null : formatInstant(sums.lastAt as never), edit_history: [] },
    }
  }

  /** An order as the user channel tells it. */
  userOrder(order: ExchangeOrder): Record<string, unknown> {
    const { instrument, clientOrderId, cumulative, lots, status } = order
    const { fees, value, after } = this.#money(order)
    const leaves = status === 'open' ? lots - cumulative : 0
    return {
      ...{ avg_price: averageOf(order), cancel_reason: status === 'canceled' ? 'User requested cancel' : '' },
      ...{ client_order_id: clientOrderId, completion_percentage: ((cumulative / lots) * 100).toFixed(2) },
      ...{
        contract_expiry_type: 'UNKNOWN_CONTRACT_EXPIRY_TYPE',
        cumulative_quantity: lotsText(instrument, cumulative),
      },
      ...{ filled_value: value, leaves_quantity: lotsText(instrument, leaves) },
      ...{ limit_price: order.type === 'limit' ? priceText(instrument, order.price) : '' },
      ...{ number_of_fills: String(this.#sums.get(order.id)?.count ?? 0), order_id: orderIdOf(order) },
      ...{ order_side: sideWord(order), order_type: order.type === 'limit' ? 'Limit' : 'Market' },
      ...{ outstanding_hold_amount: '0', post_only: String(order.postOnly), product_id: instrument.symbol },
      ...{ product_type: 'SPOT', reject_reason: '', retail_portfolio_id: `portfolio-${order.account}` },
      ...{ risk_managed_by: 'UNKNOWN_RISK_MANAGEMENT_TYPE', status: this.#status(order), stop_price: '' },
      ...{ time_in_force: timeInForceOf(order), total_fees: fees, total_value_after_fees: after },
      ...{
        trigger_status: 'INVALID_ORDER_TYPE',
        creation_time: formatInstant(order.createdAt),
        end_time: order.expiresAt === undefined ? NEVER : formatInstant(order.expiresAt as never),
        start_time: NEVER,
      },
    }
  }

  #status(order: ExchangeOrder): string {
    const expired = order.expiresAt === undefined ? 'CANCELLED' : 'EXPIRED'
    if (order.status !== 'open') return { filled: 'FILLED', canceled: 'CANCELLED', expired }[order.status]
    return this.pending.has(order.id) && order.cumulative === 0 ? 'PENDING' : 'OPEN'
  }

  /** Buyers pay the fee on top, sellers from what they get. */
  #money(order: ExchangeOrder): { readonly fees: string; readonly value: string; readonly after: string } {
    const { decimals } = order.instrument.settle
    const fees = this.#sums.get(order.id)?.fees ?? 0n
    const after = order.side === BUY ? order.value + fees : order.value - fees
    const [feeText, value, afterText] = [fees, order.value, after].map(units => formatScaled(units, decimals))
    return { fees: feeText!, value: value!, after: afterText! }
  }
}

/** An execution as `historical/fills` tells it. */
export function fillText({ tradeId, order, price, lots, fee, liquidity, at }: ExchangeFill): Record<string, unknown> {
  const { instrument } = order
  return {
    ...{ entry_id: `entry-${tradeId}-${order.id}`, trade_id: String(tradeId), order_id: orderIdOf(order) },
    ...{ trade_time: formatInstant(at), trade_type: 'FILL', price: priceText(instrument, price) },
    ...{ size: lotsText(instrument, lots), commission: formatScaled(fee, instrument.settle.decimals) },
    ...{ product_id: instrument.symbol, sequence_timestamp: formatInstant(at), size_in_quote: false },
    ...{ liquidity_indicator: liquidity.toUpperCase(), user_id: `user-${order.account}`, side: sideWord(order) },
    retail_portfolio_id: '',
  }
}

/** Price of what is executed; `0` before. */
function averageOf({ instrument, cumulative, value }: ExchangeOrder): string {
  const { contract, price } = instrument
  if (cumulative === 0 || contract.kind !== 'linear') return '0'
  const scaled = value * BigInt(price.step) * 10n ** BigInt(AVERAGE_DECIMALS)
  return formatScaled(scaled / (BigInt(cumulative) * contract.minorPerTickLot), AVERAGE_DECIMALS + price.decimals)
}

function timeInForceOf({ type, timeInForce, expiresAt }: ExchangeOrder): string {
  if (type === 'market' || timeInForce === 'ioc') return 'IMMEDIATE_OR_CANCEL'
  if (expiresAt !== undefined) return 'GOOD_UNTIL_DATE_TIME'
  return timeInForce === 'fok' ? 'FILL_OR_KILL' : 'GOOD_UNTIL_CANCELLED'
}

function configurationOf(order: ExchangeOrder): Record<string, object> {
  const { instrument, lots, price, postOnly, timeInForce, type, expiresAt } = order
  const base_size = lotsText(instrument, lots)
  if (type === 'market') return { market_market_ioc: { base_size } }
  const limit = { base_size, limit_price: priceText(instrument, price) }
  if (timeInForce === 'ioc') return { sor_limit_ioc: limit }
  if (timeInForce === 'fok') return { limit_limit_fok: limit }
  if (expiresAt !== undefined)
    return { limit_limit_gtd: { ...limit, end_time: formatInstant(expiresAt as never), post_only: postOnly } }
  return { limit_limit_gtc: { ...limit, post_only: postOnly } }
}
