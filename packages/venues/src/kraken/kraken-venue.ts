import { IN_ORDER } from '@velocimex/core/feed/sequencing'
import type { MarketVenue } from '../market-venue.ts'
import { parseAssetPairs } from './asset-pairs.ts'
import { KrakenGridInference } from './grid-inference.ts'
import { KrakenCodec } from './kraken-codec.ts'
import { KRAKEN } from './make-instrument.ts'

/** Kraken spot, in both dialects of its websocket. Whole books come from the socket, and a checksum proves each change. */
export const kraken: MarketVenue = {
  id: KRAKEN,
  sequencing: IN_ORDER,
  makeCodec: (instruments, bufferBytes, maxLevels, source) =>
    new KrakenCodec(instruments, bufferBytes, maxLevels, source),
  parseInstruments: parseAssetPairs,
  inferGrids: () => new KrakenGridInference(),
  snapshotSymbol: () => undefined,
}
