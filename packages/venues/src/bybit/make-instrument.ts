import type { FeeRates, Instrument } from '@velocimex/core/market/instrument'
import { completeInstrument, type InstrumentDraft } from '../draft-instrument.ts'
import type { Category } from './frame-fields.ts'

/** Fees of the lowest tier, in 1e-8 of the notional: spot 0.1 % both; linear 0.02 % maker, 0.055 % taker. Public fee pages, 2026. */
const FEES: Readonly<Record<Category, FeeRates>> = {
  spot: { maker: 100_000, taker: 100_000 },
  linear: { maker: 20_000, taker: 55_000 },
}

/** Completes an instrument of Bybit. */
export const makeInstrument = (category: Category, venue: string, index: number, draft: InstrumentDraft): Instrument =>
  completeInstrument(venue, index, draft, FEES[category])
