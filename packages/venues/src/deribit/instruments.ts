import type { Grid } from '@velocimex/core/market/grid'
import type { FeeRates, Instrument, InstrumentKind } from '@velocimex/core/market/instrument'
import { ok, type Result, refuse } from '@velocimex/core/result'
import { completeInstrument, type InstrumentDraft } from '../draft-instrument.ts'
import type { ParsedInstruments, SkippedInstrument } from '../market-venue.ts'
import { type JsonFields as Fields, isJsonFields as isFields } from '../wire/json-object.ts'
import { nameParts } from './instrument-name.ts'
import { gridOfNumbers } from './number-grid.ts'

/** Fees where the venue's list is not at hand: those of a BTC perpetual, 0 maker and 0.05 % taker. */
const FEES: FeeRates = { maker: 0, taker: 50_000 }
const RATE_UNIT = 1e8

/** Completes an instrument of Deribit. */
export const makeInstrument = (venue: string, index: number, draft: InstrumentDraft, fees = FEES): Instrument =>
  completeInstrument(venue, index, draft, fees)

/**
 * Instruments of an answer of `public/get_instruments`, or the one of `public/get_instrument`. An instrument that is not
 * whole is skipped and named with the field at fault. Combinations of several instruments are skipped.
 */
export function parseInstruments(venue: string, text: string): Result<ParsedInstruments, 'malformed'> {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return refuse('malformed')
  }
  const result = isFields(answer) ? answer['result'] : undefined
  const list = isFields(result) ? [result] : result
  if (!Array.isArray(list)) return refuse('malformed')
  const instruments: Instrument[] = []
  const skipped: SkippedInstrument[] = []
  const seen = new Set<string>()
  for (const [row, entry] of list.entries()) {
    const name = isFields(entry) && typeof entry['instrument_name'] === 'string' ? entry['instrument_name'] : `#${row}`
    const draft = isFields(entry) ? readInstrument(entry) : 'not an object'
    if (typeof draft === 'string') skipped.push({ symbol: name, words: draft })
    else if (seen.has(name)) skipped.push({ symbol: name, words: 'listed twice' })
    else {
      seen.add(name)
      instruments.push(makeInstrument(venue, instruments.length, draft, feesOf(entry)))
    }
  }
  return ok({ instruments, skipped })
}

/** @returns the draft, or the field at fault in words */
function readInstrument(entry: Fields): InstrumentDraft | string {
  const symbol = entry['instrument_name']
  if (typeof symbol !== 'string' || !/^[^\s"\\.]{1,50}$/.test(symbol)) return 'instrument_name'
  const kind = kindOf(entry)
  if (kind === undefined) return `kind ${String(entry['kind'])} is not read`
  const parts = nameParts(symbol, kind)
  if (parts === undefined) return 'instrument_name: its expiry'
  const base = entry['base_currency']
  // Options say in which coin their price is; what their strike is counted in is the counter currency.
  const quote = entry['counter_currency'] ?? entry['quote_currency']
  if (typeof base !== 'string' || typeof quote !== 'string') return 'base_currency or quote_currency'
  const ticks = [entry['tick_size'], ...stepsOf(entry['tick_size_steps'])]
  const price = gridOfNumbers(ticks)
  if (price === undefined) return 'tick_size'
  const isReversed = entry['instrument_type'] === undefined ? quote === 'USD' : entry['instrument_type'] === 'reversed'
  const isInverse = isReversed && (kind === 'perpetual' || kind === 'future')
  const quantity = gridOfNumbers([entry['contract_size'], entry['min_trade_amount']])
  if (quantity === undefined) return 'contract_size or min_trade_amount'
  const settle = entry['settlement_currency'] ?? (isReversed ? base : quote)
  if (typeof settle !== 'string') return 'settlement_currency'
  const least = Number(entry['min_trade_amount']) / (quantity.step / 10 ** quantity.decimals)
  return {
    symbol,
    base,
    quote,
    settle: kind === 'spot' ? quote : settle,
    kind,
    expiry: parts.expiry,
    price,
    quantity,
    bounds: { quantityMin: Math.round(least) },
    grids: 'published',
    isInverse,
  }
}

function kindOf(entry: Fields): InstrumentKind | undefined {
  const kind = entry['kind']
  if (kind === 'future') return entry['settlement_period'] === 'perpetual' ? 'perpetual' : 'future'
  return kind === 'option' || kind === 'spot' ? kind : undefined
}

/** Ticks above certain prices; the finest of all is the grid. */
function stepsOf(steps: unknown): unknown[] {
  return Array.isArray(steps) ? steps.map(step => (isFields(step) ? step['tick_size'] : undefined)) : []
}

function feesOf(entry: Fields): FeeRates {
  const rate = (key: string): number => Math.round(Number(entry[key]) * RATE_UNIT)
  const [maker, taker] = [rate('maker_commission'), rate('taker_commission')]
  return Number.isFinite(maker) && Number.isFinite(taker) ? { maker, taker } : FEES
}

/** An instrument of which only the name and the learnt grids are known. */
export function inferredDraft(symbol: string, price: Grid, quantity: Grid): InstrumentDraft {
  const parts = nameParts(symbol)
  const { base, quote, expiry, kind } = parts ?? { base: symbol, quote: '?', expiry: '', kind: 'spot' as const }
  const isReversed = kind !== 'spot' && quote === 'USD'
  const isInverse = isReversed && kind !== 'option'
  const settle = isReversed ? base : quote
  return { symbol, base, quote, settle, kind, expiry, price, quantity, bounds: {}, grids: 'inferred', isInverse }
}
