import { baseAmount } from '../market/base-amount.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { notional } from '../market/money.ts'
import { BUY } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { OrderView } from '../order/order.ts'
import type { OrderGuard, Wish } from './order-guard.ts'
import type { RefusalFigures } from './risk-refusal.ts'

/** What an account has, and what of it is bound. */
export interface Funds {
  /** Booked units of an asset. */
  cash(code: string): bigint
  /** Orders of the account that are not closed. */
  openOrders(instrument: number): readonly OrderView[]
  /** Middle of the market in ticks, for orders without a price; NaN while there is none. */
  mid(instrument: number): number
}

/**
 * Refuses before the wire what a spot account cannot pay: goods that it does not have, or money that its other orders
 * bind already. Without it the venue would refuse, again and again, and a breaker would open for want of funds. Fees are not
 * counted: they are paid of what is received, or the venue has the last word.
 */
export class SpotFunds implements OrderGuard {
  readonly #instruments: InstrumentTable
  readonly #funds: Funds

  constructor(instruments: InstrumentTable, funds: Funds) {
    this.#instruments = instruments
    this.#funds = funds
  }

  refusal({ order, price, added }: Wish): RefusalFigures | undefined {
    const instrument = this.#instruments.at(order.instrument)
    if (instrument.kind !== 'spot') return undefined
    const { side } = order
    const { code } = paying(instrument, side)
    const at = price ?? this.#funds.mid(order.instrument)
    if (Number.isNaN(at)) return undefined // Without a market nothing is sent anyway.
    const has = this.#funds.cash(code)
    const bound = this.#bound(code)
    const needs = bound + amount(instrument, side, added, at)
    if (needs <= has) return undefined
    const scope = { instrument: order.instrument }
    return { reason: 'insufficient_funds', name: code, scope, value: bound, would: needs, limit: has, unit: 'minor' }
  }

  onApproved(): void {
    // Nothing is reserved: an order counts from its placement on.
  }

  onSettled(): void {
    // And nothing released.
  }

  /** What open orders of all instruments bind of an asset. */
  #bound(code: string): bigint {
    let bound = 0n
    for (const instrument of this.#instruments.all) {
      if (instrument.kind !== 'spot') continue
      for (const { request, price, quantity, cumulative } of this.#funds.openOrders(instrument.index)) {
        if (paying(instrument, request.side).code !== code) continue
        const at = price ?? this.#funds.mid(instrument.index)
        if (!Number.isNaN(at)) bound += amount(instrument, request.side, quantity - cumulative, at)
      }
    }
    return bound
  }
}

/** A buyer gives money, a seller goods. */
const paying = ({ base, quote }: Instrument, side: number): Instrument['base'] => (side === BUY ? quote : base)

const amount = (instrument: Instrument, side: number, lots: number, price: number): bigint =>
  side === BUY ? notional(Math.round(price) as Ticks, lots as Lots, instrument.contract) : baseAmount(instrument, lots)
