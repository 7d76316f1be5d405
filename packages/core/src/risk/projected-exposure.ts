import type { OrderRequest } from '../order/order-request.ts'
import { type ScopeTotals, worstLots, worstLotsWith } from './scope-totals.ts'

/** A figure now and with a wish. */
export interface Change<Figure> {
  readonly before: Figure
  readonly after: Figure
}

/** What values lots; undefined while a mark is missing. */
export interface Valuation {
  value(instrument: number, lots: number): bigint | undefined
}

/** Worst lots of the wish's instrument in a scope, over its accounts, without and with the wish. */
export function growthOf(totals: ScopeTotals, account: string, order: OrderRequest, added: number): Change<number> {
  let before = 0
  let after = 0
  totals.slot(account, order.instrument)
  for (const slot of totals.slots) {
    if (slot.instrument !== order.instrument) continue
    const worst = worstLots(slot)
    before += worst
    after += slot.account === account ? worstLotsWith(slot, order.side, added) : worst
  }
  return { before, after }
}

/**
 * Value of the worst positions of a scope, long and short added, without and with the wish.
 * @param counts which instruments
 * @returns undefined while an instrument with exposure has no value
 */
export function grossAfter(
  totals: ScopeTotals,
  account: string,
  order: OrderRequest,
  added: number,
  valuation: Valuation,
  counts: (instrument: number) => boolean,
): Change<bigint> | undefined {
  const own = totals.slot(account, order.instrument)
  let before = 0n
  for (const slot of totals.slots) {
    const worst = worstLots(slot)
    if (worst === 0 || !counts(slot.instrument)) continue
    const value = valuation.value(slot.instrument, worst)
    if (value === undefined) return undefined
    before += value
  }
  const worst = worstLots(own)
  const grown = worstLotsWith(own, order.side, added)
  if (grown === worst || !counts(order.instrument)) return { before, after: before }
  const value = valuation.value(order.instrument, worst)
  const grownValue = valuation.value(order.instrument, grown)
  if (value === undefined || grownValue === undefined) return undefined
  return { before, after: before - value + grownValue }
}
