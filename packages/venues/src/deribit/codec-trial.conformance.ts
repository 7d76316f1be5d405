import type { Grid } from '@velocimex/core/market/grid'
import { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { CodecTrial } from '../market-codec.conformance.ts'
import { DERIBIT, deribit } from './deribit-venue.ts'
import { inferredDraft, makeInstrument } from './instruments.ts'
import { DeribitOracle } from './market-codec-oracle.ts'

/** A codec of Deribit beside its oracle, over four instruments unless others are given. */
export const trialOf = (table = fourInstruments(), maxLevels = 8192): CodecTrial =>
  new CodecTrial(deribit.makeCodec(table, 8 << 20, maxLevels, 3), new DeribitOracle(table, maxLevels, 3))

/** An inverse perpetual, an option, a linear perpetual and a spot pair. */
export function fourInstruments(): InstrumentTable {
  const rows: readonly (readonly [string, Grid, Grid])[] = [
    ['BTC-PERPETUAL', { decimals: 1, step: 5 }, { decimals: 0, step: 10 }],
    ['ETH-9APR21-1950-C', { decimals: 4, step: 5 }, { decimals: 1, step: 1 }],
    ['ETH_USDC-PERPETUAL', { decimals: 2, step: 1 }, { decimals: 3, step: 1 }],
    ['BTC_USDC', { decimals: 2, step: 1 }, { decimals: 4, step: 1 }],
  ]
  return new InstrumentTable(
    rows.map(([symbol, price, quantity], index) =>
      makeInstrument(DERIBIT, index, inferredDraft(symbol, price, quantity)),
    ),
  )
}
