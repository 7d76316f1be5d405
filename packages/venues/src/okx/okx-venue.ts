import { LINKED_ALIVE } from '@velocimex/core/feed/sequencing'
import type { InstrumentKind } from '@velocimex/core/market/instrument'
import { alone, type MarketVenue, type VenueGroup } from '../market-venue.ts'
import { OkxGridInference } from './grid-inference.ts'
import { parseInstrumentList } from './instrument-list.ts'
import { OkxCodec } from './okx-codec.ts'

/** OKX, whose instruments tell their type by their name: one socket carries them all. */
function okx(only?: InstrumentKind): MarketVenue {
  const id = 'okx'
  return {
    id,
    sequencing: LINKED_ALIVE,
    makeCodec: (instruments, bufferBytes, maxLevels, source) =>
      new OkxCodec(id, instruments, bufferBytes, maxLevels, source, only),
    parseInstruments: text => parseInstrumentList(id, text, only),
    inferGrids: () => new OkxGridInference(id, only),
    // A REST book of OKX carries no number that changes could connect to: the socket sends its own.
    snapshotSymbol: () => undefined,
  }
}

/** OKX with all its types of instruments. */
export const okxAll: VenueGroup = alone(okx())
/** The spot pairs of OKX alone. */
export const okxSpot: VenueGroup = { ...alone(okx('spot')), id: 'okx-spot' }
/** The perpetual swaps of OKX alone, linear and inverse. */
export const okxSwap: VenueGroup = { ...alone(okx('perpetual')), id: 'okx-swap' }
