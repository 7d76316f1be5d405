import type { FeeRates, Instrument } from '@velocimex/core/market/instrument'
import { completeInstrument, type InstrumentDraft } from '../draft-instrument.ts'

/** Name of the venue. */
export const KRAKEN = 'kraken'
/** Fees of the lowest tier where the list tells none: 0.25 % maker, 0.4 % taker, in 1e-8 of the notional (AssetPairs, 2026). */
export const LOWEST_TIER: FeeRates = { maker: 250_000, taker: 400_000 }

/** Completes an instrument of Kraken: all are spot. */
export const makeInstrument = (
  index: number,
  draft: Omit<InstrumentDraft, 'settle' | 'kind' | 'expiry'>,
  fees: FeeRates = LOWEST_TIER,
): Instrument => completeInstrument(KRAKEN, index, { ...draft, settle: draft.quote, kind: 'spot', expiry: '' }, fees)
