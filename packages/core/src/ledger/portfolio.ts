import { assert } from '../assert.ts'
import type { Instrument } from '../market/instrument.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import { type Minor, notional } from '../market/money.ts'
import type { Lots, Ticks } from '../market/units.ts'
import type { Fill } from '../order/fill.ts'
import type { Position } from '../order/position.ts'
import { CostBasis, type CostMethod } from './cost-basis.ts'

/** What a price makes of lots, signed so that costs can be added: an inverse contract is worth less the higher its price. */
function signedValue(instrument: Instrument, side: number, price: Ticks, lots: number): bigint {
  const value = notional(price, lots as Lots, instrument.contract)
  return (instrument.contract.kind === 'linear' ? side > 0 : side < 0) ? value : -value
}

/**
 * Positions derived from fills, never stored apart. Exact to the booked unit:
 *
 *     realised + unrealised = value of the open lots at the mark - everything paid for fills + everything received
 */
export class Portfolio {
  readonly #instruments: InstrumentTable
  readonly #method: CostMethod
  readonly #basis: CostBasis[]
  readonly #positions: Position[]

  /** @param method average cost unless told */
  constructor(instruments: InstrumentTable, method: CostMethod = 'average') {
    this.#instruments = instruments
    this.#method = method
    this.#basis = instruments.all.map(() => new CostBasis(method))
    this.#positions = instruments.all.map(({ index }) => none(index))
  }

  /** Present position; a new object after every change. */
  position(instrument: number): Position {
    return this.#positions[instrument]!
  }

  /** Position in lots, signed. */
  netLots(instrument: number): number {
    return this.#positions[instrument]!.netLots
  }

  /** Takes a fill. Returns the profit of the lots it closed, in booked units of the settling asset, fees not counted. */
  apply(fill: Fill): Minor {
    const instrument = this.#instruments.at(fill.instrument)
    const before = this.#positions[fill.instrument]!
    const basis = this.#basis[fill.instrument]!
    const value = signedValue(instrument, fill.side, fill.price, fill.quantity)
    const closing = before.netLots * fill.side < 0 ? Math.min(fill.quantity, basis.lots) : 0
    const closingValue = closing === fill.quantity ? value : signedValue(instrument, fill.side, fill.price, closing)
    const profit = closing === 0 ? 0n : -closingValue - basis.release(closing)
    if (closing < fill.quantity) basis.add(fill.quantity - closing, value - closingValue)
    this.#positions[fill.instrument] = Object.freeze({
      instrument: fill.instrument,
      netLots: before.netLots + fill.side * fill.quantity,
      cost: basis.cost as Minor,
      realised: (before.realised + profit) as Minor,
      fees: (before.fees + (fill.feeAsset === instrument.settle.code ? fill.fee : 0n)) as Minor,
    })
    return profit as Minor
  }

  /**
   * Takes the fills of an instrument anew, oldest first: which lots a fill closes, and so what it realises, depends on the
   * fills before it, and one may be told of late.
   * @param fills all that were taken before, in the order of the venue
   * @param carried what was held before the first of them; nothing when left out
   * @returns by how much more is realised than before
   */
  reorder(instrument: number, fills: readonly Fill[], carried: Position = none(instrument)): Minor {
    const before = this.#positions[instrument]!
    this.carry(carried)
    for (const fill of fills) this.apply(fill)
    const { netLots, fees, realised } = this.#positions[instrument]!
    assert(netLots === before.netLots && fees === before.fees, 'the fills are those that were taken', netLots)
    return (realised - before.realised) as Minor
  }

  /** Goes on with a position whose fills are not told anew; whatever was held is forgotten. At average cost only. */
  carry(position: Position): void {
    const { instrument, netLots, cost } = position
    const basis = new CostBasis(this.#method)
    if (netLots !== 0) basis.carry(Math.abs(netLots), cost)
    this.#basis[instrument] = basis
    this.#positions[instrument] = Object.freeze({ ...position })
  }

  /**
   * Profit of the open lots at a price, in booked units of the settling asset.
   * @param mark 0 where no price is known yet: what is held is then taken for worth what it cost
   */
  unrealised(instrument: number, mark: Ticks): Minor {
    const { netLots, cost } = this.#positions[instrument]!
    if (netLots === 0 || mark === 0) return 0n as Minor
    return (signedValue(this.#instruments.at(instrument), netLots, mark, Math.abs(netLots)) - cost) as Minor
  }
}

function none(instrument: number): Position {
  const zero = 0n as Minor
  return Object.freeze({ instrument, netLots: 0, cost: zero, realised: zero, fees: zero })
}
