import type { Exchange } from '@velocimex/core/exchange/exchange'
import { worth } from '@velocimex/core/exchange/exchange-account'
import type { ExchangeTrade } from '@velocimex/core/exchange/exchange-order'
import { formatScaled } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL } from '@velocimex/core/market/side'
import { bestLevels, type SideLevels } from '../../level-changes.ts'
import { averageTicks, type TradeBar, type TradeBars } from '../../trade-bars.ts'
import { type Dialect, INTERVAL_SECONDS } from '../frame-fields.ts'
import { amountText, NumberTexts } from './order-texts.ts'
import { isFailure, type RequestParameters } from './parameters.ts'
import { type Failure, failure } from './venue-failures.ts'

/** What a public call is answered from. */
export interface PublicSources {
  readonly exchange: Exchange
  readonly venue: string
  readonly bars: readonly TradeBars[]
  /** Newest trades by instrument, oldest first; bounded. */
  readonly trades: readonly (readonly ExchangeTrade[])[]
  /** Number of the last change of a book. */
  updateId(instrument: number): number
  now(): number
}

/** Interest by which the venue's funding rate is quoted, in 1e-12: 0.01 % every eight hours. */
export const FUNDING_RATE = 100_000_000
/** Length of a funding period in milliseconds. */
export const FUNDING_PERIOD = 28_800_000

const ms = (at: number): number => Math.floor(at / 1000)

/** Answers of the public REST calls: the value to be told as JSON, or the error. */
export class PublicCalls {
  readonly #dialect: Dialect
  readonly #sources: PublicSources
  readonly #texts: NumberTexts

  constructor(dialect: Dialect, sources: PublicSources) {
    this.#dialect = dialect
    this.#sources = sources
    this.#texts = new NumberTexts(dialect)
  }

  time(): unknown {
    return { serverTime: this.#sources.now() }
  }

  depth(parameters: RequestParameters): unknown | Failure {
    const instrument = this.#instrument(parameters)
    if (isFailure(instrument)) return instrument
    const limit = Math.min(5000, parameters.int('limit', this.#dialect === 'spot' ? 100 : 500))
    const { exchange } = this.#sources
    const rows = (levels: SideLevels): unknown =>
      levels.map(([price, lots]) => [this.#texts.price(instrument, price), this.#texts.lots(instrument, lots)])
    const now = this.#sources.now()
    return {
      lastUpdateId: this.#sources.updateId(instrument.index),
      ...(this.#dialect === 'usdm' ? { E: now, T: now } : {}),
      bids: rows(bestLevels(exchange, instrument.index, BUY, limit)),
      asks: rows(bestLevels(exchange, instrument.index, SELL, limit)),
    }
  }

  trades(parameters: RequestParameters): unknown | Failure {
    const instrument = this.#instrument(parameters)
    if (isFailure(instrument)) return instrument
    const all = this.#sources.trades[instrument.index]!
    return all.slice(-Math.min(1000, parameters.int('limit', 500))).map(trade => ({
      id: trade.id,
      price: this.#texts.price(instrument, trade.price),
      qty: this.#texts.lots(instrument, trade.lots),
      quoteQty: amountText(worth(instrument, trade.price, trade.lots), instrument.settle.decimals),
      time: ms(trade.at),
      isBuyerMaker: trade.takerSide === SELL,
      ...(this.#dialect === 'spot' ? { isBestMatch: true } : {}),
    }))
  }

  aggTrades(parameters: RequestParameters): unknown | Failure {
    const instrument = this.#instrument(parameters)
    if (isFailure(instrument)) return instrument
    const all = this.#sources.trades[instrument.index]!
    return all.slice(-Math.min(1000, parameters.int('limit', 500))).map(trade => ({
      ...{ a: trade.id, p: this.#texts.price(instrument, trade.price), q: this.#texts.lots(instrument, trade.lots) },
      ...{ f: trade.id, l: trade.id, T: ms(trade.at), m: trade.takerSide === SELL, M: true },
    }))
  }

  klines(parameters: RequestParameters): unknown | Failure {
    const instrument = this.#instrument(parameters)
    if (isFailure(instrument)) return instrument
    const name = parameters.get('interval') ?? ''
    const seconds = Object.hasOwn(INTERVAL_SECONDS, name) ? INTERVAL_SECONDS[name]! : 0
    if (seconds < 60) return failure(-1120, 'Invalid interval.')
    const from = parameters.int('startTime', 0) * 1000
    const until = parameters.int('endTime', Number.MAX_SAFE_INTEGER / 1000) * 1000
    const bars = this.#sources.bars[instrument.index]!.of(seconds * 1e6)
    const chosen = bars.filter(({ opensAt }) => opensAt >= from && opensAt <= until)
    return chosen.slice(-Math.min(1500, parameters.int('limit', 500))).map(bar => this.#kline(instrument, bar, seconds))
  }

  bookTicker(parameters: RequestParameters): unknown | Failure {
    return this.#each(parameters, instrument => {
      const { book } = this.#sources.exchange.engine(instrument.index)
      const [bid, ask] = [book.best(BUY), book.best(SELL)]
      const texts = this.#texts
      return {
        symbol: instrument.symbol,
        bidPrice: texts.price(instrument, Number.isFinite(bid) ? bid : 0),
        bidQty: texts.lots(instrument, book.lotsAt(BUY, bid)),
        askPrice: texts.price(instrument, Number.isFinite(ask) ? ask : 0),
        askQty: texts.lots(instrument, book.lotsAt(SELL, ask)),
        ...(this.#dialect === 'usdm' ? { time: this.#sources.now() } : {}),
      }
    })
  }

  price(parameters: RequestParameters): unknown | Failure {
    return this.#each(parameters, instrument => ({
      symbol: instrument.symbol,
      price: this.#texts.price(instrument, this.#sources.exchange.lastPrice(instrument.index)),
    }))
  }

  day(parameters: RequestParameters): unknown | Failure {
    return this.#each(parameters, instrument => dayTicker(this.#dialect, this.#sources, instrument))
  }

  premiumIndex(parameters: RequestParameters): unknown | Failure {
    return this.#each(parameters, instrument => {
      const mark = this.#texts.price(instrument, this.#sources.exchange.mark(instrument.index))
      const now = this.#sources.now()
      return {
        ...{ symbol: instrument.symbol, markPrice: mark, indexPrice: mark, estimatedSettlePrice: mark },
        lastFundingRate: formatScaled(BigInt(FUNDING_RATE / 10_000), 8),
        ...{ interestRate: '0.00010000', nextFundingTime: nextFunding(now), time: now },
      }
    })
  }

  /** The last payment of funding. */
  lastFunding(parameters: RequestParameters): unknown | Failure {
    const all = this.#each(parameters, instrument => ({
      symbol: instrument.symbol,
      fundingRate: formatScaled(BigInt(FUNDING_RATE / 10_000), 8),
      fundingTime: nextFunding(this.#sources.now()) - FUNDING_PERIOD,
      markPrice: this.#texts.price(instrument, this.#sources.exchange.mark(instrument.index)),
    }))
    return isFailure(all) ? all : [all].flat()
  }

  #kline(instrument: Instrument, bar: TradeBar, seconds: number): unknown {
    const price = (ticks: number): string => this.#texts.price(instrument, ticks)
    const opens = ms(bar.opensAt)
    const lots = this.#texts.lots(instrument, bar.lots)
    const bought = this.#texts.lots(instrument, bar.boughtLots)
    const ohlc = [price(bar.open), price(bar.high), price(bar.low), price(bar.close)]
    const { decimals } = instrument.settle
    const [value, boughtValue] = [amountText(bar.value, decimals), amountText(bar.boughtValue, decimals)]
    return [opens, ...ohlc, lots, opens + seconds * 1000 - 1, value, bar.trades, bought, boughtValue, '0']
  }

