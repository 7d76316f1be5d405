import { IN_ORDER } from '@velocimex/core/feed/sequencing'
import type { MarketVenue } from '../market-venue.ts'
import { CoinbaseCodec } from './coinbase-codec.ts'
import { CoinbaseGridInference } from './grid-inference.ts'
import { parseProducts } from './products.ts'

/** The venue's id on the command line and in instrument tables. */
export const COINBASE = 'coinbase'

/** Coinbase: Advanced Trade and the older exchange feed, told apart frame by frame. */
export const coinbase: MarketVenue = {
  id: COINBASE,
  sequencing: IN_ORDER,
  makeCodec: (instruments, bufferBytes, maxLevels, source) =>
    new CoinbaseCodec(COINBASE, instruments, bufferBytes, maxLevels, source),
  parseInstruments: text => parseProducts(COINBASE, text),
  inferGrids: () => new CoinbaseGridInference(COINBASE),
  // The socket sends whole books; a REST book does not say where among the changes it stands.
  snapshotSymbol: () => undefined,
}
