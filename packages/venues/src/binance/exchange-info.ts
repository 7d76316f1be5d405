import { type Grid, gridOfStep } from '@velocimex/core/market/grid'
import type { OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import type { InstrumentDraft } from '../draft-instrument.ts'
import { listedBounds } from '../listed-bounds.ts'
import { listedInstruments } from '../listed-instruments.ts'
import type { ParsedInstruments } from '../market-venue.ts'
import { isJsonFields, type JsonFields, objectIn } from '../wire/json-object.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'

/**
 * Instruments of an exchangeInfo answer (`GET /api/v3/exchangeInfo`, `GET /fapi/v1/exchangeInfo`). A symbol that is not
 * whole is skipped and named with the field at fault; it is never half read.
 */
export function parseExchangeInfo(
  dialect: Dialect,
  venue: string,
  text: string,
): Result<ParsedInstruments, 'malformed'> {
  const symbols = objectIn(text)?.['symbols']
  if (!Array.isArray(symbols)) return refuse('malformed')
  return ok(
    listedInstruments(
      symbols,
      'symbol',
      row => readSymbol(dialect, row),
      (index, draft) => makeInstrument(dialect, venue, index, draft),
    ),
  )
}

/** @returns the draft, or the field at fault in words */
function readSymbol(dialect: Dialect, entry: JsonFields): InstrumentDraft | string {
  const names = ['symbol', 'baseAsset', 'quoteAsset'].map(key => entry[key])
  if (names.some(name => typeof name !== 'string' || !/^[^\s"\\@]{1,40}$/.test(name)))
    return 'symbol, baseAsset or quoteAsset'
  const [symbol, base, quote] = names as [string, string, string]
  const filters = entry['filters']
  if (!Array.isArray(filters)) return 'filters'
  const filter = (type: string): JsonFields | undefined =>
    filters.find(each => isJsonFields(each) && each['filterType'] === type)
  const price = gridOfStep(String(filter('PRICE_FILTER')?.['tickSize']))
  if (price === undefined || price.decimals > 12) return 'PRICE_FILTER.tickSize'
  const quantity = gridOfStep(String(filter('LOT_SIZE')?.['stepSize']))
  if (quantity === undefined || quantity.decimals > 12) return 'LOT_SIZE.stepSize'
  const bounds = readBounds(filter, price, quantity)
  const contractType = String(entry['contractType'] ?? '')
  const settle = dialect === 'spot' ? quote : String(entry['marginAsset'] ?? quote)
  const perpetual = contractType === 'PERPETUAL' || contractType === 'TRADIFI_PERPETUAL' || !symbol.includes('_')
  const kind = dialect === 'spot' ? 'spot' : perpetual ? 'perpetual' : 'future'
  const expiry = kind === 'future' ? (symbol.split('_')[1] ?? '') : ''
  return { symbol, base, quote, settle, kind, expiry, price, quantity, bounds, grids: 'published' }
}

function readBounds(filter: (type: string) => JsonFields | undefined, price: Grid, quantity: Grid): OrderBounds {
  const prices = filter('PRICE_FILTER')
  const lots = filter('LOT_SIZE')
  const market = filter('MARKET_LOT_SIZE')
  const notional =
    filter('NOTIONAL')?.['minNotional'] ??
    filter('MIN_NOTIONAL')?.['minNotional'] ??
    filter('MIN_NOTIONAL')?.['notional']
  const texts = {
    priceMin: prices?.['minPrice'],
    priceMax: prices?.['maxPrice'],
    quantityMin: lots?.['minQty'],
    quantityMax: lots?.['maxQty'],
    marketQuantityMax: market?.['maxQty'],
    notionalMin: notional,
  }
  return listedBounds(texts, price, quantity)
}
