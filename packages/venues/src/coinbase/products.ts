import { type Grid, gridOfStep } from '@velocimex/core/market/grid'
import type { FeeRates, Instrument, OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { bookedDecimals, completeInstrument, type InstrumentDraft } from '../draft-instrument.ts'
import type { ParsedInstruments, SkippedInstrument } from '../market-venue.ts'
import { type JsonFields as Fields, isJsonFields as isFields } from '../wire/json-object.ts'

/** Fees of the entry tier in 1e-8 of the notional: 0.40 % maker, 0.60 % taker. An account is told its own. */
const FEES: FeeRates = { maker: 400_000, taker: 600_000 }

/** Completes an instrument of Coinbase. */
export const makeProduct = (venue: string, index: number, draft: InstrumentDraft): Instrument =>
  completeInstrument(venue, index, draft, FEES)

/**
 * Instruments of a product list: of Advanced Trade (`GET /api/v3/brokerage/market/products`, `{"products":[...]}`) or of the
 * exchange (`GET /products`, a list). A product that is not whole is skipped and named with the field at fault.
 */
export function parseProducts(venue: string, text: string): Result<ParsedInstruments, 'malformed'> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return refuse('malformed')
  }
  const named = isFields(answer) ? answer['products'] : undefined
  const isAdvanced = named !== undefined
  const products = named ?? answer
  if (!Array.isArray(products)) return refuse('malformed')
  const instruments: Instrument[] = []
  const skipped: SkippedInstrument[] = []
  const seen = new Set<string>()
  for (const [row, product] of products.entries()) {
    const key = isAdvanced ? 'product_id' : 'id'
    const name = isFields(product) && typeof product[key] === 'string' ? product[key] : `#${row}`
    const draft = !isFields(product)
      ? 'not an object'
      : isAdvanced
        ? advancedProduct(product)
        : exchangeProduct(product)
    if (typeof draft === 'string') skipped.push({ symbol: name, words: draft })
    else if (seen.has(name)) skipped.push({ symbol: name, words: 'listed twice' })
    else {
      seen.add(name)
      instruments.push(makeProduct(venue, instruments.length, draft))
    }
  }
  return ok({ instruments, skipped })
}

const isName = (value: unknown): value is string => typeof value === 'string' && /^[^\s"\\]{1,40}$/.test(value)

/** @returns the draft, or the field at fault in words */
function advancedProduct(product: Fields): InstrumentDraft | string {
  const symbol = product['product_id']
  if (!isName(symbol)) return 'product_id'
  if (product['product_type'] === 'FUTURE') return futureProduct(symbol, product)
  const base = product['base_currency_id']
  const quote = product['quote_currency_id']
  if (!isName(base) || !isName(quote)) return 'base_currency_id or quote_currency_id'
  const price = gridField(product, 'price_increment') ?? gridField(product, 'quote_increment')
  return spot(symbol, base, quote, price, product, ['base_min_size', 'base_max_size', 'quote_min_size'])
}

/** @returns the draft, or the field at fault in words */
function exchangeProduct(product: Fields): InstrumentDraft | string {
  const [symbol, base, quote] = [product['id'], product['base_currency'], product['quote_currency']]
  if (!isName(symbol) || !isName(base) || !isName(quote)) return 'id, base_currency or quote_currency'
  const price = gridField(product, 'quote_increment')
  return spot(symbol, base, quote, price, product, ['base_min_size', 'base_max_size', 'min_market_funds'])
}

function spot(
  symbol: string,
  base: string,
  quote: string,
  price: Grid | undefined,
  product: Fields,
  [least, most, value]: readonly [string, string, string],
): InstrumentDraft | string {
  if (price === undefined) return 'price_increment or quote_increment'
  const quantity = gridField(product, 'base_increment')
  if (quantity === undefined) return 'base_increment'
  const bounds = boundsOf(product[least], product[most], product[value], price, quantity)
  const unexpiring = { settle: quote, kind: 'spot', expiry: '', grids: 'published' } as const
  return { symbol, base, quote, price, quantity, bounds, ...unexpiring }
}

/** Contracts of the derivatives exchange: linear, counted in contracts of `contract_size` of the root. */
function futureProduct(symbol: string, product: Fields): InstrumentDraft | string {
  const details = product['future_product_details']
  if (!isFields(details)) return 'future_product_details'
  const [base, quote] = [details['contract_root_unit'], product['quote_currency_id']]
  if (!isName(base) || !isName(quote)) return 'contract_root_unit or quote_currency_id'
  const size = gridOfStep(String(details['contract_size']))
  if (size === undefined) return 'contract_size'
  const price = gridField(product, 'price_increment')
  if (price === undefined) return 'price_increment'
  const quantity = gridField(product, 'base_increment')
  if (quantity === undefined) return 'base_increment'
  const isPerpetual = details['contract_expiry_type'] === 'PERPETUAL'
  const day = /^\d\d(\d\d)-(\d\d)-(\d\d)T/.exec(String(details['contract_expiry']))
  if (!isPerpetual && day === null) return 'contract_expiry'
  const bounds = boundsOf(product['base_min_size'], product['base_max_size'], '0', price, quantity)
  const kind = isPerpetual ? 'perpetual' : 'future'
  const expiry = isPerpetual ? '' : day!.slice(1).join('')
  const multiplier = [size.step, size.decimals] as const
  return { symbol, base, quote, settle: quote, kind, expiry, price, quantity, bounds, grids: 'published', multiplier }
}

function gridField(product: Fields, key: string): Grid | undefined {
  const text = product[key]
  const grid = typeof text === 'string' ? gridOfStep(text) : undefined
  return grid !== undefined && grid.decimals <= 12 ? grid : undefined
}

/** Sizes between two steps are drawn inward; 0 and what is no decimal switch a bound off. */
function boundsOf(least: unknown, most: unknown, value: unknown, price: Grid, quantity: Grid): OrderBounds {
  const quantityMin = Math.ceil(stepsOf(least, quantity))
  const quantityMax = Math.floor(stepsOf(most, quantity))
  const notionalMin = Math.ceil(stepsOf(value, { decimals: bookedDecimals(price, quantity), step: 1 }))
  return {
    ...(quantityMin > 0 ? { quantityMin } : {}),
    ...(quantityMax > 0 ? { quantityMax } : {}),
    ...(notionalMin > 0 ? { notionalMin: BigInt(notionalMin) } : {}),
  }
}

/** Decimal text in steps, not necessarily whole; 0 when it is no decimal. */
function stepsOf(text: unknown, grid: Grid): number {
  if (typeof text !== 'string' || !/^\d+(\.\d+)?$/.test(text)) return 0
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  const kept = fraction.slice(0, grid.decimals).padEnd(grid.decimals, '0')
  return Number(`${whole}${kept}.${fraction.slice(grid.decimals)}0`) / grid.step
}
