import type { FeeRates, Instrument, InstrumentKind } from '@velocimex/core/market/instrument'
import { completeInstrument, type InstrumentDraft } from '../draft-instrument.ts'

/**
 * Fees of a new account (Lv1) in 1e-8 of the notional: spot 0.08 % and 0.10 %, perpetuals and futures 0.02 % and 0.05 %,
 * options 0.02 % and 0.03 %. Public fee page, 2026; the venue tells an account its own.
 */
const FEES: Readonly<Record<InstrumentKind, FeeRates>> = {
  spot: { maker: 80_000, taker: 100_000 },
  perpetual: { maker: 20_000, taker: 50_000 },
  future: { maker: 20_000, taker: 50_000 },
  option: { maker: 20_000, taker: 30_000 },
}

/** Completes an instrument of OKX. */
export const makeInstrument = (venue: string, index: number, draft: InstrumentDraft): Instrument =>
  completeInstrument(venue, index, draft, FEES[draft.kind])
