import type { FeeRates, Instrument } from '../market/instrument.ts'
import { type Minor, notional } from '../market/money.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Liquidity } from '../order/fill.ts'

const RATE_UNIT = 100_000_000n

/**
 * Fee of an execution in booked units of the settling asset: notional times the rate of its liquidity. Rounded to the
 * venue's favour: a fee up, a rebate toward nothing. Negative is a rebate.
 */
export function feeOf(
  instrument: Instrument,
  rates: FeeRates,
  price: Ticks,
  quantity: Lots,
  liquidity: Liquidity,
): Minor {
  const rate = BigInt(liquidity === 'maker' ? rates.maker : rates.taker)
  const product = notional(price, quantity, instrument.contract) * rate
  // BigInt division cuts toward zero, which is down for a fee and toward nothing for a rebate.
  const cut = product / RATE_UNIT
  return (product > 0n && product % RATE_UNIT !== 0n ? cut + 1n : cut) as Minor
}
