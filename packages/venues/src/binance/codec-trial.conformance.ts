import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { CodecTrial } from '../market-codec.conformance.ts'
import { findVenue } from '../venues.ts'
import type { Dialect } from './frame-fields.ts'
import { makeInstrument } from './make-instrument.ts'
import { MarketCodecOracle } from './market-codec-oracle.ts'

/** The venue of a dialect. */
export const venueOf = (dialect: Dialect) => findVenue(`binance-${dialect}`)!.members[0]

/** A codec of Binance beside its oracle, over the instruments of `tableOf` unless others are given. */
export function trialOf(dialect: Dialect, table = tableOf(dialect), maxLevels = 8192): CodecTrial {
  const venue = venueOf(dialect)
  const oracle = new MarketCodecOracle(dialect, venue.id, table, maxLevels, 3)
  return new CodecTrial(venue.makeCodec(table, 1 << 20, maxLevels, 3), oracle)
}

type Step = readonly [decimals: number, step: number]

/** Four instruments with grids that differ: steps that are not one, many decimals, none. */
function tableOf(dialect: Dialect): InstrumentTable {
  const rows: readonly (readonly [base: string, price: Step, quantity: Step])[] = [
    ['BTC', [2, 1], [5, 1]],
    ['ETH', [1, 5], [3, 25]],
    ['币安人生', [8, 1], [0, 1]],
    ['BNB', [6, 1], [8, 1]],
  ]
  return new InstrumentTable(
    rows.map(([base, price, quantity], index) =>
      makeInstrument(dialect, `binance-${dialect}`, index, {
        symbol: `${base}USDT`,
        base,
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
