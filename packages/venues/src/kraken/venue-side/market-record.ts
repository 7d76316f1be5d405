import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { TradeBars } from '../../trade-bars.ts'

const TRADES_KEPT = 1000

/** What the venue remembers of its market: the last trades and the bars of each instrument. */
export class MarketRecord {
  readonly exchange: Exchange
  readonly trades: readonly ExchangeTrade[][]
  readonly bars: readonly TradeBars[]

  constructor(exchange: Exchange) {
    const { all } = exchange.instruments
    this.exchange = exchange
    this.trades = all.map(() => [])
    this.bars = all.map(() => new TradeBars())
  }

  take(trade: ExchangeTrade): void {
    const trades = this.trades[trade.instrument.index]!
    trades.push(trade)
    if (trades.length > TRADES_KEPT) trades.shift()
    this.bars[trade.instrument.index]!.take(trade)
  }
}
