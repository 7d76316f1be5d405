import { boundsAt } from '@velocimex/core/exchange/price-band'
import { formatScaled, shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import { BUY, SELL, type Side } from '@velocimex/core/market/side'
import { bestLevels } from '../../level-changes.ts'
import { type Category, INTERVAL_SECONDS } from '../frame-fields.ts'
import { barTexts, FUNDING_RATE, type MarketSources, tickerOf } from './market-sources.ts'
import { sideWord } from './order-texts.ts'
import type { RequestValues } from './request-values.ts'
import { badParameter, type Failure, isFailure } from './venue-failures.ts'

const CATEGORIES = ['spot', 'linear', 'inverse', 'option']
const MAX = { price: 1e11, lots: 1e12 } as const

/** The empty list of a category that the venue has and we have not, which clients ask about as well; else undefined. */
export function listElsewhere(own: Category, values: RequestValues): unknown {
  const category = values.get('category') ?? ''
  return category !== own && CATEGORIES.includes(category) ? { category, list: [], nextPageCursor: '' } : undefined
}

/** Answers of the public REST calls: the value to be told as `result`, or the error. */
export class PublicCalls {
  readonly #sources: MarketSources

  constructor(sources: MarketSources) {
    this.#sources = sources
  }

  time(): unknown {
    const now = this.#sources.now()
    return { timeSecond: String(Math.floor(now / 1000)), timeNano: `${now}000000` }
  }

  /** The other categories of the venue are there, and empty: clients load all of them at the start. */
  instruments(values: RequestValues): unknown | Failure {
    const { category } = this.#sources
    const elsewhere = listElsewhere(category, values)
    if (elsewhere !== undefined) return elsewhere
    const chosen = this.#chosen(values)
    if (isFailure(chosen)) return chosen
    const list = chosen.map(instrument => (category === 'spot' ? this.#spot(instrument) : this.#linear(instrument)))
    return { category, list, ...(category === 'linear' ? { nextPageCursor: '' } : {}) }
  }

  orderbook(values: RequestValues): unknown | Failure {
    const instrument = this.#one(values)
    if (isFailure(instrument)) return instrument
    const { category, exchange, texts, now } = this.#sources
    const limit = Math.max(1, values.int('limit', category === 'spot' ? 1 : 25, 1000))
    const rows = (side: Side): unknown =>
      bestLevels(exchange, instrument.index, side, limit).map(([price, lots]) => [
        texts.price(instrument, price),
        texts.lots(instrument, lots),
      ])
    const seq = this.#sources.sequence(instrument.index)
    return { s: instrument.symbol, b: rows(BUY), a: rows(SELL), ts: now(), u: seq, seq, cts: now() }
  }

  tickers(values: RequestValues): unknown | Failure {
    const chosen = this.#chosen(values)
    if (isFailure(chosen)) return chosen
    const { category } = this.#sources
    return { category, list: chosen.map(instrument => tickerOf(this.#sources, instrument)) }
  }

  /** Newest first. */
  klines(values: RequestValues): unknown | Failure {
    const instrument = this.#one(values)
    if (isFailure(instrument)) return instrument
    const name = values.get('interval') ?? ''
    const seconds = Object.hasOwn(INTERVAL_SECONDS, name) ? INTERVAL_SECONDS[name]! : 0
    if (seconds === 0) return badParameter('interval')
    const from = values.int('start', 0) * 1000
    const until = values.int('end', Number.MAX_SAFE_INTEGER / 1000) * 1000
    const bars = this.#sources.bars[instrument.index]!.of(seconds * 1e6).filter(
      ({ opensAt }) => opensAt >= from && opensAt <= until,
    )
    const list = bars
      .slice(-Math.max(1, values.int('limit', 200, 1000)))
      .map(bar => [String(Math.floor(bar.opensAt / 1000)), ...barTexts(this.#sources, instrument, bar)])
    return { symbol: instrument.symbol, category: this.#sources.category, list: list.toReversed() }
  }

  /** Newest first. */
  trades(values: RequestValues): unknown | Failure {
    const instrument = this.#one(values)
    if (isFailure(instrument)) return instrument
    const { texts, category } = this.#sources
    const newest = this.#sources.trades[instrument.index]!.slice(-Math.max(1, values.int('limit', 60, 1000)))
    const list = newest.toReversed().map(({ id, price, lots, takerSide, at }) => ({
      ...{ execId: texts.tradeId(id), symbol: instrument.symbol, price: texts.price(instrument, price) },
      ...{ size: texts.lots(instrument, lots), side: sideWord(takerSide), time: String(Math.floor(at / 1000)) },
      ...{ isBlockTrade: false, isRPITrade: false, seq: String(id) },
    }))
    return { category, list }
  }

  fundingHistory(values: RequestValues): unknown | Failure {
    const instrument = this.#one(values)
    if (isFailure(instrument)) return instrument
    const fundingRate = formatScaled(BigInt(FUNDING_RATE), 12)
    const last = Math.floor(this.#sources.now() / 28_800_000) * 28_800_000
    const row = { symbol: instrument.symbol, fundingRate, fundingRateTimestamp: String(last) }
    return { category: this.#sources.category, list: [row] }
  }

  priceLimit(values: RequestValues): unknown | Failure {
    const instrument = this.#one(values)
    if (isFailure(instrument)) return instrument
    const { exchange, texts, now } = this.#sources
    const mark = exchange.mark(instrument.index)
    const { buy, sell } = boundsAt(exchange.terms.bands, instrument, mark)
    const limits = { buyLmt: texts.price(instrument, buy.max), sellLmt: texts.price(instrument, sell.min) }
    return { symbol: instrument.symbol, ...limits, ts: String(now()) }
  }

  #one(values: RequestValues): Instrument | Failure {
    const { category, own } = this.#sources
    return values.category(category) ?? values.instrument(category, own)
  }

  #chosen(values: RequestValues): readonly Instrument[] | Failure {
    if (values.get('symbol') === undefined) return values.category(this.#sources.category) ?? this.#sources.own.all
    const one = this.#one(values)
    return isFailure(one) ? one : [one]
  }

  #common(instrument: Instrument): Record<string, unknown> {
    const { exchange } = this.#sources
    const status = exchange.isOpen[instrument.index] ? 'Trading' : 'Closed'
    const names = { symbol: instrument.symbol, symbolId: instrument.index + 1, status, symbolType: '' }
    return { ...names, baseCoin: instrument.base.code, quoteCoin: instrument.quote.code }
  }

  /** Bounds in decimal texts; an absent one is a number that no order reaches. */
  #bounds(instrument: Instrument) {
    const { bounds, settle } = instrument
    const { texts } = this.#sources
    const price = (ticks: number): string => texts.price(instrument, ticks)
    const lots = (count: number): string => texts.lots(instrument, count)
    const quantityMax = bounds.quantityMax ?? MAX.lots
    return {
      ...{ minPrice: price(bounds.priceMin ?? 1), maxPrice: price(bounds.priceMax ?? MAX.price), tickSize: price(1) },
      ...{ step: lots(1), minQty: lots(bounds.quantityMin ?? 1), maxQty: lots(quantityMax) },
      maxMarketQty: lots(bounds.marketQuantityMax ?? quantityMax),
      least: shortDecimal(formatScaled(bounds.notionalMin ?? 0n, settle.decimals)),
    }
  }

  #linear(instrument: Instrument): unknown {
    const { minPrice, maxPrice, tickSize, step, minQty, maxQty, maxMarketQty, least } = this.#bounds(instrument)
    const isFuture = instrument.kind === 'future'
    return {
      ...this.#common(instrument),
      contractType: isFuture ? 'LinearFutures' : 'LinearPerpetual',
      ...{ launchTime: '1585526400000', deliveryTime: '0', deliveryFeeRate: '' },
      priceScale: String(instrument.price.decimals),
      leverageFilter: { minLeverage: '1', maxLeverage: '100.00', leverageStep: '0.01' },
      priceFilter: { minPrice, maxPrice, tickSize },
      lotSizeFilter: {
        ...{ maxOrderQty: maxQty, minOrderQty: minQty, qtyStep: step, postOnlyMaxOrderQty: maxQty },
        ...{ maxMktOrderQty: maxMarketQty, minNotionalValue: least === '' ? '0' : least },
      },
      ...{ unifiedMarginTrade: true, fundingInterval: 480, settleCoin: instrument.settle.code, copyTrading: 'none' },
      ...{ upperFundingRate: '0.005', lowerFundingRate: '-0.005', isPreListing: false, preListingInfo: null },
      riskParameters: { priceLimitRatioX: '0.05', priceLimitRatioY: '0.1' },
      displayName: '',
    }
  }

  #spot(instrument: Instrument): unknown {
    const { tickSize, step, minQty, maxQty, maxMarketQty, least } = this.#bounds(instrument)
    return {
      ...this.#common(instrument),
      ...{ innovation: '0', marginTrading: 'none', stTag: '0' },
      lotSizeFilter: {
        ...{ basePrecision: step, quotePrecision: '0.00000001', minOrderQty: minQty, maxOrderQty: maxQty },
        ...{ minOrderAmt: least === '' ? '0' : least, maxOrderAmt: '8000000', maxLimitOrderQty: maxQty },
        ...{ maxMarketOrderQty: maxMarketQty, postOnlyMaxLimitOrderSize: maxQty },
      },
      priceFilter: { tickSize },
      riskParameters: { priceLimitRatioX: '0.05', priceLimitRatioY: '0.1' },
    }
  }
}
