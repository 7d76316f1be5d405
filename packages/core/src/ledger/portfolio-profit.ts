import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Ticks } from '../market/units.ts'
import type { Position } from '../order/position.ts'
import type { Marks, MarkValuation } from '../risk/mark-valuation.ts'

/** Positions from fills; a portfolio fits. */
export interface Positions {
  position(instrument: number): Position
  unrealised(instrument: number, mark: Ticks): bigint
}

/**
 * What a portfolio has made so far, open profit included and fees paid, in the currency of the valuation.
 * @returns undefined while a mark is missing
 */
export function portfolioProfit(
  positions: Positions,
  instruments: InstrumentTable,
  valuation: MarkValuation,
  marks: Marks,
): bigint | undefined {
  let profit = 0n
  for (const { index, settle } of instruments.all) {
    const { netLots, realised, fees } = positions.position(index)
    const mark = marks.mark(index)
    if (netLots !== 0 && !(mark > 0)) return undefined
    const open = netLots === 0 ? 0n : positions.unrealised(index, Math.round(mark) as Ticks)
    const worth = valuation.worth(realised + open - fees, settle.code)
    if (worth === undefined) return undefined
    profit += worth
  }
  return profit
}
