import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { formatOnGrid, formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import type { TradeBar, TradeBars } from '../../trade-bars.ts'
import { formatInstant } from '../../wire/instant-text.ts'
import { lotsText, priceText } from './order-texts.ts'

/** What the public part of the venue reads. */
export interface MarketSources {
  readonly exchange: Exchange
  /** By instrument index. */
  readonly bars: readonly TradeBars[]
  /** Latest trades by instrument index, oldest first. */
  readonly trades: readonly (readonly ExchangeTrade[])[]
}

/** The market as the venue writes it. */
export class MarketTexts {
  readonly #sources: MarketSources

  constructor(sources: MarketSources) {
    this.#sources = sources
  }

  /** A trade: the side is the maker's. */
  trade({ id, instrument, price, lots, takerSide, at }: ExchangeTrade): Record<string, string> {
    return {
      ...{ product_id: instrument.symbol, trade_id: String(id), price: priceText(instrument, price) },
      ...{ size: lotsText(instrument, lots), time: formatInstant(at), side: takerSide === BUY ? 'SELL' : 'BUY' },
    }
  }

  /** Latest trades of a product, newest first. */
  trades(instrument: Instrument, count: number): Record<string, string>[] {
    const all = this.#sources.trades[instrument.index]!
    return all
      .slice(-count)
      .reverse()
      .map(trade => this.trade(trade))
  }

  /** The best levels of a side as rows of text. */
  levels(instrument: Instrument, side: 1 | -1, count: number): { price: string; size: string }[] {
    return bestLevels(this.#sources.exchange, instrument.index, side, count).map(([price, lots]) => ({
      price: priceText(instrument, price),
      size: lotsText(instrument, lots),
    }))
  }

  /** The ticker of a product. @param hasTouch whether the best bid and ask are told */
  ticker(instrument: Instrument, hasTouch: boolean): Record<string, string> {
    const day = this.#sources.bars[instrument.index]!.day()
    const price = (ticks: number | undefined): string => (ticks === undefined ? '' : priceText(instrument, ticks))
    const change = day === undefined ? 0 : (100 * (day.close - day.open)) / day.open
    const [bid, ask] = [this.levels(instrument, BUY, 1)[0], this.levels(instrument, SELL, 1)[0]]
    return {
      ...{ type: 'ticker', product_id: instrument.symbol, price: price(day?.close) },
      ...{ volume_24_h: lotsText(instrument, day?.lots ?? 0), low_24_h: price(day?.low), high_24_h: price(day?.high) },
      ...{ low_52_w: price(day?.low), high_52_w: price(day?.high), price_percent_chg_24_h: change.toFixed(8) },
      ...(hasTouch ? { best_bid: bid?.price ?? '0', best_bid_quantity: bid?.size ?? '0' } : {}),
      ...(hasTouch ? { best_ask: ask?.price ?? '0', best_ask_quantity: ask?.size ?? '0' } : {}),
    }
  }

  /** Candles of a length, oldest first. @param seconds whole minutes */
  candles(instrument: Instrument, seconds: number): Record<string, string>[] {
    return this.#sources.bars[instrument.index]!.of(seconds * 1e6).map(bar => candleText(instrument, bar))
  }

  /** What became of a candle that was told while it was open, or else the newest. @param openAt when it opened, microseconds */
  dueCandle(
    instrument: Instrument,
    seconds: number,
    openAt: number,
  ): { opensAt: number; text: Record<string, string> } | undefined {
    const bar = this.#sources.bars[instrument.index]!.due(seconds * 1e6, openAt)
    return bar && { opensAt: bar.opensAt, text: candleText(instrument, bar) }
  }

  /** A product as the list tells it. */
  product(instrument: Instrument): Record<string, unknown> {
    const { symbol, base, quote, price, quantity, bounds, index } = instrument
    const { exchange } = this.#sources
    const day = this.#sources.bars[index]!.day()
    const step = formatOnGrid(1, price)
    const isOpen = exchange.isOpen[index] === true
    return {
      ...{
        product_id: symbol,
        price: priceText(instrument, exchange.lastPrice(index)),
        base_increment: formatOnGrid(1, quantity),
      },
      ...{
        price_percentage_change_24h: '0',
        volume_24h: lotsText(instrument, day?.lots ?? 0),
        volume_percentage_change_24h: '0',
      },
      ...{ quote_increment: step, price_increment: step, base_min_size: lotsText(instrument, bounds.quantityMin ?? 1) },
      base_max_size: lotsText(instrument, bounds.quantityMax ?? 340_000_000_000),
      ...{
        quote_min_size: formatScaled(bounds.notionalMin ?? 0n, quote.decimals).replace(/\.?0+$/, ''),
        quote_max_size: '150000000',
      },
      ...{
        base_name: base.code,
        quote_name: quote.code,
        watched: false,
        is_disabled: false,
        new: false,
        status: 'online',
      },
      ...{ cancel_only: false, limit_only: false, post_only: false, trading_disabled: !isOpen, auction_mode: false },
      ...{ product_type: 'SPOT', quote_currency_id: quote.code, base_currency_id: base.code, mid_market_price: '' },
      ...{ fcm_trading_session_details: null, alias: '', alias_to: [], base_display_symbol: base.code },
      ...{ quote_display_symbol: quote.code, view_only: false, display_name: symbol, product_venue: 'CBE' },
    }
  }

  /** A product as the status channel tells it. */
  state(instrument: Instrument): Record<string, string> {
    const { symbol, base, quote, price, quantity, index } = instrument
    return {
      ...{ product_type: 'SPOT', id: symbol, base_currency: base.code, quote_currency: quote.code },
      ...{ base_increment: formatOnGrid(1, quantity), quote_increment: formatOnGrid(1, price), display_name: symbol },
      ...{
        status: this.#sources.exchange.isOpen[index] ? 'online' : 'offline',
        status_message: '',
        min_market_funds: '1',
      },
    }
  }
}

function candleText(instrument: Instrument, bar: TradeBar): Record<string, string> {
  const price = (ticks: number): string => priceText(instrument, ticks)
  return {
    ...{ start: String(Math.floor(bar.opensAt / 1e6)), high: price(bar.high), low: price(bar.low) },
    ...{ open: price(bar.open), close: price(bar.close), volume: lotsText(instrument, bar.lots) },
    product_id: instrument.symbol,
  }
}
