import type { QuoteRules } from './quote-rules.ts'

/** How orders are worked: resting first, taking only in haste. One per strategy and instrument. */
export interface MakerPolicy {
  /** Urgency above which an order takes, 0..1; 1 never takes. S2-OMS-34. */
  readonly takeAbove: number
  /** How far through the other side's touch an order that takes may trade, bps. */
  readonly takeBps: number
  /** Spread in ticks from which an order is placed a tick in front of the touch, 2 or more; Infinity never. */
  readonly improveFrom: number
  /** How often in a row an order that the venue refused to let rest is placed again, each time a tick farther back. */
  readonly repricesMax: number
  /** Rest after that, and after a refusal by risk, microseconds. */
  readonly pauseUs: number
  readonly rules: QuoteRules
}

/** Post-only at the touch, taking above an urgency of 0.8; moves at a distance of one tick, at any age. */
export const DEFAULT_MAKER_POLICY: MakerPolicy = {
  takeAbove: 0.8,
  takeBps: 0.5,
  improveFrom: Number.POSITIVE_INFINITY,
  repricesMax: 3,
  pauseUs: 1_000_000,
  rules: { moveTicks: 1, frontTicks: 2, frontShare: 0.25, adverseTicks: 1, restUs: 0, sizeOff: 0.5 },
}
