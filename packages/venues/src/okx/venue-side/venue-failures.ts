import type { ExchangeRefusal } from '@velocimex/core/exchange/exchange-order'
import type { VenueReply } from '../../venue-dialect.ts'

/** An error as the venue tells it. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly msg: string
}

/** An error; most come with status 200. */
export const failure = (code: string, msg: string, status = 200): Failure => ({ status, code, msg })

/** Whether a value is an error. */
export const isFailure = (value: unknown): value is Failure =>
  typeof value === 'object' && value !== null && 'code' in value && 'msg' in value && 'status' in value

/** The answer that tells an error. */
export const failed = ({ status, code, msg }: Failure): VenueReply => ({
  status,
  body: JSON.stringify({ code, msg, data: [] }),
})

/** An answer with its rows. */
export const answered = (data: readonly unknown[]): VenueReply => ({
  status: 200,
  body: JSON.stringify({ code: '0', msg: '', data }),
})

/** A parameter that is wrong or missing. */
export const wrong = (key: string): Failure => failure('51000', `Parameter ${key} error`)

const REFUSALS: Readonly<Record<ExchangeRefusal, readonly [code: string, msg: string]>> = {
  market_closed: ['51022', 'Contract suspended'],
  duplicate_client_id: ['51016', 'Client order ID already exists'],
  bad_price: ['51006', 'Order price is not within the price limit'],
  price_too_high: ['51137', 'The highest price limit for buy orders is exceeded'],
  price_too_low: ['51138', 'The lowest price limit for sell orders is undercut'],
  bad_quantity: ['51121', 'Order quantity must be a multiple of the lot size'],
  quantity_min: ['51020', 'Your order should meet or exceed the minimum order amount'],
  quantity_max: ['51202', 'Market order amount exceeds the maximum amount'],
  notional_min: ['51020', 'Your order should meet or exceed the minimum order amount'],
  too_many_orders: ['51102', 'The number of pending orders exceeds the limit'],
  reduce_only: ['51169', 'Order failed because you do not have any positions in this direction to reduce or close'],
  insufficient_funds: ['51008', 'Order failed. Insufficient balance in account.'],
  no_liquidity: ['51006', 'Order price is not within the price limit'],
  would_take: ['51006', 'Order price is not within the price limit'],
  not_fillable: ['51006', 'Order price is not within the price limit'],
  self_trade: ['51000', 'Parameter stpMode error'],
  book_full: ['50013', 'Systems are busy. Please try again later.'],
}

/** How the venue words what the exchange refuses. */
export const refusalOf = (refusal: ExchangeRefusal): Failure => failure(...REFUSALS[refusal])
