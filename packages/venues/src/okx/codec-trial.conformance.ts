import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { CodecTrial } from '../market-codec.conformance.ts'
import { findVenue } from '../venues.ts'
import { splitInstId } from './inst-id.ts'
import { makeInstrument } from './make-instrument.ts'
import { MarketCodecOracle } from './market-codec-oracle.ts'

/** OKX with all its instruments. */
export const okxVenue = findVenue('okx')!.members[0]

/** The codec of OKX beside its oracle, over instruments of every kind unless others are given. */
export function trialOf(table = someInstruments(), maxLevels = 8192): CodecTrial {
  const oracle = new MarketCodecOracle(okxVenue.id, table, maxLevels, 3)
  return new CodecTrial(okxVenue.makeCodec(table, 1 << 20, maxLevels, 3), oracle)
}

type Step = readonly [decimals: number, step: number]

/** Five instruments with grids that differ: steps that are not one, many decimals, none. */
function someInstruments(): InstrumentTable {
  const rows: readonly (readonly [symbol: string, price: Step, quantity: Step])[] = [
    ['BTC-USDT', [2, 1], [8, 1]],
    ['BTC-USDT-SWAP', [1, 1], [2, 1]],
    ['UNI-USD-SWAP', [3, 1], [0, 1]],
    ['BTC-USD-220325-40000-C', [4, 5], [0, 1]],
    ['PEPE-USDT', [12, 1], [0, 1]],
  ]
  return new InstrumentTable(
    rows.map(([symbol, price, quantity], index) => {
      const parts = splitInstId(symbol)!
      return makeInstrument('okx', index, {
        symbol,
        ...parts,
        settle: parts.kind === 'option' ? parts.base : parts.quote,
        price: { decimals: price[0], step: price[1] },
        quantity: { decimals: quantity[0], step: quantity[1] },
        bounds: {},
        grids: 'published',
      })
    }),
  )
}
