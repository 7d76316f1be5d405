import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { CodecTrial } from '../market-codec.conformance.ts'
import { findVenue } from '../venues.ts'
import type { Category } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { MarketCodecOracle } from './market-codec-oracle.ts'

/** The venue of a category. */
export const venueOf = (category: Category) => findVenue(`bybit-${category}`)!.members[0]

/** A codec of Bybit beside its oracle, over the instruments of `tableOf` unless others are given. */
export function trialOf(category: Category, table = tableOf(category), maxLevels = 8192): CodecTrial {
  const venue = venueOf(category)
  const oracle = new MarketCodecOracle(category, venue.id, table, maxLevels, 3)
  return new CodecTrial(venue.makeCodec(table, 1 << 20, maxLevels, 3), oracle)
}

type Step = readonly [decimals: number, step: number]

/** Four instruments with grids that differ: steps that are not one, many decimals, none. */
function tableOf(category: Category): InstrumentTable {
  const rows: readonly (readonly [symbol: string, price: Step, quantity: Step])[] = [
    ['BTCUSDT', [2, 1], [6, 1]],
    ['ETHUSDT', [1, 5], [3, 25]],
    ['1000PEPEPERP', [8, 1], [0, 1]],
    ['BTCUSDT-25DEC26', [1, 1], [3, 1]],
  ]
  return new InstrumentTable(
    rows.map(([symbol, price, quantity], index) =>
      makeInstrument(category, `bybit-${category}`, index, {
        symbol,
        base: 'BTC',
        quote: 'USDT',
        settle: 'USDT',
        kind: 'spot',
        expiry: '',
        price: { decimals: price[0], step: price[1] },
        quantity: { decimals: quantity[0], step: quantity[1] },
        bounds: {},
        grids: 'published',
      }),
    ),
  )
}
