import type { Instrument } from '@velocimex/core/market/instrument'
import type { GridInference } from '../market-venue.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { splitSymbol } from './symbols.ts'

/** Most symbols that are learnt: more than the venue has ever listed. */
const SYMBOLS_MAX = 20_000
/** Digits behind the point that are believed; more is not a price of this venue. */
const DECIMALS_MAX = 12

interface Digits {
  price: number
  quantity: number
}

/** Fields with a price and with a quantity, by event. */
const FIELDS: Readonly<
  Record<string, { price: readonly string[]; quantity: readonly string[]; levels: readonly string[] }>
> = {
  depthUpdate: { price: [], quantity: [], levels: ['b', 'a'] },
  trade: { price: ['p'], quantity: ['q'], levels: [] },
  aggTrade: { price: ['p'], quantity: ['q'], levels: [] },
  bookTicker: { price: ['b', 'a'], quantity: ['B', 'A'], levels: [] },
  kline: { price: ['o', 'h', 'l', 'c'], quantity: ['v', 'V'], levels: [] },
  // Mark prices are off the grid: they teach only that the symbol is there.
  markPriceUpdate: { price: [], quantity: [], levels: [] },
  snapshot: { price: [], quantity: [], levels: ['bids', 'asks'] },
}

/**
 * Learns the grids of instruments from the digits of their messages: the most digits behind the point that were ever not
 * zero. What it learns can only become finer. Instruments keep the index of their first appearance.
 */
export class BinanceGridInference implements GridInference {
  readonly #dialect: Dialect
  readonly #venue: string
  readonly #digits = new Map<string, Digits>()

  constructor(dialect: Dialect, venue: string) {
    this.#dialect = dialect
    this.#venue = venue
  }

  learn(text: string, snapshotOf?: string): boolean {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return false
    }
    const fields = asFields(message)
    const stream = typeof fields?.['stream'] === 'string' ? fields['stream'] : ''
    const event = fields?.['data'] === undefined ? fields : asFields(fields['data'])
    if (event === undefined) return false
    const isBook = event['lastUpdateId'] !== undefined
    const isQuote = event['e'] === undefined && event['B'] !== undefined
    const name = isBook ? 'snapshot' : isQuote ? 'bookTicker' : String(event['e'])
    const rule = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
    const inner = name === 'kline' ? asFields(event['k']) : event
    const symbol = isBook ? (snapshotOf ?? stream.split('@')[0]!.toUpperCase()) : event['s']
    if (rule === undefined || inner === undefined || typeof symbol !== 'string' || symbol === '') return false
    return this.#widen(symbol, rule, inner)
  }

  instruments(): readonly Instrument[] {
    return [...this.#digits].map(([symbol, digits], index) => {
      const { base, quote, expiry } = splitSymbol(symbol)
      const kind = this.#dialect === 'spot' ? 'spot' : expiry === '' ? 'perpetual' : 'future'
      return makeInstrument(this.#dialect, this.#venue, index, {
        symbol,
        base,
        quote,
        settle: quote,
        kind,
        expiry,
        bounds: {},
        grids: 'inferred',
        price: { decimals: digits.price, step: 1 },
        quantity: { decimals: digits.quantity, step: 1 },
      })
    })
  }

  /** Takes the digits of one message. True when a grid became finer or a symbol is new. */
  #widen(symbol: string, rule: (typeof FIELDS)[string], event: Readonly<Record<string, unknown>>): boolean {
    const known = this.#digits.get(symbol)
    if (known === undefined && (this.#digits.size >= SYMBOLS_MAX || symbol.length > 40)) return false
    const digits = known ?? { price: 0, quantity: 0 }
    const { price, quantity } = digits
    for (const key of rule.price) digits.price = Math.max(digits.price, decimalsOf(event[key]))
    for (const key of rule.quantity) digits.quantity = Math.max(digits.quantity, decimalsOf(event[key]))
    for (const key of rule.levels) {
      const rows = event[key]
      if (!Array.isArray(rows)) continue
      for (const row of rows) {
        if (!Array.isArray(row)) continue
        digits.price = Math.max(digits.price, decimalsOf(row[0]))
        digits.quantity = Math.max(digits.quantity, decimalsOf(row[1]))
      }
    }
    if (known === undefined) this.#digits.set(symbol, digits)
    return known === undefined || digits.price > price || digits.quantity > quantity
  }
}

const asFields = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined

/** Digits behind the point up to the last that is not zero; 0 for anything that is no decimal text of sane length. */
function decimalsOf(text: unknown): number {
  if (typeof text !== 'string' || text.length > 40) return 0
  const point = text.indexOf('.')
  if (point < 0) return 0
  let end = text.length
  while (text.charCodeAt(end - 1) === 48) end--
  const decimals = Math.max(0, end - point - 1)
  return decimals <= DECIMALS_MAX && /^\d+\.\d+$/.test(text) ? decimals : 0
}
