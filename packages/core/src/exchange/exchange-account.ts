import { assert } from '../assert.ts'
import type { Instrument } from '../market/instrument.ts'
import { divideHalfEven, notional } from '../market/money.ts'
import { BUY, type Side } from '../market/side.ts'
import type { Lots, Ticks } from '../market/units.ts'

/** What an account has of an asset, booked units. */
export interface ExchangeBalance {
  total: bigint
  /** Of the total, bound by open orders (spot). */
  locked: bigint
}

/** A position in a derivative. */
export interface ExchangePosition {
  /** Signed lots. */
  lots: number
  /** Value at which it was entered, booked units of the settling asset; never negative. */
  cost: bigint
  /** Realised since the account was opened, fees apart. */
  realised: bigint
}

/** Value of lots at a price in booked units of the settling asset. */
export const worth = (instrument: Instrument, price: number, lots: number): bigint =>
  notional(price as Ticks, lots as Lots, instrument.contract)

/** Lots of a spot instrument in booked units of its base asset. */
export function baseUnits({ base, quantity }: Instrument, lots: number): bigint {
  const spare = base.decimals - quantity.decimals
  assert(spare >= 0, 'the base asset is booked finely enough for one lot', spare)
  return BigInt(lots) * BigInt(quantity.step) * 10n ** BigInt(spare)
}

/** One account of an exchange: what it owns, what is bound, and its positions. */
export class ExchangeAccount {
  readonly balances = new Map<string, ExchangeBalance>()
  readonly positions = new Map<number, ExchangePosition>()
  /** By instrument index; absent for the default. */
  readonly leverage = new Map<number, number>()

  /** The balance of an asset; an empty one is made when there is none. */
  balance(code: string): ExchangeBalance {
    let balance = this.balances.get(code)
    if (balance === undefined) {
      balance = { total: 0n, locked: 0n }
      this.balances.set(code, balance)
    }
    return balance
  }

  /** Booked units that are not bound. */
  free(code: string): bigint {
    const { total, locked } = this.balance(code)
    return total - locked
  }

  /** The position in an instrument; a flat one is made when there is none. */
  position(instrument: number): ExchangePosition {
    let position = this.positions.get(instrument)
    if (position === undefined) {
      position = { lots: 0, cost: 0n, realised: 0n }
      this.positions.set(instrument, position)
    }
    return position
  }

  /** Open profit of a position at a price, booked units of the settling asset. */
  unrealised(instrument: Instrument, price: number): bigint {
    const { lots, cost } = this.position(instrument.index)
    if (lots === 0 || price <= 0) return 0n
    return gain(instrument, lots > 0, cost, worth(instrument, price, Math.abs(lots)))
  }

  /** What leaves and enters by an execution on spot; fees apart. */
  exchangeSpot(instrument: Instrument, side: Side, price: number, lots: number): void {
    this.balance(instrument.quote.code).total -= BigInt(side) * worth(instrument, price, lots)
    this.balance(instrument.base.code).total += BigInt(side) * baseUnits(instrument, lots)
  }

  /** Books an execution of a derivative. @returns what it realised, already in the balance */
  executeDerivative(instrument: Instrument, side: Side, price: number, lots: number): bigint {
    const position = this.position(instrument.index)
    const closing = position.lots * side < 0 ? Math.min(lots, Math.abs(position.lots)) : 0
    let realised = 0n
    if (closing > 0) {
      const part = divideHalfEven(position.cost * BigInt(closing), BigInt(Math.abs(position.lots)))
      realised = gain(instrument, position.lots > 0, part, worth(instrument, price, closing))
      position.cost -= part
      position.lots += side * closing
    }
    if (lots > closing) {
      position.cost += worth(instrument, price, lots - closing)
      position.lots += side * (lots - closing)
    }
    position.realised += realised
    this.balance(instrument.settle.code).total += realised
    return realised
  }
}

/** Profit of a closed part: linear value rises with the price, inverse value falls. */
function gain({ contract }: Instrument, isLong: boolean, cost: bigint, value: bigint): bigint {
  const rises = contract.kind === 'linear' ? isLong : !isLong
  return rises ? value - cost : cost - value
}

/** What an open order binds on spot: the quote at its price, or the base. */
export function bound(instrument: Instrument, side: Side, price: number, lots: number): [code: string, units: bigint] {
  return side === BUY
    ? [instrument.quote.code, worth(instrument, price, lots)]
    : [instrument.base.code, baseUnits(instrument, lots)]
}
