import type { Instrument } from '@velocimex/core/market/instrument'
import { cellsOf, LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import { isJsonFields, objectIn } from '../wire/json-object.ts'
import type { Category } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { splitSymbol } from './symbols.ts'

/** Fields with a price and with a quantity, by the first word of a topic. Marks are off the grid and teach nothing. */
const FIELDS: Readonly<Record<string, { price: readonly string[]; quantity: readonly string[] }>> = {
  publicTrade: { price: ['p'], quantity: ['v'] },
  tickers: { price: ['bid1Price', 'ask1Price'], quantity: ['bid1Size', 'ask1Size'] },
  kline: { price: ['open', 'high', 'low', 'close'], quantity: ['volume'] },
}

/** Learns the grids of instruments from the digits of their messages; see `LearntGrids`. */
export class BybitGridInference implements GridInference {
  readonly #category: Category
  readonly #venue: string
  readonly #grids = new LearntGrids()

  constructor(category: Category, venue: string) {
    this.#category = category
    this.#venue = venue
  }

  learn(text: string): boolean {
    const frame = objectIn(text)
    const topic = frame?.['topic']
    if (typeof topic !== 'string') return this.#book(frame?.['result'])
    const words = topic.split('.')
    const symbol = words.at(-1) ?? ''
    const channel = words[0] ?? ''
    if (channel === 'orderbook') return this.#book(frame?.['data'])
    const rule = Object.hasOwn(FIELDS, channel) ? FIELDS[channel] : undefined
    if (rule === undefined || symbol === '') return false
    const entries: readonly unknown[] = Array.isArray(frame?.['data']) ? frame['data'] : [frame?.['data']]
    const known = entries.filter(isJsonFields)
    const values = (keys: readonly string[]): unknown[] => known.flatMap(entry => keys.map(key => entry[key]))
    return this.#grids.widen(symbol, values(rule.price), values(rule.quantity))
  }

  instruments(): readonly Instrument[] {
    return this.#grids.all().map(({ symbol, price, quantity }, index) => {
      const { base, quote, expiry } = splitSymbol(symbol)
      const kind = this.#category === 'spot' ? 'spot' : expiry === '' ? 'perpetual' : 'future'
      const names = { symbol, base, quote, settle: quote, kind, expiry } as const
      return makeInstrument(this.#category, this.#venue, index, {
        ...names,
        price,
        quantity,
        bounds: {},
        grids: 'inferred',
      })
    })
  }

  /** A book of a topic or of a REST answer: both name their symbol. */
  #book(book: unknown): boolean {
    const symbol = isJsonFields(book) ? book['s'] : undefined
    if (!isJsonFields(book) || typeof symbol !== 'string' || symbol === '') return false
    const [bids, asks] = [cellsOf(book['b']), cellsOf(book['a'])]
    return this.#grids.widen(symbol, [...bids.prices, ...asks.prices], [...bids.quantities, ...asks.quantities])
  }
}
