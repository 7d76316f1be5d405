import { type Grid, gridOfStep } from '@velocimex/core/market/grid'
import type { Instrument, OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { bookedDecimals, type InstrumentDraft } from '../draft-instrument.ts'
import type { ParsedInstruments, SkippedInstrument } from '../market-venue.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Instruments of an exchangeInfo answer (`GET /api/v3/exchangeInfo`, `GET /fapi/v1/exchangeInfo`). A symbol that is not
 * whole is skipped and named with the field at fault; it is never half read.
 */
export function parseExchangeInfo(
  dialect: Dialect,
  venue: string,
  text: string,
): Result<ParsedInstruments, 'malformed'> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return refuse('malformed')
  }
  const symbols = isFields(answer) ? answer['symbols'] : undefined
  if (!Array.isArray(symbols)) return refuse('malformed')
  const instruments: Instrument[] = []
  const skipped: SkippedInstrument[] = []
  const seen = new Set<string>()
  for (const [row, entry] of symbols.entries()) {
    const draft = isFields(entry) ? readSymbol(dialect, entry) : 'not an object'
    const name = isFields(entry) && typeof entry['symbol'] === 'string' ? entry['symbol'] : `#${row}`
    if (typeof draft === 'string') skipped.push({ symbol: name, words: draft })
    else if (seen.has(name)) skipped.push({ symbol: name, words: 'listed twice' })
    else {
      seen.add(name)
      instruments.push(makeInstrument(dialect, venue, instruments.length, draft))
    }
  }
  return ok({ instruments, skipped })
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @returns the draft, or the field at fault in words */
function readSymbol(dialect: Dialect, entry: Fields): InstrumentDraft | string {
  const names = ['symbol', 'baseAsset', 'quoteAsset'].map(key => entry[key])
  if (names.some(name => typeof name !== 'string' || !/^[^\s"\\@]{1,40}$/.test(name)))
    return 'symbol, baseAsset or quoteAsset'
  const [symbol, base, quote] = names as [string, string, string]
  const filters = entry['filters']
  if (!Array.isArray(filters)) return 'filters'
  const filter = (type: string): Fields | undefined =>
    filters.find(each => isFields(each) && each['filterType'] === type)
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

function readBounds(filter: (type: string) => Fields | undefined, price: Grid, quantity: Grid): OrderBounds {
  const prices = filter('PRICE_FILTER')
  const lots = filter('LOT_SIZE')
  const market = filter('MARKET_LOT_SIZE')
  const notional =
    filter('NOTIONAL')?.['minNotional'] ??
    filter('MIN_NOTIONAL')?.['minNotional'] ??
    filter('MIN_NOTIONAL')?.['notional']
  const bounds: { -readonly [Key in keyof OrderBounds]: OrderBounds[Key] } = {}
  // A bound between two steps is drawn inward; 0 switches a bound off.
  const put = (
    key: 'priceMin' | 'priceMax' | 'quantityMin' | 'quantityMax' | 'marketQuantityMax',
    text: unknown,
    grid: Grid,
  ): void => {
    const steps = stepsOf(text, grid)
    if (steps !== undefined && steps > 0) bounds[key] = key.endsWith('Min') ? Math.ceil(steps) : Math.floor(steps)
  }
  put('priceMin', prices?.['minPrice'], price)
  put('priceMax', prices?.['maxPrice'], price)
  put('quantityMin', lots?.['minQty'], quantity)
  put('quantityMax', lots?.['maxQty'], quantity)
  put('marketQuantityMax', market?.['maxQty'], quantity)
  const decimals = bookedDecimals(price, quantity)
  const least = stepsOf(notional, { decimals, step: 1 })
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
