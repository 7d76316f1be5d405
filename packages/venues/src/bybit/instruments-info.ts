import { type Grid, gridOfStep } from '@velocimex/core/market/grid'
import type { OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import type { InstrumentDraft } from '../draft-instrument.ts'
import { listedBounds } from '../listed-bounds.ts'
import { listedInstruments } from '../listed-instruments.ts'
import type { ParsedInstruments } from '../market-venue.ts'
import { isJsonFields, type JsonFields, objectIn } from '../wire/json-object.ts'
import type { Category } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { splitSymbol } from './symbols.ts'

/** More decimals than any unit of account is booked in. */
const DECIMALS_MAX = 15

/**
 * Instruments of one page of `GET /v5/market/instruments-info` of a category. A symbol that is not whole is skipped and
 * named with the field at fault; it is never half read. An answer of another category is refused.
 */
export function parseInstrumentsInfo(
  category: Category,
  venue: string,
  text: string,
): Result<ParsedInstruments, 'malformed'> {
  const answer = objectIn(text)
  const result = answer?.['retCode'] === 0 ? answer['result'] : undefined
  const list = isJsonFields(result) ? result['list'] : undefined
  if (!isJsonFields(result) || !Array.isArray(list)) return refuse('malformed')
  if ((result['category'] ?? categoryOf(list[0])) !== category) return refuse('malformed')
  return ok(
    listedInstruments(
      list,
      'symbol',
      row => readInstrument(category, row),
      (index, draft) => makeInstrument(category, venue, index, draft),
    ),
  )
}

/** The cursor of the next page of an answer; empty when it is the last, or no such answer. */
export function nextPageCursor(text: string): string {
  const result = objectIn(text)?.['result']
  const cursor = isJsonFields(result) ? result['nextPageCursor'] : undefined
  return typeof cursor === 'string' ? cursor : ''
}

/** The category of an answer that does not name it, by the fields of its first instrument. */
function categoryOf(entry: unknown): Category | undefined {
  if (!isJsonFields(entry)) return undefined
  if (String(entry['contractType']).startsWith('Linear')) return 'linear'
  return isJsonFields(entry['lotSizeFilter']) && entry['lotSizeFilter']['basePrecision'] !== undefined
    ? 'spot'
    : undefined
}

/** @returns the draft, or the field at fault in words */
function readInstrument(category: Category, entry: JsonFields): InstrumentDraft | string {
  const isLinear = category === 'linear'
  const settleCoin = isLinear ? entry['settleCoin'] : entry['quoteCoin']
  const names = [entry['symbol'], entry['baseCoin'], entry['quoteCoin'], settleCoin]
  if (names.some(name => typeof name !== 'string' || !/^[^\s".\\]{1,40}$/.test(name)))
    return 'symbol, baseCoin, quoteCoin or settleCoin'
  const [symbol, base, quote, settle] = names as [string, string, string, string]
  const lots = isJsonFields(entry['lotSizeFilter']) ? entry['lotSizeFilter'] : {}
  const prices = isJsonFields(entry['priceFilter']) ? entry['priceFilter'] : {}
  const price = gridOfStep(String(prices['tickSize']))
  if (price === undefined || price.decimals > DECIMALS_MAX) return 'priceFilter.tickSize'
  const step = isLinear ? 'qtyStep' : 'basePrecision'
  const quantity = gridOfStep(String(lots[step]))
  if (quantity === undefined || quantity.decimals > DECIMALS_MAX) return `lotSizeFilter.${step}`
  const contract = entry['contractType']
  if (isLinear && contract !== 'LinearPerpetual' && contract !== 'LinearFutures') return 'contractType'
  const kind = !isLinear ? 'spot' : contract === 'LinearPerpetual' ? 'perpetual' : 'future'
  const expiry = kind === 'future' ? splitSymbol(symbol).expiry : ''
  if (kind === 'future' && expiry === '') return 'the date in symbol'
  const bounds = readBounds(isLinear, prices, lots, price, quantity)
  return { symbol, base, quote, settle, kind, expiry, price, quantity, bounds, grids: 'published' }
}

function readBounds(isLinear: boolean, prices: JsonFields, lots: JsonFields, price: Grid, quantity: Grid): OrderBounds {
  // Spot's `minOrderQty` and `maxOrderQty` are deprecated: value and `maxLimitOrderQty` bound an order there.
  const texts = {
    priceMin: prices['minPrice'],
    priceMax: prices['maxPrice'],
    quantityMin: isLinear ? lots['minOrderQty'] : undefined,
    quantityMax: lots[isLinear ? 'maxOrderQty' : 'maxLimitOrderQty'],
    marketQuantityMax: lots[isLinear ? 'maxMktOrderQty' : 'maxMarketOrderQty'],
    notionalMin: lots[isLinear ? 'minNotionalValue' : 'minOrderAmt'],
  }
  return listedBounds(texts, price, quantity)
}
