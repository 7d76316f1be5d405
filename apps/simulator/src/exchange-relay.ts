import type {
  BalanceCause,
  ExchangeFill,
  ExchangeFlow,
  ExchangeListener,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Side } from '@velocimex/core/market/side'

/** Hands on what an exchange tells: the exchange is made before the dialect that listens to it. */
export class ExchangeRelay implements ExchangeListener {
  /** Who listens; nobody until it is set. */
  target: ExchangeListener | undefined

  onTrade(trade: ExchangeTrade): void {
    this.target?.onTrade(trade)
  }
  onLevel(instrument: Instrument, side: Side, price: number): void {
    this.target?.onLevel(instrument, side, price)
  }
  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.target?.onOrder(event, order)
  }
  onFill(fill: ExchangeFill): void {
    this.target?.onFill(fill)
  }
  onBalance(account: number, assets: readonly string[], cause: BalanceCause, flow?: ExchangeFlow): void {
    this.target?.onBalance(account, assets, cause, flow)
  }
}
