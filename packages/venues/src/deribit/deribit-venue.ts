import { LINKED } from '@velocimex/core/feed/sequencing'
import type { MarketVenue } from '../market-venue.ts'
import { DeribitCodec } from './deribit-codec.ts'
import { DeribitGridInference } from './grid-inference.ts'
import { parseInstruments } from './instruments.ts'
import { tickerStatus } from './listed-state.ts'

/** The venue's id on the command line and in instrument tables. */
export const DERIBIT = 'deribit'

/** Deribit: perpetuals, futures, options and spot on one socket. */
export const deribit: MarketVenue = {
  id: DERIBIT,
  sequencing: LINKED,
  makeCodec: (instruments, bufferBytes, maxLevels, source) =>
    new DeribitCodec(DERIBIT, instruments, bufferBytes, maxLevels, source),
  parseInstruments: text => parseInstruments(DERIBIT, text),
  parseStatuses: tickerStatus,
  inferGrids: () => new DeribitGridInference(DERIBIT),
  // The socket sends whole books, which begin the chain of change ids.
  snapshotSymbol: () => undefined,
}
