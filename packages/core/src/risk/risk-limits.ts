/** Limits of one instrument. Quantities in lots, money in booked units of the settling asset. Infinity switches one off. */
export interface InstrumentLimits {
  /** Largest single order. */
  readonly orderLotsMax: number
  /** Largest value of a single order. */
  readonly orderNotionalMax: bigint | undefined
  /** Largest position, long or short, counted with everything that may still be filled. */
  readonly positionLotsMax: number
  /** Orders that may be open at once. */
  readonly openOrdersMax: number
  /**
   * How far a price may lie from the mid of our book on the side that costs us (a buy above it, a sell below it), in
   * units of 1e-4 (bps).
   */
  readonly priceBandBps: number
}

/** Limits of a whole account. */
export interface RiskLimits {
  readonly byInstrument: readonly InstrumentLimits[]
  /** Placements and amendments that may be sent within any window of `rateWindow` microseconds. */
  readonly ordersPerWindowMax: number
  readonly rateWindow: number
}

/** Limits that allow everything, for parts that are not set. */
export const NO_LIMITS: InstrumentLimits = {
  orderLotsMax: Number.POSITIVE_INFINITY,
  orderNotionalMax: undefined,
  positionLotsMax: Number.POSITIVE_INFINITY,
  openOrdersMax: Number.POSITIVE_INFINITY,
  priceBandBps: Number.POSITIVE_INFINITY,
}
