import type { ExchangeRefusal } from '@velocimex/core/exchange/exchange-order'
import type { VenueReply } from '../../venue-dialect.ts'

/** An error as the venue words it, `EOrder:Insufficient funds`. */
export class VenueError {
  readonly words: string
  constructor(words: string) {
    this.words = words
  }
}

/** The REST answer that tells a value, or an error: the status is 200 for both. */
export const replied = (value: unknown): VenueReply => ({
  status: 200,
  body:
    value instanceof VenueError
      ? JSON.stringify({ error: [value.words] })
      : JSON.stringify({ error: [], result: value }),
})

/**
 * How the venue words what the exchange refuses (docs.kraken.com, "API error messages"). The words for a duplicate id, for an
 * order that would meet one of its own account and for one that cannot be filled whole are not documented.
 */
const REFUSALS: Readonly<Record<ExchangeRefusal, string>> = {
  market_closed: 'EService:Market in cancel_only mode',
  duplicate_client_id: 'EOrder:Duplicate cl_ord_id',
  bad_price: 'EOrder:Invalid price',
  price_too_high: 'EOrder:Invalid price',
  price_too_low: 'EOrder:Invalid price',
  bad_quantity: 'EGeneral:Invalid arguments:volume',
  quantity_min: 'EOrder:Order minimum not met',
  quantity_max: 'EGeneral:Invalid arguments:volume',
  notional_min: 'EOrder:Cost minimum not met',
  too_many_orders: 'EOrder:Orders limit exceeded',
  reduce_only: 'EOrder:Reduce only:No position exists',
  insufficient_funds: 'EOrder:Insufficient funds',
  no_liquidity: 'EService:Market in post_only mode',
  would_take: 'EOrder:Post only order',
  not_fillable: 'EGeneral:Invalid arguments:timeinforce',
  self_trade: 'EOrder:Invalid order:self trade',
  book_full: 'EService:Busy',
}

/** What the exchange refuses in the venue's words. */
export const refusalOf = (refusal: ExchangeRefusal): VenueError => new VenueError(REFUSALS[refusal])
