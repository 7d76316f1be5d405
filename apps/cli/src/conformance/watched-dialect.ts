import type { Micros } from '@velocimex/core/clock/micros'
import type {
  BalanceCause,
  ExchangeFill,
  ExchangeFlow,
  ExchangeOrder,
  ExchangeOrderEvent,
  ExchangeTrade,
} from '@velocimex/core/exchange/exchange-order'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Side } from '@velocimex/core/market/side'
import type {
  ClientRequest,
  ClientSocket,
  SocketSession,
  VenueDialect,
  VenueReply,
} from '@velocimex/venues/venue-dialect'

const TRADES_MAX = 100_000

/** A dialect whose trades are written down beside it: what really happened, for whoever compares. */
export class WatchedDialect implements VenueDialect {
  /** Oldest first; the first 100,000. */
  readonly trades: ExchangeTrade[] = []
  readonly #dialect: VenueDialect

  constructor(dialect: VenueDialect) {
    this.#dialect = dialect
  }

  answer(request: ClientRequest): VenueReply {
    return this.#dialect.answer(request)
  }
  open(path: string, query: string, socket: ClientSocket): SocketSession | undefined {
    return this.#dialect.open(path, query, socket)
  }
  tick(now: Micros): void {
    this.#dialect.tick(now)
  }
  onTrade(trade: ExchangeTrade): void {
    if (this.trades.length < TRADES_MAX) this.trades.push(trade)
    this.#dialect.onTrade(trade)
  }
  onLevel(instrument: Instrument, side: Side, price: number): void {
    this.#dialect.onLevel(instrument, side, price)
  }
  onOrder(event: ExchangeOrderEvent, order: ExchangeOrder): void {
    this.#dialect.onOrder(event, order)
  }
  onFill(fill: ExchangeFill): void {
    this.#dialect.onFill(fill)
  }
  onBalance(account: number, assets: readonly string[], cause: BalanceCause, flow?: ExchangeFlow): void {
    this.#dialect.onBalance(account, assets, cause, flow)
  }
}
