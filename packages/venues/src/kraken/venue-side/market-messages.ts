import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import { averageTicks, type TradeBar } from '../../trade-bars.ts'
import { isoText } from '../iso-text.ts'
import type { MarketRecord } from './market-record.ts'
import { Digits, type Writable } from './venue-json.ts'
import { lotsText, priceText } from './venue-texts.ts'

/** What the public channels of v2 say of the market, beside the books. Instants are microseconds. */
export class MarketMessages {
  readonly #market: MarketRecord

  constructor(market: MarketRecord) {
    this.#market = market
  }

  trades(trades: readonly ExchangeTrade[], type: 'snapshot' | 'update'): Writable {
    const data = trades.map(({ instrument, takerSide, price, lots, id, at }) => ({
      ...{ symbol: instrument.symbol, side: takerSide === BUY ? 'buy' : 'sell' },
      ...{ price: this.#price(instrument, price), qty: this.#lots(instrument, lots) },
      ...{ ord_type: 'limit', trade_id: id, timestamp: isoText(at) },
    }))
    return { channel: 'trade', type, data }
  }

  /** The best levels and the last day. A side that is empty is zero. */
  ticker(instrument: Instrument, type: 'snapshot' | 'update', now: number): Writable {
    const { exchange, bars, trades } = this.#market
    const day = bars[instrument.index]!.day()
    const touch = (side: Side): readonly [Digits, Digits] => {
      const [level] = bestLevels(exchange, instrument.index, side, 1)
      return [this.#price(instrument, level?.[0] ?? 0), this.#lots(instrument, level?.[1] ?? 0)]
    }
    const [bid, bid_qty] = touch(BUY)
    const [ask, ask_qty] = touch(SELL)
    const price = (ticks: number | undefined): Digits => this.#price(instrument, ticks ?? 0)
    const last = trades[instrument.index]!.at(-1)?.price
    const change = (last ?? 0) - (day?.open ?? 0)
    const data = {
      ...{ symbol: instrument.symbol, bid, bid_qty, ask, ask_qty, last: price(last) },
      ...{ volume: this.#lots(instrument, day?.lots ?? 0), vwap: this.#average(instrument, day) },
      ...{ low: price(day?.low), high: price(day?.high), change: price(change) },
      ...{ change_pct: new Digits(((change / Math.max(1, day?.open ?? 0)) * 100).toFixed(2)), timestamp: isoText(now) },
    }
    return { channel: 'ticker', type, data: [data] }
  }

  /** Candles of a length in minutes, oldest first. */
  bars(instrument: Instrument, minutes: number, type: 'snapshot' | 'update', now: number): Writable | undefined {
    const all = this.#market.bars[instrument.index]!.of(minutes * 60e6)
    const told = type === 'snapshot' ? all : all.slice(-1)
    if (told.length === 0) return undefined
    const data = told.map(bar => ({
      ...{
        symbol: instrument.symbol,
        open: this.#price(instrument, bar.open),
        high: this.#price(instrument, bar.high),
      },
      ...{ low: this.#price(instrument, bar.low), close: this.#price(instrument, bar.close), trades: bar.trades },
      ...{ volume: this.#lots(instrument, bar.lots), vwap: this.#average(instrument, bar) },
      ...{ interval_begin: isoText(bar.opensAt), interval: minutes, timestamp: isoText(bar.opensAt + minutes * 60e6) },
    }))
    return { channel: 'ohlc', type, timestamp: isoText(now), data }
  }

  /** Number of the last trade of an instrument; 0 for none. */
  lastTrade(instrument: Instrument): number {
    return this.#market.trades[instrument.index]!.at(-1)?.id ?? 0
  }

  /** The last fifty trades, oldest first. */
  recent(instrument: Instrument): readonly ExchangeTrade[] {
    return this.#market.trades[instrument.index]!.slice(-50)
  }

  /** What is listed, or what has changed of it. */
  instruments(changed?: readonly Instrument[]): Writable {
    const { instruments, isOpen } = this.#market.exchange
    const listed = changed ?? instruments.all
    const assets = [...new Set(instruments.all.flatMap(({ base, quote }) => [base.code, quote.code]))].map(id => ({
      ...{ id, status: 'enabled', precision: 10, precision_display: 5, borrowable: false, collateral_value: 0 },
    }))
    const pairs = listed.map(({ symbol, base, quote, price, quantity, bounds, settle, index }) => ({
      ...{ symbol, base: base.code, quote: quote.code, status: isOpen[index] ? 'online' : 'cancel_only' },
      ...{ qty_precision: quantity.decimals, qty_increment: new Digits(formatOnGrid(1, quantity)) },
      ...{ price_precision: price.decimals, price_increment: new Digits(formatOnGrid(1, price)), cost_precision: 5 },
      cost_min: formatScaled(bounds.notionalMin ?? 0n, settle.decimals),
      qty_min: new Digits(formatOnGrid(bounds.quantityMin ?? 1, quantity)),
      ...{ marginable: false, has_index: true, tick_size: new Digits(formatOnGrid(1, price)) },
    }))
    if (changed !== undefined) return { channel: 'instrument', type: 'update', data: { assets: [], pairs } }
    return { channel: 'instrument', type: 'snapshot', data: { assets, pairs } }
  }

  #price(instrument: Instrument, ticks: number): Digits {
    return new Digits(priceText(instrument, ticks))
  }

  #lots(instrument: Instrument, lots: number): Digits {
    return new Digits(lotsText(instrument, lots))
  }

  #average(instrument: Instrument, bar: TradeBar | undefined): Digits {
    return this.#price(instrument, bar === undefined ? 0 : averageTicks(bar))
  }
}
