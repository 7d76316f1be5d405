import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { CodecTrial } from '../market-codec.conformance.ts'
import { COINBASE, coinbase } from './coinbase-venue.ts'
import { CoinbaseOracle } from './market-codec-oracle.ts'
import { makeProduct } from './products.ts'

/** A codec of Coinbase beside its oracle, over three products unless others are given. */
export const trialOf = (table = threeProducts(), maxLevels = 8192): CodecTrial =>
  new CodecTrial(coinbase.makeCodec(table, 8 << 20, maxLevels, 3), new CoinbaseOracle(table, maxLevels, 3))

/** Three products whose grids differ: many decimals, a step that is not one, none. */
export function threeProducts(): InstrumentTable {
  const rows = [
    ['BTC-USD', 2, 1, 8, 1],
    ['ETH-USD', 1, 5, 3, 25],
    ['SKL-USD', 4, 1, 0, 1],
  ] as const
  return new InstrumentTable(
    rows.map(([symbol, decimals, step, lotDecimals, lotStep], index) =>
      makeProduct(COINBASE, index, {
        symbol,
        base: symbol.slice(0, 3),
        quote: 'USD',
        settle: 'USD',
        kind: 'spot',
        expiry: '',
        price: { decimals, step },
        quantity: { decimals: lotDecimals, step: lotStep },
        bounds: {},
        grids: 'published',
      }),
    ),
  )
}