  #instrument(parameters: RequestParameters): Instrument | Failure {
    return parameters.instrument(this.#sources.exchange.instruments, this.#sources.venue)
  }

  /** One symbol's answer, or those of all as a list. */
  #each(parameters: RequestParameters, tell: (instrument: Instrument) => unknown): unknown | Failure {
    if (parameters.get('symbol') === undefined) return this.#sources.exchange.instruments.all.map(tell)
    const instrument = this.#instrument(parameters)
    return isFailure(instrument) ? instrument : tell(instrument)
  }
}

/** The next instant of funding, milliseconds. */
export const nextFunding = (now: number): number => (Math.floor(now / FUNDING_PERIOD) + 1) * FUNDING_PERIOD

/** Statistics of the day as REST tells them; zeros before the first trade. */
export function dayTicker(dialect: Dialect, sources: PublicSources, instrument: Instrument): Record<string, unknown> {
  const texts = new NumberTexts(dialect)
  const day = sources.bars[instrument.index]!.day()
  const { book } = sources.exchange.engine(instrument.index)
  const price = (ticks: number | undefined): string => texts.price(instrument, Number.isFinite(ticks) ? ticks! : 0)
  const change = day === undefined || day.open === 0 ? 0 : ((day.close - day.open) / day.open) * 100
  const bestOf = (side: 1 | -1): number => book.best(side)
  const touch = {
    bidPrice: price(bestOf(BUY)),
    bidQty: texts.lots(instrument, book.lotsAt(BUY, bestOf(BUY))),
    askPrice: price(bestOf(SELL)),
    askQty: texts.lots(instrument, book.lotsAt(SELL, bestOf(SELL))),
  }
  const now = sources.now()
  const lastQty = texts.lots(instrument, sources.trades[instrument.index]!.at(-1)?.lots ?? 0)
  return {
    ...{
      symbol: instrument.symbol,
      priceChange: price((day?.close ?? 0) - (day?.open ?? 0)),
      priceChangePercent: change.toFixed(3),
    },
    ...{ weightedAvgPrice: price(day && averageTicks(day)), lastPrice: price(day?.close), lastQty },
    ...(dialect === 'spot' ? { prevClosePrice: price(day?.open), ...touch } : {}),
    ...{ openPrice: price(day?.open), highPrice: price(day?.high), lowPrice: price(day?.low) },
    ...{
      volume: texts.lots(instrument, day?.lots ?? 0),
      quoteVolume: amountText(day?.value ?? 0n, instrument.settle.decimals),
    },
    ...{
      openTime: now - 86_400_000,
      closeTime: now,
      firstId: day?.firstTrade ?? -1,
      lastId: day?.lastTrade ?? -1,
      count: day?.trades ?? 0,
    },
  }
}
