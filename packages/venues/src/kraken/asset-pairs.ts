import { type Grid, gridOfStep, parseOnGrid } from '@velocimex/core/market/grid'
import type { FeeRates, Instrument, OrderBounds } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { bookedDecimals } from '../draft-instrument.ts'
import type { ParsedInstruments, SkippedInstrument } from '../market-venue.ts'
import { type JsonFields as Fields, isJsonFields as isFields } from '../wire/json-object.ts'
import { LOWEST_TIER, makeInstrument } from './make-instrument.ts'
import { splitPair } from './pair-names.ts'

type Draft = Parameters<typeof makeInstrument>[1]

/**
 * Instruments of an AssetPairs answer (`GET /0/public/AssetPairs`), by the names of websocket v2: `BTC/USD`. A pair that is
 * not whole is skipped and named with the field at fault; so are the dark pools (`XBTUSD.d`), which have no name on a
 * socket.
 */
export function parseAssetPairs(text: string): Result<ParsedInstruments, 'malformed'> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return refuse('malformed')
  }
  const pairs = isFields(answer) && Array.isArray(answer['error']) ? answer['result'] : undefined
  if (!isFields(pairs)) return refuse('malformed')
  const instruments: Instrument[] = []
  const skipped: SkippedInstrument[] = []
  const seen = new Set<string>()
  for (const [name, entry] of Object.entries(pairs)) {
    const draft = isFields(entry) ? readPair(entry) : 'not an object'
    if (typeof draft === 'string') skipped.push({ symbol: name, words: draft })
    else if (seen.has(draft.symbol)) skipped.push({ symbol: name, words: `listed twice as ${draft.symbol}` })
    else {
      seen.add(draft.symbol)
      instruments.push(makeInstrument(instruments.length, draft, readFees(entry as Fields)))
    }
  }
  return ok({ instruments, skipped })
}

/** @returns the draft, or the field at fault in words */
function readPair(entry: Fields): Draft | string {
  const { wsname } = entry
  const parts = typeof wsname === 'string' ? splitPair(wsname) : undefined
  if (parts === undefined) return 'wsname'
  const price = priceGrid(entry)
  if (price === undefined) return 'tick_size or pair_decimals'
  const quantity = decimalsGrid(entry['lot_decimals'])
  if (quantity === undefined || entry['lot_multiplier'] !== 1) return 'lot_decimals or lot_multiplier'
  const bounds = readBounds(entry, price, quantity)
  return { symbol: `${parts.base}/${parts.quote}`, ...parts, price, quantity, bounds, grids: 'published' }
}

/** Lists before 2022 have no tick size: there it is one in the last decimal. */
function priceGrid(entry: Fields): Grid | undefined {
  if (entry['tick_size'] === undefined) return decimalsGrid(entry['pair_decimals'])
  const grid = gridOfStep(String(entry['tick_size']))
  return grid !== undefined && grid.decimals <= 12 ? grid : undefined
}

const decimalsGrid = (decimals: unknown): Grid | undefined =>
  typeof decimals === 'number' && Number.isInteger(decimals) && decimals >= 0 && decimals <= 12
    ? { decimals, step: 1 }
    : undefined

/** The least quantity and value of an order. One that is not a whole number of steps is left out: the venue will tell. */
function readBounds(entry: Fields, price: Grid, quantity: Grid): OrderBounds {
  const least = parseOnGrid(String(entry['ordermin']), quantity)
  const cost = parseOnGrid(String(entry['costmin']), { decimals: bookedDecimals(price, quantity), step: 1 })
  return {
    ...(least.ok && least.value > 0 ? { quantityMin: least.value } : {}),
    ...(cost.ok && cost.value > 0 ? { notionalMin: BigInt(cost.value) } : {}),
  }
}

/** The first tier of `fees` (taker) and `fees_maker`, in percent. */
function readFees(entry: Fields): FeeRates {
  const firstOf = (tiers: unknown): number | undefined => {
    const percent = Array.isArray(tiers) && Array.isArray(tiers[0]) ? tiers[0][1] : undefined
    return typeof percent === 'number' && Math.abs(percent) <= 100 ? Math.round(percent * 1e6) : undefined
  }
  const taker = firstOf(entry['fees']) ?? LOWEST_TIER.taker
  return { taker, maker: firstOf(entry['fees_maker']) ?? taker }
}
