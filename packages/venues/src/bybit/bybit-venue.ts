import { CONSECUTIVE } from '@velocimex/core/feed/sequencing'
import type { MarketVenue, VenueGroup } from '../market-venue.ts'
import { BybitCodec } from './bybit-codec.ts'
import type { Category } from './frame-fields.ts'
import { BybitGridInference } from './grid-inference.ts'
import { instrumentsInfoStatuses } from './instrument-status.ts'
import { parseInstrumentsInfo } from './instruments-info.ts'

function bybit(category: Category): MarketVenue {
  const id = `bybit-${category}`
  return {
    id,
    sequencing: CONSECUTIVE,
    makeCodec: (instruments, bufferBytes, maxLevels, source) =>
      new BybitCodec(category, id, instruments, bufferBytes, maxLevels, source),
    parseInstruments: text => parseInstrumentsInfo(category, id, text),
    parseStatuses: instrumentsInfoStatuses,
    inferGrids: () => new BybitGridInference(category, id),
    snapshotSymbol: url => /\/v5\/market\/orderbook\?(?:[^#]*&)?symbol=([^&#]+)/.exec(url)?.[1],
  }
}

/** Bybit spot. */
export const bybitSpot = bybit('spot')
/** Bybit's perpetuals and dated futures that are margined and settled in USDT or USDC. */
export const bybitLinear = bybit('linear')

/** Both markets of Bybit, told apart by the socket's path (`/v5/public/spot`) or a REST call's `category`. */
export const bybitGroup: VenueGroup = {
  id: 'bybit',
  members: [bybitLinear, bybitSpot],
  memberAt: url => (/\/v5\/public\/spot\b|[?&]category=spot\b/.test(url) ? bybitSpot : bybitLinear),
}
