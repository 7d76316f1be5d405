import type { ExchangeRefusal } from '@velocimex/core/exchange/exchange-order'

/** An error of JSON-RPC as the venue tells it. */
export class RpcError {
  readonly code: number
  readonly message: string
  readonly data: object | undefined

  constructor(code: number, message: string, data?: object) {
    this.code = code
    this.message = message
    this.data = data
  }

  /** As it stands in an answer. */
  toJSON(): object {
    return { message: this.message, ...(this.data === undefined ? {} : { data: this.data }), code: this.code }
  }
}

/** A parameter that is missing or no good. */
export const badParameter = (words: string): RpcError =>
  new RpcError(-32602, 'Invalid params', { reason: words, param: words.split(':')[0] })

const REFUSALS: Readonly<Record<ExchangeRefusal, readonly [number, string]>> = {
  market_closed: [10012, 'book_closed'],
  duplicate_client_id: [11030, 'other_reject duplicate'],
  bad_price: [10023, 'invalid_price'],
  price_too_high: [10007, 'price_too_high'],
  price_too_low: [10005, 'price_too_low'],
  bad_quantity: [10021, 'invalid_amount'],
  quantity_min: [10002, 'qty_too_low'],
  quantity_max: [10021, 'invalid_amount'],
  notional_min: [10002, 'qty_too_low'],
  too_many_orders: [10038, 'max_open_orders'],
  reduce_only: [11030, 'other_reject reduce_only'],
  insufficient_funds: [10009, 'not_enough_funds'],
  no_liquidity: [11030, 'other_reject no_liquidity'],
  would_take: [11054, 'post_only_reject'],
  not_fillable: [11030, 'other_reject fill_or_kill'],
  self_trade: [10003, 'order_overlap'],
  book_full: [10047, 'matching_engine_queue_full'],
}

/** How the venue words what the exchange refuses. */
export const refusalOf = (refusal: ExchangeRefusal): RpcError => new RpcError(...REFUSALS[refusal])
