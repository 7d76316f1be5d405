import type { Instrument } from '@velocimex/core/market/instrument'
import { LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import { type JsonFields as Fields, isJsonFields as isFields } from '../wire/json-object.ts'
import { inferredDraft, makeInstrument } from './instruments.ts'
import { plainText } from './number-grid.ts'

/** Learns the grids of instruments from the digits of their messages; see `LearntGrids`. */
export class DeribitGridInference implements GridInference {
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
    const params = isFields(message) ? message['params'] : undefined
    const channel = isFields(params) ? params['channel'] : undefined
    if (!isFields(params) || typeof channel !== 'string') return false
    const rows = Array.isArray(params['data']) ? params['data'] : [params['data']]
    return rows
      .filter(isFields)
      .map(row => this.#row(channel.split('.'), row))
      .includes(true)
  }

  instruments(): readonly Instrument[] {
    return this.#grids
      .all()
      .map(({ symbol, price, quantity }, index) =>
        makeInstrument(this.#venue, index, inferredDraft(symbol, price, quantity)),
      )
  }

  #row([kind, ...parts]: readonly string[], row: Fields): boolean {
    const named = kind === 'chart' ? parts[1] : kind === 'perpetual' ? parts[0] : row['instrument_name']
    if (typeof named !== 'string' || named === '' || row['block_trade_id'] !== undefined) return false
    switch (kind) {
      case 'book':
        if (parts.length > 2 && parts[1] !== 'none') return false
        return this.#widen(named, cells(row, -2), cells(row, -1))
      case 'trades':
        return this.#widen(named, [row['price']], [row['amount']])
      case 'ticker':
      case 'quote':
        return this.#widen(
          named,
          [row['best_bid_price'], row['best_ask_price']],
          [row['best_bid_amount'], row['best_ask_amount']],
        )
      case 'chart':
        return this.#widen(named, [row['open'], row['high'], row['low'], row['close']], [])
      case 'perpetual':
        return this.#widen(named, [], [])
      default:
        return false
    }
  }

  #widen(symbol: string, prices: readonly unknown[], amounts: readonly unknown[]): boolean {
    const texts = (values: readonly unknown[]): unknown[] =>
      values.map(value => (typeof value === 'number' ? plainText(value) : undefined))
    return this.#grids.widen(symbol, texts(prices), texts(amounts))
  }
}

/** One cell of each row of both sides, counted from the end. */
const cells = (row: Fields, at: number): unknown[] =>
  [row['bids'], row['asks']]
    .flatMap(side => (Array.isArray(side) ? side.filter(Array.isArray) : []))
    .map(each => each.at(at))
