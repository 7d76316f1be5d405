import { formatOnGrid } from '../market/grid.ts'
import type { Instrument } from '../market/instrument.ts'

/**
 * Why a working order was placed, moved or taken away, or why it was left alone.
 *
 * joined       placed at the best price of its side, behind whoever stands there
 * improved     placed a tick in front of the best price, into a wide spread
 * bounded      placed at the price the strategy allows at best, behind the touch
 * repriced     placed again, farther back, because the venue refused to let it rest
 * taken        sent to take: its urgency is above the threshold
 * followed     moved: the right price has gone away from it
 * adverse      moved back: it stands at a better price than is right by now
 * size_off     moved to the back for a size that is too far from the one wanted
 * reduced      made smaller where it stands
 * withdrawn    canceled: nothing is wanted any more
 * urgent       canceled, because what it was for is taken instead
 */
export type ActingReason =
  | 'joined'
  | 'improved'
  | 'bounded'
  | 'repriced'
  | 'taken'
  | 'followed'
  | 'adverse'
  | 'size_off'
  | 'reduced'
  | 'withdrawn'
  | 'urgent'

/** Why each of them, in a sentence. */
const WHY: Readonly<Record<ActingReason, string>> = {
  joined: 'it queues at the best price of its side',
  improved: 'the spread is wide: it stands a tick in front of the best price',
  bounded: 'the strategy allows no better price',
  repriced: 'the venue did not let it rest nearer',
  taken: 'it is urgent, so it takes',
  followed: 'the right price has gone away from it',
  adverse: 'it stood at a better price than is right by now',
  size_off: 'its size was too far from the one that is wanted, so it gives up its place',
  reduced: 'less is wanted, and it keeps its place',
  withdrawn: 'nothing is wanted on this side now',
  urgent: 'what it was for is urgent and will be taken',
}

/** A decision about an order, with what it was made on. Prices in ticks, quantities in lots. */
export interface OrderDecision {
  readonly reason: ActingReason
  /** Price and quantity that were decided; of a withdrawal those that stood. */
  readonly price: number
  readonly quantity: number
  /** Price at which it stood before; NaN for an order that is placed. */
  readonly from: number
  /** Best price of others on the order's side and on the other side. */
  readonly touch: number
  readonly opposite: number
  /** Lots of others thought to be ahead; NaN when it did not rest. */
  readonly ahead: number
  /** 0..1; and that above which the strategy takes. */
  readonly urgency: number
  readonly takeAbove: number
}

/** A decision in words, for whoever asks why. */
export function decisionWords(decision: OrderDecision, { price, quantity }: Instrument): string {
  const { reason, from, touch, opposite, ahead, urgency, takeAbove } = decision
  const at = (ticks: number): string => (Number.isFinite(ticks) ? formatOnGrid(ticks, price) : 'none')
  const before = Number.isNaN(from) || from === decision.price ? '' : ` instead of ${at(from)}`
  const what = `${formatOnGrid(decision.quantity, quantity)} at ${at(decision.price)}${before}`
  const queue = Number.isNaN(ahead) ? '' : `; about ${formatOnGrid(Math.round(ahead), quantity)} ahead of it`
  const haste = urgency === 0 ? '' : `; urgency ${urgency.toFixed(2)}, takes above ${takeAbove.toFixed(2)}`
  return `${reason.replaceAll('_', ' ')}, ${WHY[reason]}: ${what}; own touch ${at(touch)}, other touch ${at(opposite)}${queue}${haste}`
}
