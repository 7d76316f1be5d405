import type { FeeRates, Instrument } from '@velocimex/core/market/instrument'
import { completeInstrument, type InstrumentDraft } from '../draft-instrument.ts'
import type { Dialect } from './frame-fields.ts'

/** Fees of the lowest tier, in 1e-8 of the notional: spot 0.1 % both; USD-M 0.02 % maker, 0.05 % taker. Public fee pages, 2026. */
const FEES: Readonly<Record<Dialect, FeeRates>> = {
  spot: { maker: 100_000, taker: 100_000 },
  usdm: { maker: 20_000, taker: 50_000 },
}

/** Completes an instrument of Binance. */
export const makeInstrument = (dialect: Dialect, venue: string, index: number, draft: InstrumentDraft): Instrument =>
  completeInstrument(venue, index, draft, FEES[dialect])
