import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { CodecTrial } from '../market-codec.conformance.ts'
import { kraken } from './kraken-venue.ts'
import { makeInstrument } from './make-instrument.ts'
import { MarketCodecOracle } from './market-codec-oracle.ts'

type Step = readonly [decimals: number, step: number]

/** A codec of Kraken beside its oracle, over the instruments of `PAIRS` unless others are given. */
export const trialOf = (table = PAIRS, maxLevels = 8192): CodecTrial =>
  new CodecTrial(kraken.makeCodec(table, 1 << 20, maxLevels, 3), new MarketCodecOracle(table, maxLevels, 3))

const rows: readonly (readonly [base: string, quote: string, price: Step, quantity: Step])[] = [
  ['BTC', 'USD', [1, 1], [8, 1]],
  ['ETH', 'USD', [2, 5], [4, 25]],
  ['DOGE', 'BTC', [10, 1], [0, 1]],
  ['币', 'EUR', [0, 1], [8, 1]],
]

/** Four pairs with grids that differ: steps that are not one, many decimals, none. */
export const PAIRS = new InstrumentTable(
  rows.map(([base, quote, price, quantity], index) =>
    makeInstrument(index, {
      symbol: `${base}/${quote}`,
      base,
      quote,
      price: { decimals: price[0], step: price[1] },
      quantity: { decimals: quantity[0], step: quantity[1] },
      bounds: {},
      grids: 'published',
    }),
  ),
)
