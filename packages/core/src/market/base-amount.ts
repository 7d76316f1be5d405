import type { Instrument } from './instrument.ts'

/** Base units that a number of lots is, in booked units of the base asset. */
export function baseAmount(instrument: Instrument, lots: number): bigint {
  const { base, quantity } = instrument
  return BigInt(lots) * BigInt(quantity.step) * 10n ** BigInt(base.decimals - quantity.decimals)
}
