import { formatScaled, shortDecimal } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { Dialect } from '../frame-fields.ts'
import { NOT_TRADED } from './contract-stream.ts'
import { NumberTexts } from './order-texts.ts'
import type { RequestParameters } from './parameters.ts'
import type { PublicSources } from './public-calls.ts'
import { type Failure, failure } from './venue-failures.ts'

/** What the venue lists, with its filters and limits. */
export class Listing {
  readonly #dialect: Dialect
  readonly #sources: PublicSources
  readonly #texts: NumberTexts

  constructor(dialect: Dialect, sources: PublicSources) {
    this.#dialect = dialect
    this.#sources = sources
    this.#texts = new NumberTexts(dialect)
  }

  /** The answer to exchangeInfo: of spot for the symbols that are asked for, `symbol` or `symbols`. */
  exchangeInfo(parameters: RequestParameters): unknown | Failure {
    const all = this.#asked(parameters)
    if (all === undefined) return failure(-1121, 'Invalid symbol.')
    const limit = (rateLimitType: string, interval: string, intervalNum: number, count: number) => ({
      ...{ rateLimitType, interval, intervalNum, limit: count },
    })
    const rateLimits =
      this.#dialect === 'spot'
        ? [
            limit('REQUEST_WEIGHT', 'MINUTE', 1, 6000),
            limit('ORDERS', 'SECOND', 10, 50),
            limit('ORDERS', 'DAY', 1, 160_000),
          ]
        : [
            limit('REQUEST_WEIGHT', 'MINUTE', 1, 2400),
            limit('ORDERS', 'SECOND', 10, 300),
            limit('ORDERS', 'MINUTE', 1, 1200),
          ]
    const common = { timezone: 'UTC', serverTime: this.#sources.now(), rateLimits, exchangeFilters: [] }
    if (this.#dialect === 'spot') return { ...common, symbols: all.map(each => this.#spotSymbol(each)) }
    const assets = [...new Set(all.map(({ settle }) => settle.code))]
    return {
      ...common,
      futuresType: 'U_MARGINED',
      assets: assets.map(asset => ({ asset, marginAvailable: true, autoAssetExchange: '-10000' })),
      symbols: all.map(each => this.#usdmSymbol(each)),
    }
  }

  /** All, or those that are named; undefined when one of these is not listed. */
  #asked(parameters: RequestParameters): readonly Instrument[] | undefined {
    const { exchange, venue } = this.#sources
    const one = parameters.get('symbol')
    const many = parameters.get('symbols')
    if (this.#dialect !== 'spot' || (one === undefined && many === undefined)) return exchange.instruments.all
    const names = one === undefined ? many!.replaceAll(/[[\]"\s]/g, '').split(',') : [one]
    const found = names.map(name => exchange.instruments.find(venue, name))
    return found.includes(undefined) ? undefined : (found as readonly Instrument[])
  }

  #filters(instrument: Instrument, texts: NumberTexts) {
    const { bounds } = instrument
    const lots = (count: number | undefined): string => texts.lots(instrument, count ?? 0)
    const price = {
      filterType: 'PRICE_FILTER',
      minPrice: texts.price(instrument, bounds.priceMin ?? 1),
      maxPrice: texts.price(instrument, bounds.priceMax ?? 1e11),
      tickSize: texts.price(instrument, 1),
    }
    const size = { minQty: lots(bounds.quantityMin ?? 1), maxQty: lots(bounds.quantityMax ?? 1e12), stepSize: lots(1) }
    const notional = formatScaled(bounds.notionalMin ?? 0n, instrument.settle.decimals)
    return { price, size, notional }
  }

  #spotSymbol(instrument: Instrument): unknown {
    const { price, size, notional } = this.#filters(instrument, this.#texts)
    const { openOrdersMax } = this.#sources.exchange.terms
    return {
      symbol: instrument.symbol,
      status: this.#sources.exchange.isOpen[instrument.index] ? 'TRADING' : 'BREAK',
      ...{ baseAsset: instrument.base.code, baseAssetPrecision: 8, baseCommissionPrecision: 8 },
      ...{ quoteAsset: instrument.quote.code, quotePrecision: 8, quoteAssetPrecision: 8, quoteCommissionPrecision: 8 },
      orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
      ...{ icebergAllowed: false, ocoAllowed: false, otoAllowed: false, quoteOrderQtyMarketAllowed: true },
      ...{ allowTrailingStop: false, cancelReplaceAllowed: true, amendAllowed: true },
      ...{ isSpotTradingAllowed: true, isMarginTradingAllowed: false },
      filters: [
        price,
        { filterType: 'LOT_SIZE', ...size },
        { filterType: 'MARKET_LOT_SIZE', ...size },
        {
          filterType: 'NOTIONAL',
          minNotional: notional,
          applyMinToMarket: true,
          maxNotional: '900000000.00000000',
          applyMaxToMarket: false,
          avgPriceMins: 0,
        },
        {
          ...{ filterType: 'PERCENT_PRICE_BY_SIDE', bidMultiplierUp: '5', bidMultiplierDown: '0.2' },
          ...{ askMultiplierUp: '5', askMultiplierDown: '0.2', avgPriceMins: 0 },
        },
        { filterType: 'MAX_NUM_ORDERS', maxNumOrders: openOrdersMax },
      ],
      ...{
        permissions: [],
        permissionSets: [['SPOT']],
        defaultSelfTradePreventionMode: 'NONE',
        allowedSelfTradePreventionModes: ['NONE'],
      },
    }
  }

  #usdmSymbol(instrument: Instrument): unknown {
    const { price, size, notional } = this.#filters(instrument, this.#texts)
    return {
      ...{
        symbol: instrument.symbol,
        pair: instrument.symbol,
        contractType: 'PERPETUAL',
        deliveryDate: 4_133_404_800_000,
      },
      ...{
        onboardDate: 1_569_398_400_000,
        status: this.#sources.exchange.isOpen[instrument.index] ? 'TRADING' : NOT_TRADED,
      },
      ...{ maintMarginPercent: '2.5000', requiredMarginPercent: '5.0000', baseAsset: instrument.base.code },
      ...{ quoteAsset: instrument.quote.code, marginAsset: instrument.settle.code },
      ...{ pricePrecision: instrument.price.decimals, quantityPrecision: instrument.quantity.decimals },
      ...{ baseAssetPrecision: 8, quotePrecision: 8, underlyingType: 'COIN', underlyingSubType: [], settlePlan: 0 },
      ...{ triggerProtect: '0.0500', liquidationFee: '0.012000', marketTakeBound: '0.30' },
      filters: [
        price,
        { filterType: 'LOT_SIZE', ...size },
        { filterType: 'MARKET_LOT_SIZE', ...size },
        { filterType: 'MAX_NUM_ORDERS', limit: this.#sources.exchange.terms.openOrdersMax },
        { filterType: 'MIN_NOTIONAL', notional: shortDecimal(notional) },
        { filterType: 'PERCENT_PRICE', multiplierUp: '1.1000', multiplierDown: '0.9000', multiplierDecimal: '4' },
      ],
      orderTypes: ['LIMIT', 'MARKET'],
      timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', 'GTD'],
    }
  }
}
