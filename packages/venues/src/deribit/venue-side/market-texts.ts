import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { boundsAt } from '@velocimex/core/exchange/price-band'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import type { TradeBar, TradeBars } from '../../trade-bars.ts'
import { priceIndexOf } from '../price-index.ts'
import { amountOf, millisOf, priceOf, tradeIdOf } from './order-texts.ts'

const RATE_UNIT = 1e8
/** The year 3000: what does not expire. */
const NEVER = 32_503_708_800_000
/** The rate of funding for eight hours that a quiet market has. */
export const FUNDING_RATE = 0.0001

/** What the public part of the venue reads. */
export interface MarketSources {
  readonly exchange: Exchange
  readonly bars: readonly TradeBars[]
  /** Latest trades by instrument index, oldest first. */
  readonly trades: readonly (readonly ExchangeTrade[])[]
  /** Number of the last change of a book. */
  changeId(instrument: number): number
  /** Milliseconds. */
  now(): number
}

/** The market as the venue writes it. */
export class MarketTexts {
  readonly sources: MarketSources

  constructor(sources: MarketSources) {
    this.sources = sources
  }

  /** A print: the direction is the taker's. */
  trade({ id, instrument, price, lots, takerSide, at }: ExchangeTrade): Record<string, unknown> {
    const mark = this.mark(instrument)
    return {
      ...{
        timestamp: millisOf(at),
        price: priceOf(instrument, price),
        amount: amountOf(instrument, lots),
        contracts: lots,
      },
      ...{ direction: takerSide === BUY ? 'buy' : 'sell', index_price: mark, mark_price: mark, tick_direction: 1 },
      ...{ instrument_name: instrument.symbol, trade_seq: id, trade_id: tradeIdOf(instrument, id) },
    }
  }

  /** `public/status`: which indices are locked. */
  locks(): Record<string, unknown> {
    const { instruments, isOpen } = this.sources.exchange
    const locked = instruments.all.filter(({ index }) => !isOpen[index])
    const extent = locked.length === 0 ? 'false' : locked.length === instruments.all.length ? 'true' : 'partial'
    return { locked: extent, locked_indices: [...new Set(locked.map(({ symbol }) => priceIndexOf(symbol)))] }
  }

  /** Price by which positions are valued; here the index too. */
  mark(instrument: Instrument): number {
    return priceOf(instrument, this.sources.exchange.mark(instrument.index))
  }

  /** `[price, amount]` of the best levels of a side. */
  levels(instrument: Instrument, side: Side, count: number): [number, number][] {
    const levels = bestLevels(this.sources.exchange, instrument.index, side, count)
    return levels.map(([price, lots]) => [priceOf(instrument, price), amountOf(instrument, lots)])
  }

  /** The best bid and ask; 0 for an empty side. */
  touch(instrument: Instrument): Record<string, number> {
    const [bid, ask] = [this.levels(instrument, BUY, 1)[0], this.levels(instrument, SELL, 1)[0]]
    return {
      ...{ best_bid_price: bid?.[0] ?? 0, best_bid_amount: bid?.[1] ?? 0 },
      ...{ best_ask_price: ask?.[0] ?? 0, best_ask_amount: ask?.[1] ?? 0 },
    }
  }

  ticker(instrument: Instrument): Record<string, unknown> {
    const mark = this.mark(instrument)
    const day = this.sources.bars[instrument.index]!.day()
    const last = this.sources.exchange.lastPrice(instrument.index)
    const price = (ticks: number | undefined): number | null =>
      ticks === undefined ? null : priceOf(instrument, ticks)
    const perpetual = { current_funding: FUNDING_RATE, funding_8h: FUNDING_RATE, interest_value: 0 }
    return {
      ...{ timestamp: this.sources.now(), state: this.sources.exchange.isOpen[instrument.index] ? 'open' : 'locked' },
      stats: {
        high: price(day?.high),
        low: price(day?.low),
        price_change: day === undefined ? 0 : Math.round(((day.close - day.open) / day.open) * 1e6) / 1e4,
        volume: amountOf(instrument, day?.lots ?? 0),
      },
      ...{
        instrument_name: instrument.symbol,
        index_price: mark,
        mark_price: mark,
        last_price: last === 0 ? null : priceOf(instrument, last),
      },
      ...{ settlement_price: mark, ...this.#limits(instrument), open_interest: 0 },
      ...{ estimated_delivery_price: mark, ...this.touch(instrument) },
      ...(instrument.kind === 'perpetual' ? perpetual : {}),
    }
  }

  /** Buys above and sells below are refused. */
  #limits(instrument: Instrument): Record<string, number> {
    const { exchange } = this.sources
    const { buy, sell } = boundsAt(exchange.terms.bands, instrument, exchange.mark(instrument.index))
    return { min_price: priceOf(instrument, sell.min), max_price: priceOf(instrument, buy.max) }
  }

