import type { Instrument } from '../market/instrument.ts'
import { opposite, type Side } from '../market/side.ts'
import { worth } from './exchange-account.ts'
import type { ExchangeView } from './exchange-view.ts'

/**
 * Lots that a sum of money buys or sells at the prices that rest now, from the best on: an order of so many lots costs, or
 * brings, no more than the sum. 0 when the sum is worth less than a lot, or nothing rests.
 *
 * @param units booked units of the settling asset (spot: of the quote)
 */
export function lotsForMoney(exchange: ExchangeView, instrument: Instrument, side: Side, units: bigint): number {
  const { book } = exchange.engine(instrument.index)
  const resting = opposite(side)
  let left = units
  let lots = 0
  for (let at = book.best(resting); Number.isFinite(at) && left > 0n; at = book.worse(resting, at)) {
    const one = worth(instrument, at, 1)
    const affordable = left / one
    const there = book.lotsAt(resting, at)
    if (affordable < BigInt(there)) return lots + Number(affordable)
    lots += there
    left -= one * BigInt(there)
  }
  return lots
}
