import type { ExchangeRefusal } from '@velocimex/core/exchange/exchange-order'
import type { VenueReply } from '../../venue-dialect.ts'
import type { Dialect } from '../frame-fields.ts'

/** An error as the venue tells it. */
export interface Failure {
  readonly status: number
  readonly code: number
  readonly msg: string
  /** What both halves of a cancel-replace came to. */
  readonly data?: unknown
}

/** An error of status 400 unless told. */
export const failure = (code: number, msg: string, status = 400): Failure => ({ status, code, msg })

/** A parameter that must be there is not. */
export const missing = (key: string): Failure =>
  failure(-1102, `Mandatory parameter '${key}' was not sent, was empty/null, or malformed.`)

/** The error as clients see it. */
export const errorOf = ({ code, msg, data }: Failure): object =>
  data === undefined ? { code, msg } : { code, msg, data }

/** The answer that tells an error. */
export const failed = (failure: Failure): VenueReply => ({
  status: failure.status,
  body: JSON.stringify(errorOf(failure)),
})

/** An answer of status 200. */
export const answered = (value: unknown): VenueReply => ({ status: 200, body: JSON.stringify(value) })

const FUNDS = 'Account has insufficient balance for requested action.'
const REFUSALS: Readonly<Record<Dialect, Readonly<Record<ExchangeRefusal, readonly [number, string]>>>> = {
  spot: {
    market_closed: [-2010, 'Market is closed.'],
    duplicate_client_id: [-2010, 'Duplicate order sent.'],
    bad_price: [-1013, 'Filter failure: PRICE_FILTER'],
    price_too_high: [-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
    price_too_low: [-1013, 'Filter failure: PERCENT_PRICE_BY_SIDE'],
    bad_quantity: [-1013, 'Filter failure: LOT_SIZE'],
    quantity_min: [-1013, 'Filter failure: LOT_SIZE'],
    quantity_max: [-1013, 'Filter failure: LOT_SIZE'],
    notional_min: [-1013, 'Filter failure: NOTIONAL'],
    too_many_orders: [-1013, 'Filter failure: MAX_NUM_ORDERS'],
    reduce_only: [-2010, 'ReduceOnly Order is rejected.'],
    insufficient_funds: [-2010, FUNDS],
    no_liquidity: [-2010, 'Market is closed.'],
    would_take: [-2010, 'Order would immediately match and take.'],
    not_fillable: [-2010, 'Order would expire.'],
    self_trade: [-2010, 'Order would trade with an order of the same account.'],
    book_full: [-1008, 'Server is currently overloaded with other requests. Please try again in a few minutes.'],
  },
  usdm: {
    market_closed: [-4140, 'Invalid symbol status for opening position.'],
    duplicate_client_id: [-4116, 'ClientOrderId is duplicated.'],
    bad_price: [-4014, 'Price not increased by tick size.'],
    price_too_high: [-4016, "Limit price can't be higher than the PERCENT_PRICE filter allows."],
    price_too_low: [-4024, "Limit price can't be lower than the PERCENT_PRICE filter allows."],
    bad_quantity: [-4003, 'Quantity less than or equal to zero.'],
    quantity_min: [-4004, 'Quantity less than min quantity.'],
    quantity_max: [-4005, 'Quantity greater than max quantity.'],
    notional_min: [-4164, "Order's notional must be no smaller than the minimum (unless you choose reduce only)."],
    too_many_orders: [-2025, 'Reach max open order limit.'],
    reduce_only: [-2022, 'ReduceOnly Order is rejected.'],
    insufficient_funds: [-2019, 'Margin is insufficient.'],
    no_liquidity: [-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit."],
    would_take: [-5022, 'Due to the order could not be executed as maker, the Post Only order will be rejected.'],
    not_fillable: [-5021, 'Due to the order could not be filled immediately, the FOK order has been rejected.'],
    self_trade: [-2010, 'Order would trade with an order of the same account.'],
    book_full: [-1008, 'Request throttled by system-level protection. Reduce-only/close-position orders are exempt.'],
  },
}

/** How a dialect words what the exchange refuses. */
export const refusalOf = (dialect: Dialect, refusal: ExchangeRefusal): Failure =>
  failure(...(REFUSALS[dialect][refusal] as readonly [number, string]))
