import type { Side } from '../market/side.ts'

/**
 * Price at which a post-only order queues: the best price of others on its side, a tick in front of it in a spread that
 * is wide enough, never better than the caller's limit, and never one that would take. S2-OMS-32.
 *
 * @param touch best price of others on the side; @param opposite best price of the other side, both finite
 * @param limit best price that the caller allows; an infinite one for any
 * @param improveFrom spread in ticks from which it stands a tick in front of the touch, 2 or more; Infinity never
 * @param back ticks to stay behind all of that
 * @returns ticks
 */
export function makerPrice(
  side: Side,
  touch: number,
  opposite: number,
  limit: number,
  improveFrom: number,
  back: number,
): number {
  const spread = side * (opposite - touch)
  const wished = spread >= improveFrom && spread > 1 ? side * touch + 1 : side * touch
  return side * (Math.min(wished, side * limit, side * opposite - 1) - back)
}

/**
 * Limit of an order that takes: so many basis points through the other side's touch, never worse than the caller's limit.
 *
 * @param limit worst price that the caller allows; an infinite one for any
 * @returns ticks; NaN when the caller's limit does not reach the touch
 */
export function takerPrice(side: Side, opposite: number, limit: number, bandBps: number): number {
  const worst = Math.min(side * opposite + Math.floor((Math.abs(opposite) * bandBps) / 1e4), side * limit)
  return worst >= side * opposite ? side * worst : Number.NaN
}
