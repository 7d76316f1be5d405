import type { Instrument, InstrumentKind } from '@velocimex/core/market/instrument'
import { cellsOf, LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import { isJsonFields, objectIn } from '../wire/json-object.ts'
import { splitInstId } from './inst-id.ts'
import { makeInstrument } from './make-instrument.ts'

/** Fields with prices and with quantities, by the beginning of the channel's name; levels are in `asks` and `bids`. */
const FIELDS: readonly (readonly [channel: RegExp, price: readonly string[], quantity: readonly string[]])[] = [
  [/^(books|bbo-tbt)/, [], []],
  [/^trades/, ['px'], ['sz']],
  [/^tickers$/, ['askPx', 'bidPx'], ['askSz', 'bidSz']],
  // Rates and marks are off the grid: they teach only that the instrument is there.
  [/^(funding-rate|mark-price)$/, [], []],
]

/**
 * Learns the grids of instruments from the digits of their messages; see `LearntGrids`. What a contract is worth is not
 * in them: a linear one is taken for one unit of its base asset, an inverse one for 100 dollars (bitcoin) or 10, as all of
 * the venue's are.
 */
export class OkxGridInference implements GridInference {
  readonly #venue: string
  readonly #only: InstrumentKind | undefined
  readonly #grids = new LearntGrids()

  constructor(venue: string, only?: InstrumentKind) {
    this.#venue = venue
    this.#only = only
  }

  learn(text: string): boolean {
    const { arg, data } = objectIn(text) ?? {}
    if (!isJsonFields(arg) || !Array.isArray(data)) return false
    const { channel, instId } = arg
    if (typeof channel !== 'string' || typeof instId !== 'string') return false
    const parts = splitInstId(instId)
    if (parts === undefined || (this.#only !== undefined && parts.kind !== this.#only)) return false
    const rule = FIELDS.find(([name]) => name.test(channel))
    if (rule === undefined) return /^candle\d/.test(channel) && this.#candles(instId, data)
    const [, price, quantity] = rule
    const elements = data.filter(isJsonFields)
    const rows = elements.flatMap(({ asks, bids }) => [cellsOf(asks), cellsOf(bids)])
    const values = (keys: readonly string[]): unknown[] => elements.flatMap(each => keys.map(key => each[key]))
    const prices = [...values(price), ...rows.flatMap(row => row.prices)]
    return this.#grids.widen(instId, prices, [...values(quantity), ...rows.flatMap(row => row.quantities)])
  }

  instruments(): readonly Instrument[] {
    return this.#grids.all().map(({ symbol, price, quantity }, index) => {
      const { kind, base, quote, expiry } = splitInstId(symbol)!
      const isInverse = quote === 'USD' && (kind === 'perpetual' || kind === 'future')
      const face = isInverse ? { isInverse, multiplier: [base === 'BTC' ? 100 : 10, 0] as const } : {}
      const settle = kind !== 'spot' && quote === 'USD' ? base : quote
      const draft = { symbol, base, quote, settle, kind, expiry, price, quantity, bounds: {}, ...face }
      return makeInstrument(this.#venue, index, { ...draft, grids: 'inferred' })
    })
  }

  #candles(instId: string, data: readonly unknown[]): boolean {
    const rows = data.filter(row => Array.isArray(row))
    const prices = rows.flatMap(row => row.slice(1, 5) as unknown[])
    return this.#grids.widen(
      instId,
      prices,
      rows.map(row => row[5] as unknown),
    )
  }
}
