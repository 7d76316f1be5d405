import type { ExchangeRefusal } from '@velocimex/core/exchange/exchange-order'
import type { VenueReply } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'

/** An error as the venue tells it: with HTTP status 200. */
export interface Failure {
  readonly retCode: number
  readonly retMsg: string
}

/** An error. */
export const failure = (retCode: number, retMsg: string): Failure => ({ retCode, retMsg })

/** A parameter is missing or wrong. */
export const badParameter = (key: string): Failure => failure(10001, `params error: ${key} invalid`)

/** Whether a value is an error. */
export const isFailure = (value: unknown): value is Failure =>
  typeof value === 'object' && value !== null && 'retCode' in value && 'retMsg' in value

/** A result of which the parts have outcomes of their own, told beside it. */
export class Parted {
  readonly result: object
  readonly outcomes: object

  constructor(result: object, outcomes: object) {
    this.result = result
    this.outcomes = outcomes
  }
}

/** The envelope of every REST answer. @param now milliseconds */
export function enveloped(result: unknown, now: number): VenueReply {
  const said = isFailure(result) ? result : { retCode: 0, retMsg: 'OK' }
  const parts =
    result instanceof Parted ? { result: result.result, retExtInfo: result.outcomes } : { result, retExtInfo: {} }
  const body = { ...said, ...(isFailure(result) ? { result: {}, retExtInfo: {} } : parts), time: now }
  return { status: 200, body: JSON.stringify(body) }
}

const REFUSALS: Readonly<Record<ExchangeRefusal, Readonly<Record<Category, readonly [number, string]>>>> = {
  market_closed: { linear: [110074, 'This contract is not live'], spot: [170151, 'This pair is not available'] },
  duplicate_client_id: { linear: [110072, 'OrderLinkedID is duplicate'], spot: [170141, 'Duplicate clientOrderId'] },
  bad_price: {
    linear: [110003, 'Order price exceeds the allowable range.'],
    spot: [170132, 'Order price exceeds the upper limit.'],
  },
  price_too_high: {
    linear: [110003, 'Order price exceeds the allowable range.'],
    spot: [170193, 'Buy order price cannot be higher than the limit.'],
  },
  price_too_low: {
    linear: [110003, 'Order price exceeds the allowable range.'],
    spot: [170194, 'Sell order price cannot be lower than the limit.'],
  },
  bad_quantity: { linear: [10001, 'Qty invalid'], spot: [170136, 'Order quantity is below the lower limit.'] },
  quantity_min: {
    linear: [10001, 'The number of contracts exceeds minimum limit allowed'],
    spot: [170136, 'Order quantity is below the lower limit.'],
  },
  quantity_max: {
    linear: [10001, 'The number of contracts exceeds maximum limit allowed: too large'],
    spot: [170124, 'Order amount is too large.'],
  },
  notional_min: {
    linear: [110094, 'Order does not meet minimum order value'],
    spot: [170140, 'Order value is below the lower limit.'],
  },
  too_many_orders: {
    linear: [110020, 'Not allowed to have more than 500 active orders'],
    spot: [170810, 'Cannot exceed maximum of 500 conditional, TP/SL and active orders.'],
  },
  reduce_only: {
    linear: [110017, 'Reduce-only rule not satisfied'],
    spot: [110017, 'Reduce-only rule not satisfied'],
  },
  insufficient_funds: { linear: [110007, 'ab not enough for new order'], spot: [170131, 'Balance insufficient'] },
  no_liquidity: { linear: [110003, 'No price to trade at.'], spot: [170210, 'New order rejected.'] },
  would_take: {
    linear: [110003, 'Post only would take liquidity.'],
    spot: [170218, 'The LIMIT-MAKER order is rejected.'],
  },
  not_fillable: { linear: [110003, 'Cannot be filled whole.'], spot: [170210, 'New order rejected.'] },
  self_trade: { linear: [110003, 'Would trade with an order of its own.'], spot: [170210, 'New order rejected.'] },
  book_full: {
    linear: [10429, 'System level frequency protection'],
    spot: [10429, 'System level frequency protection'],
  },
}

/** How the venue words what the exchange refuses at once. */
export const refusalOf = (category: Category, refusal: ExchangeRefusal): Failure =>
  failure(...REFUSALS[refusal][category])

/**
 * Reasons that the venue tells only later: the order is acknowledged, and ends on the stream. A post-only order that would
 * take is canceled on linear and rejected on spot.
 */
export const LATE_REASONS: Readonly<Partial<Record<ExchangeRefusal, string>>> = {
  would_take: 'EC_PostOnlyWillTakeLiquidity',
  not_fillable: 'EC_CancelForNoFullFill',
  no_liquidity: 'EC_NoImmediateQtyToFill',
  self_trade: 'EC_BySelfMatch',
}
