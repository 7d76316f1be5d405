import type { Exchange } from '@velocimex/core/exchange/exchange'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import type { TradeBar, TradeBars } from '../../trade-bars.ts'
import type { Category } from '../frame-fields.ts'
import { amountText, type OrderTexts } from './order-texts.ts'
import type { OwnInstruments } from './own-instruments.ts'

/** What public calls and topics are told from. */
export interface MarketSources {
  readonly category: Category
  readonly own: OwnInstruments
  readonly exchange: Exchange
  readonly texts: OrderTexts
  readonly bars: readonly TradeBars[]
  /** Newest trades by instrument, oldest first; bounded. */
  readonly trades: readonly (readonly ExchangeTrade[])[]
  /** Number of the last change of a book, comparable over its topics. */
  sequence(instrument: number): number
  /** Milliseconds. */
  now(): number
}

/** Interest by which the venue's funding rate is quoted, in 1e-12: 0.01 % every eight hours. */
export const FUNDING_RATE = 100_000_000
const FUNDING_PERIOD_MS = 28_800_000

/** The next instant of funding, milliseconds. */
export const nextFunding = (now: number): number => (Math.floor(now / FUNDING_PERIOD_MS) + 1) * FUNDING_PERIOD_MS

/** The instrument's statistics, best quote and mark, as tickers tell them; empty text for what is not there. */
export function tickerOf(sources: MarketSources, instrument: Instrument): Record<string, string> {
  const { exchange, texts, category } = sources
  const day = sources.bars[instrument.index]!.day()
  const { book } = exchange.engine(instrument.index)
  const price = (ticks: number | undefined): string =>
    ticks !== undefined && Number.isFinite(ticks) && ticks > 0 ? texts.price(instrument, ticks) : ''
  const [bid, ask] = [book.best(BUY), book.best(SELL)]
  const size = (side: 1 | -1, at: number): string =>
    Number.isFinite(at) ? texts.lots(instrument, book.lotsAt(side, at)) : ''
  const change = day === undefined || day.open === 0 ? 0 : (day.close - day.open) / day.open
  const statistics = {
    symbol: instrument.symbol,
    ...{ lastPrice: price(exchange.lastPrice(instrument.index)), highPrice24h: price(day?.high) },
    ...{ lowPrice24h: price(day?.low), prevPrice24h: price(day?.open), price24hPcnt: change.toFixed(6) },
    ...{ volume24h: texts.lots(instrument, day?.lots ?? 0), turnover24h: turnover(instrument, day?.value ?? 0n) },
  }
  const touch = { bid1Price: price(bid), bid1Size: size(BUY, bid), ask1Price: price(ask), ask1Size: size(SELL, ask) }
  if (category === 'spot') return { ...statistics, ...touch, usdIndexPrice: '' }
  const mark = price(exchange.mark(instrument.index))
  return {
    ...statistics,
    ...{ tickDirection: 'ZeroPlusTick', prevPrice1h: price(day?.open), markPrice: mark, indexPrice: mark },
    ...{ openInterest: '0', openInterestValue: '0', fundingIntervalHour: '8', fundingCap: '0.005' },
    ...{ nextFundingTime: String(nextFunding(sources.now())), fundingRate: formatScaled(BigInt(FUNDING_RATE), 12) },
    ...touch,
  }
}

/** Money that changed hands, in the quote coin. */
const turnover = ({ settle }: Instrument, value: bigint): string => amountText(value, settle.decimals)

/** A bar as rows tell it: open, high, low, close, volume, turnover. */
export const barTexts = ({ texts }: MarketSources, instrument: Instrument, bar: TradeBar): readonly string[] => [
  ...[bar.open, bar.high, bar.low, bar.close].map(ticks => texts.price(instrument, ticks)),
  texts.lots(instrument, bar.lots),
  turnover(instrument, bar.value),
]
