import type { Instrument } from '@velocimex/core/market/instrument'
import { LearntGrids } from '../learnt-grids.ts'
import type { GridInference } from '../market-venue.ts'
import { JsonObject, type JsonValue, NumberText, readStrictJson } from '../wire/strict-json.ts'
import { makeInstrument } from './make-instrument.ts'
import { splitPair } from './pair-names.ts'

/** Fields of v2 with a price and with a quantity, of elements and of their levels. `volume` sums quantities, on their grid. */
const PRICES = ['price', 'bid', 'ask', 'open', 'high', 'low', 'close']
const QUANTITIES = ['qty', 'bid_qty', 'ask_qty', 'volume']
const CHANNELS = ['book', 'trade', 'ticker', 'ohlc']

/** Learns the grids of instruments from the digits of their messages, in both dialects; see `LearntGrids`. */
export class KrakenGridInference implements GridInference {
  readonly #grids = new LearntGrids()

  learn(text: string): boolean {
    const root = readStrictJson(text)
    if (Array.isArray(root)) return this.#older(root)
    if (!(root instanceof JsonObject) || !CHANNELS.includes(textOf(root.fields.get('channel')))) return false
    const elements = root.fields.get('data')
    if (!Array.isArray(elements)) return false
    // Each element teaches, whatever the one before has taught.
    return elements.map(element => this.#element(element)).includes(true)
  }

  instruments(): readonly Instrument[] {
    return this.#grids.all().map(({ symbol, price, quantity }, index) => {
      const { base, quote } = splitPair(symbol) ?? { base: symbol, quote: '?' }
      return makeInstrument(index, { symbol, base, quote, bounds: {}, grids: 'inferred', price, quantity })
    })
  }

  /** An element of v2's `data`. */
  #element(element: JsonValue): boolean {
    if (!(element instanceof JsonObject)) return false
    const levels = ['bids', 'asks'].flatMap(side => listOf(element.fields.get(side)))
    const objects = [element, ...levels.filter(level => level instanceof JsonObject)]
    const all = (keys: readonly string[]): string[] =>
      objects.flatMap(object => keys.map(key => textOf(object.fields.get(key))))
    return this.#widen(textOf(element.fields.get('symbol')), all(PRICES), all(QUANTITIES))
  }

  /** A frame of v1. */
  #older(frame: readonly JsonValue[]): boolean {
    const name = textOf(frame.at(-2))
    const payloads = frame.slice(1, -2)
    const prices: string[] = []
    const quantities: string[] = []
    const take = (row: JsonValue, priceCells: readonly number[], quantityCells: readonly number[]): void => {
      prices.push(...priceCells.map(cell => textOf(listOf(row)[cell])))
      quantities.push(...quantityCells.map(cell => textOf(listOf(row)[cell])))
    }
    for (const payload of payloads)
      if (name === 'trade') for (const row of listOf(payload)) take(row, [0], [1])
      else if (name === 'spread') take(payload, [0, 1], [3, 4])
      else if (name.startsWith('ohlc-')) take(payload, [2, 3, 4, 5], [7])
      else if (payload instanceof JsonObject)
        for (const [key, rows] of payload.fields)
          if (name.startsWith('book-')) for (const row of listOf(rows)) take(row, [0], [1])
          else if (name === 'ticker' && (key === 'a' || key === 'b')) take(rows, [0], [2])
    if (prices.length === 0) return false
    return this.#widen(textOf(frame.at(-1)), prices, quantities)
  }

  #widen(pair: string, prices: readonly string[], quantities: readonly string[]): boolean {
    const parts = splitPair(pair)
    return parts !== undefined && this.#grids.widen(`${parts.base}/${parts.quote}`, prices, quantities)
  }
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : [])

/** A text, or the digits of a number without its exponent; empty for anything else. */
function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  return value instanceof NumberText ? withoutExponent(value.text) : ''
}

/** `1e-08` as `0.00000001`; a number whose exponent is absurd teaches nothing. */
function withoutExponent(text: string): string {
  const parts = /^(\d+)(?:\.(\d+))?[eE]([+-]?\d{1,2})$/.exec(text)
  if (parts === null) return text
  const [, whole, fraction = '', power] = parts
  const digits = `${'0'.repeat(100)}${whole}${fraction}${'0'.repeat(100)}`
  const point = 100 + whole!.length + Number(power)
  return `${digits.slice(0, point).replace(/^0+(?=\d)/, '')}.${digits.slice(point).replace(/0+$/, '')}0`
}
