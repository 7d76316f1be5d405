import type { Instrument } from '@velocimex/core/market/instrument'
import { cellsOf, LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import { isJsonFields, type JsonFields, objectIn } from '../wire/json-object.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { splitSymbol } from './symbols.ts'

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

/** Learns the grids of instruments from the digits of their messages; see `LearntGrids`. */
export class BinanceGridInference implements GridInference {
  readonly #dialect: Dialect
  readonly #venue: string
  readonly #grids = new LearntGrids()

  constructor(dialect: Dialect, venue: string) {
    this.#dialect = dialect
    this.#venue = venue
  }

  learn(text: string, snapshotOf?: string): boolean {
    const fields = objectIn(text)
    const stream = typeof fields?.['stream'] === 'string' ? fields['stream'] : ''
    const event = fields?.['data'] === undefined ? fields : fields['data']
    if (!isJsonFields(event)) return false
    const isBook = event['lastUpdateId'] !== undefined
    const isQuote = event['e'] === undefined && event['B'] !== undefined
    const name = isBook ? 'snapshot' : isQuote ? 'bookTicker' : String(event['e'])
    const rule = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
    const inner = name === 'kline' ? event['k'] : event
    const symbol = isBook ? (snapshotOf ?? stream.split('@')[0]!.toUpperCase()) : event['s']
    if (rule === undefined || !isJsonFields(inner) || typeof symbol !== 'string' || symbol === '') return false
    return this.#widen(symbol, rule, inner)
  }

  instruments(): readonly Instrument[] {
    return this.#grids.all().map(({ symbol, price, quantity }, index) => {
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
        price,
        quantity,
      })
    })
  }

  #widen(symbol: string, rule: (typeof FIELDS)[string], event: JsonFields): boolean {
    const rows = rule.levels.map(key => cellsOf(event[key]))
    const prices = [...rule.price.map(key => event[key]), ...rows.flatMap(row => row.prices)]
    const quantities = [...rule.quantity.map(key => event[key]), ...rows.flatMap(row => row.quantities)]
    return this.#grids.widen(symbol, prices, quantities)
  }
}
