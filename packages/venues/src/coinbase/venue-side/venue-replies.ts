import type { ExchangeRefusal } from '@velocimex/core/exchange/exchange-order'
import type { VenueReply } from '../../venue-dialect.ts'

/** An answer of status 200. */
export const answered = (value: unknown): VenueReply => ({ status: 200, body: JSON.stringify(value) })

/** An answer that tells an error of the gateway. */
export const failed = (status: number, error: string, message: string): VenueReply => ({
  status,
  body: JSON.stringify({ error, code: status, error_details: message, message }),
})

/** An answer to a request whose token is no good. */
export const UNAUTHORIZED: VenueReply = {
  status: 401,
  headers: { 'content-type': 'text/plain' },
  body: 'Unauthorized\n',
}

/** How the venue words what the exchange refuses. A client order id that is known never comes to this. */
export const REASONS: Readonly<Record<ExchangeRefusal, string>> = {
  market_closed: 'ORDER_ENTRY_DISABLED',
  duplicate_client_id: 'INVALID_REQUEST',
  bad_price: 'INVALID_PRICE_PRECISION',
  price_too_high: 'LIMIT_PRICE_TOO_FAR_FROM_MARKET',
  price_too_low: 'LIMIT_PRICE_TOO_FAR_FROM_MARKET',
  bad_quantity: 'INVALID_SIZE_PRECISION',
  quantity_min: 'PREVIEW_INVALID_BASE_SIZE_TOO_SMALL',
  quantity_max: 'PREVIEW_INVALID_BASE_SIZE_TOO_LARGE',
  notional_min: 'PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL',
  too_many_orders: 'COMMANDER_REJECTED_NEW_ORDER',
  reduce_only: 'UNSUPPORTED_ORDER_CONFIGURATION',
  insufficient_funds: 'INSUFFICIENT_FUND',
  no_liquidity: 'INVALID_NO_LIQUIDITY',
  would_take: 'INVALID_LIMIT_PRICE_POST_ONLY',
  not_fillable: 'INVALID_NO_LIQUIDITY',
  self_trade: 'COMMANDER_REJECTED_NEW_ORDER',
  book_full: 'COMMANDER_REJECTED_NEW_ORDER',
}
