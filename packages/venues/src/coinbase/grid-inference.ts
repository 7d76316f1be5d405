import type { Instrument } from '@velocimex/core/market/instrument'
import { cellsOf, LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import { type JsonFields as Fields, isJsonFields as isFields } from '../wire/json-object.ts'
import { makeProduct } from './products.ts'

/** Learns the grids of products from the digits of their messages, of both dialects; see `LearntGrids`. */
export class CoinbaseGridInference implements GridInference {
  readonly #venue: string
  readonly #grids = new LearntGrids()

  constructor(venue: string) {
    this.#venue = venue
  }

  learn(text: string): boolean {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return false
    }
    if (!isFields(message)) return false
    return Array.isArray(message['events']) ? this.#events(message['events']) : this.#message(message)
  }

  instruments(): readonly Instrument[] {
    return this.#grids.all().map(({ symbol, price, quantity }, index) => {
      const [base = symbol, quote = '?'] = symbol.split('-')
      const unexpiring = { settle: quote, kind: 'spot', expiry: '', bounds: {}, grids: 'inferred' } as const
      return makeProduct(this.#venue, index, { symbol, base, quote, price, quantity, ...unexpiring })
    })
  }

  /** Advanced Trade. */
  #events(events: readonly unknown[]): boolean {
    let isNew = false
    for (const event of events.filter(isFields)) {
      const rows = ['updates', 'trades', 'tickers', 'candles'].flatMap(key => event[key] ?? []).filter(isFields)
      for (const row of rows) {
        const symbol = row['product_id'] ?? event['product_id']
        if (typeof symbol !== 'string' || symbol === '') continue
        const prices = ['price_level', 'best_bid', 'best_ask', 'open', 'high', 'low', 'close']
        // The last price of a ticker may be a mean of two fills: only that of a trade lies on the grid.
        if (row['trade_id'] !== undefined) prices.push('price')
        const sizes = ['new_quantity', 'size', 'best_bid_quantity', 'best_ask_quantity', 'volume']
        isNew = this.#widen(symbol, row, prices, sizes) || isNew
      }
      // An empty book has no rows, and is followed all the same.
      if (typeof event['product_id'] === 'string' && event['product_id'] !== '')
        isNew = this.#grids.widen(event['product_id'], [], []) || isNew
    }
    return isNew
  }

  /** The exchange feed. */
  #message(message: Fields): boolean {
    const symbol = message['product_id']
    if (typeof symbol !== 'string' || symbol === '') return false
    const changes = Array.isArray(message['changes']) ? message['changes'].filter(Array.isArray) : []
    const rows = [changes.map(row => row.slice(1)), message['bids'], message['asks']].map(cellsOf)
    const isMatch = message['type'] === 'match' || message['type'] === 'last_match'
    const prices = ['best_bid', 'best_ask', ...(isMatch ? ['price'] : [])].map(key => message[key])
    const sizes = ['best_bid_size', 'best_ask_size', ...(isMatch ? ['size'] : [])].map(key => message[key])
    return this.#grids.widen(
      symbol,
      [...prices, ...rows.flatMap(row => row.prices)],
      [...sizes, ...rows.flatMap(row => row.quantities)],
    )
  }

  #widen(symbol: string, row: Fields, prices: readonly string[], sizes: readonly string[]): boolean {
    return this.#grids.widen(
      symbol,
      prices.map(key => row[key]),
      sizes.map(key => row[key]),
    )
  }
}
