import type { Instrument } from '@velocimex/core/market/instrument'
import { type Minor, toMinor } from '@velocimex/core/market/money'
import type { Amount } from './amount.ts'
import { toUnits } from './amounts.ts'

/** Decimals in which an asset that is none of an instrument's own is booked: a fee in the venue's coin. */
const FOREIGN_DECIMALS = 8

/** A fee in booked units of its asset: in the decimals of the instrument's own asset, or eight for any other. */
export function bookedFee(instrument: Instrument, asset: string, amount: Amount): Minor {
  const own = [instrument.quote, instrument.base, instrument.settle].find(({ code }) => code === asset)
  return toMinor(toUnits(amount, own?.decimals ?? FOREIGN_DECIMALS))
}
