import { type Grid, gridOfStep } from '@velocimex/core/market/grid'
import type { OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { bookedDecimals, type InstrumentDraft } from '../draft-instrument.ts'
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
  const bounds: { -readonly [Key in keyof OrderBounds]: OrderBounds[Key] } = {}
  // A bound between two steps is drawn inward; 0 switches a bound off.
  const put = (key: Exclude<keyof OrderBounds, 'notionalMin'>, text: unknown, grid: Grid): void => {
    const steps = stepsOf(text, grid)
    if (steps !== undefined && steps > 0) bounds[key] = key.endsWith('Min') ? Math.ceil(steps) : Math.floor(steps)
  }
  put('priceMin', prices['minPrice'], price)
  put('priceMax', prices['maxPrice'], price)
  // Spot's `minOrderQty` and `maxOrderQty` are deprecated: value and `maxLimitOrderQty` bound an order there.
  if (isLinear) put('quantityMin', lots['minOrderQty'], quantity)
  put('quantityMax', lots[isLinear ? 'maxOrderQty' : 'maxLimitOrderQty'], quantity)
  put('marketQuantityMax', lots[isLinear ? 'maxMktOrderQty' : 'maxMarketOrderQty'], quantity)
  const decimals = bookedDecimals(price, quantity)
  const least = stepsOf(lots[isLinear ? 'minNotionalValue' : 'minOrderAmt'], { decimals, step: 1 })
  if (least !== undefined && least > 0) bounds.notionalMin = BigInt(Math.round(least))
  return bounds
}

/** Decimal text in steps of a grid, not necessarily whole; undefined when it is no decimal. */
function stepsOf(text: unknown, grid: Grid): number | undefined {
  if (typeof text !== 'string' || !/^\d+(\.\d+)?$/.test(text)) return undefined
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  const scaled = Number(
    `${whole}${fraction.slice(0, grid.decimals).padEnd(grid.decimals, '0')}.${fraction.slice(grid.decimals)}0`,
  )
  return scaled / grid.step
}