  /** A row of `public/get_book_summary_by_currency`. */
  summary(instrument: Instrument): Record<string, unknown> {
    const { stats, best_bid_price, best_ask_price, last_price, ...ticker } = this.ticker(instrument)
    const { high, low, volume, price_change } = stats as Record<string, number | null>
    const [bid_price, ask_price] = [best_bid_price, best_ask_price].map(price => Number(price) || null)
    const mid_price = bid_price == null || ask_price == null ? null : (bid_price + ask_price) / 2
    return {
      ...{ instrument_name: instrument.symbol, base_currency: instrument.base.code, volume_usd: volume, volume },
      ...{ quote_currency: instrument.quote.code, high, low, last: last_price, bid_price, ask_price, mid_price },
      ...{ mark_price: ticker['mark_price'], open_interest: 0, price_change, creation_timestamp: this.sources.now() },
      ...{ estimated_delivery_price: ticker['estimated_delivery_price'], current_funding: ticker['current_funding'] },
      funding_8h: ticker['funding_8h'],
    }
  }

  /** `public/get_order_book` */
  book(instrument: Instrument, depth: number): Record<string, unknown> {
    const [bids, asks] = ([BUY, SELL] as const).map(side => this.levels(instrument, side, depth))
    return { ...this.ticker(instrument), change_id: this.sources.changeId(instrument.index), bids, asks }
  }

  /** Bars of a length, oldest first. @param seconds whole minutes */
  bars(instrument: Instrument, seconds: number): Record<string, number>[] {
    return this.sources.bars[instrument.index]!.of(seconds * 1e6).map(bar => this.#bar(instrument, bar))
  }

  /** What became of a bar that was told while it was open, or else the newest. @param openAt when it opened, microseconds */
  dueBar(instrument: Instrument, seconds: number, openAt: number): Record<string, number> | undefined {
    const bar = this.sources.bars[instrument.index]!.due(seconds * 1e6, openAt)
    return bar && this.#bar(instrument, bar)
  }

  #bar(instrument: Instrument, bar: TradeBar): Record<string, number> {
    const close = priceOf(instrument, bar.close)
    const amount = amountOf(instrument, bar.lots)
    const isInverse = instrument.contract.kind === 'inverse'
    const value = Number(bar.value) / 10 ** instrument.settle.decimals
    return {
      ...{ tick: millisOf(bar.opensAt), open: priceOf(instrument, bar.open), high: priceOf(instrument, bar.high) },
      ...{ low: priceOf(instrument, bar.low), close, volume: isInverse ? value : amount },
      cost: isInverse ? amount : value,
    }
  }

  /** An instrument as the list tells it. */
  instrument(instrument: Instrument): Record<string, unknown> {
    const { symbol, base, quote, settle, fees, bounds, index, contract, kind } = instrument
    const isInverse = contract.kind === 'inverse'
    return {
      ...{ price_index: `${base.code}_${quote.code}`.toLowerCase(), kind: kind === 'spot' ? 'spot' : 'future' },
      ...{ instrument_name: symbol, max_leverage: 50, maker_commission: fees.maker / RATE_UNIT },
      ...{ taker_commission: fees.taker / RATE_UNIT, instrument_type: isInverse ? 'reversed' : 'linear' },
      ...{ expiration_timestamp: NEVER, creation_timestamp: 1_534_167_754_000, is_active: true },
      ...{ tick_size: priceOf(instrument, 1), tick_size_steps: [], contract_size: amountOf(instrument, 1) },
      ...{ instrument_id: 100_000 + index, min_trade_amount: amountOf(instrument, bounds.quantityMin ?? 1) },
      ...{ settlement_currency: settle.code, base_currency: base.code, quote_currency: quote.code },
      ...{ counter_currency: quote.code, state: this.sources.exchange.isOpen[index] ? 'open' : 'locked' },
      ...(kind === 'spot' ? {} : { settlement_period: 'perpetual', future_type: isInverse ? 'reversed' : 'linear' }),
    }
  }
}
