import type { Instrument } from '@velocimex/core/market/instrument'
import { cellsOf, LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import type { Category } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { splitSymbol } from './symbols.ts'

type Fields = Readonly<Record<string, unknown>>

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
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return false
    }
    const frame = asFields(message)
    const topic = frame?.['topic']
    if (typeof topic !== 'string') return this.#book(asFields(frame?.['result']))
    const words = topic.split('.')
    const symbol = words.at(-1) ?? ''
    const channel = words[0] ?? ''
    if (channel === 'orderbook') return this.#book(asFields(frame?.['data']))
    const rule = Object.hasOwn(FIELDS, channel) ? FIELDS[channel] : undefined
    if (rule === undefined || symbol === '') return false
    const entries: readonly unknown[] = Array.isArray(frame?.['data']) ? frame['data'] : [frame?.['data']]
    const known = entries.map(asFields).filter(entry => entry !== undefined)
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
  #book(book: Fields | undefined): boolean {
    const symbol = book?.['s']
    if (book === undefined || typeof symbol !== 'string' || symbol === '') return false
    const [bids, asks] = [cellsOf(book['b']), cellsOf(book['a'])]
    return this.#grids.widen(symbol, [...bids.prices, ...asks.prices], [...bids.quantities, ...asks.quantities])
  }
}

const asFields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
