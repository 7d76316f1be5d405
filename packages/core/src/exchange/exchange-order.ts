import type { Micros } from '../clock/micros.ts'
import type { Instrument } from '../market/instrument.ts'
import type { Side } from '../market/side.ts'
import type { Liquidity } from '../order/fill.ts'
import type { OrderType, TimeInForce } from '../order/order-request.ts'

/** An order as an account hands it to the exchange. Lots and ticks are not trusted: they are checked on arrival. */
export interface NewExchangeOrder {
  readonly clientOrderId: string
  readonly instrument: Instrument
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  /** Ticks; 0 for market orders. */
  readonly price: number
  readonly lots: number
  /** Instant at which what still rests of it ends, microseconds; absent for never. */
  readonly expiresAt?: number
}

/** Why the exchange refuses an order, in order of precedence. Dialects turn it into their venue's code and words. */
export type ExchangeRefusal =
  | 'market_closed'
  | 'duplicate_client_id'
  | 'bad_price'
  | 'price_too_high'
  | 'price_too_low'
  | 'bad_quantity'
  | 'quantity_min'
  | 'quantity_max'
  | 'notional_min'
  | 'too_many_orders'
  | 'reduce_only'
  | 'insufficient_funds'
  | 'no_liquidity'
  | 'would_take'
  | 'not_fillable'
  | 'self_trade'
  | 'book_full'

/** Where an order of an account stands. */
export type ExchangeOrderStatus = 'open' | 'filled' | 'canceled' | 'expired'

/** An order that the exchange took. Everybody but the exchange only reads it. */
export interface ExchangeOrder extends NewExchangeOrder {
  /** The venue's number of it, unique over all accounts. */
  readonly id: number
  readonly account: number
  readonly createdAt: Micros
  price: number
  lots: number
  /** Lots executed. */
  cumulative: number
  /** Value executed, booked units of the settling asset (spot: of the quote). */
  value: bigint
  status: ExchangeOrderStatus
  updatedAt: Micros
}

/** One execution of an account's order. */
export interface ExchangeFill {
  readonly tradeId: number
  readonly order: ExchangeOrder
  readonly price: number
  readonly lots: number
  /** Booked units of `feeAsset`; negative for a rebate. */
  readonly fee: bigint
  readonly feeAsset: string
  readonly liquidity: Liquidity
  /** Profit realised by it, booked units of the settling asset; 0 on spot. */
  readonly realised: bigint
  readonly at: Micros
}

/** One print on the tape of the exchange. */
export interface ExchangeTrade {
  readonly id: number
  readonly instrument: Instrument
  readonly takerSide: Side
  readonly price: number
  readonly lots: number
  readonly at: Micros
}

/** What happened to an order besides executions. */
export type ExchangeOrderEvent = 'accepted' | 'canceled' | 'expired' | 'replaced'

/** Why a balance changed. */
export type BalanceCause = 'order' | 'fill' | 'funding' | 'transfer'

/** Money that no order moved. */
export interface ExchangeFlow {
  /** Of the exchange: no two are the same. */
  readonly id: number
  readonly code: string
  /** Booked units of the asset, positive when the account received it. */
  readonly units: bigint
  /** What funding was paid for, and its rate in 1e-12 of the value; undefined for transfers. */
  readonly funding?: {
    readonly instrument: Instrument
    readonly rate: number
    readonly price: number
    readonly lots: number
  }
}

/** Told what happens, in the order in which it happens. The public part has no accounts in it. */
export interface ExchangeListener {
  onTrade(trade: ExchangeTrade): void
  /** The total at a price changed; read it from the book. */
  onLevel(instrument: Instrument, side: Side, price: number): void
  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void
  /** Told after the account was booked. */
  onFill(fill: ExchangeFill): void
  /**
   * Balances of these assets may have changed, by the event before or by a transfer.
   * @param flow what was paid, for funding and transfers
   */
  onBalance(account: number, assets: readonly string[], cause: BalanceCause, flow?: ExchangeFlow): void
}
