import type { RiskLimits } from '../risk/risk-limits.ts'

/** Instruments of the simulated account. */
const INSTRUMENTS = 3

/** The limits under which the simulated strategy trades: tight, so that a wrong exposure shows. */
export const SIM_LIMITS: RiskLimits = {
  byInstrument: Array.from({ length: INSTRUMENTS }, () => ({
    orderLotsMax: 20,
    orderNotionalMax: undefined,
    positionLotsMax: 60,
    openOrdersMax: 12,
    priceBandBps: 2000,
  })),
  ordersPerWindowMax: 100,
  rateWindow: 1_000_000,
}
