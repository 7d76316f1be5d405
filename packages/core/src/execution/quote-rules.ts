/** When a resting order is moved. Its place in the queue is worth something, so small things do not move it. */
export interface QuoteRules {
  /** Ticks that the right price must be in front of the order before it follows, 1 or more. */
  moveTicks: number
  /** The same for an order in the front of its queue, at least as much. */
  frontTicks: number
  /** An order is in front when at most this share of what rests at its price is ahead of it, 0..1; negative: never. */
  frontShare: number
  /** Ticks that the order may stand in front of the right price before it is taken back, 1 or more. */
  adverseTicks: number
  /** Microseconds that an order stands before it follows or grows. It is taken back and made smaller at any age. */
  restUs: number
  /** Share of the wanted size by which the open size may be off, 0..1. */
  sizeOff: number
}

/**
 * What the rules say of a resting order: the first four leave it, the others act.
 *
 * at_price      it stands at the right price        within_ticks   near enough to it
 * in_front      not so near, but its place is worth more            young   it has not stood long enough
 * followed, adverse, size_off, reduced: see `ActingReason`
 */
export type QuoteVerdict =
  | 'at_price'
  | 'within_ticks'
  | 'in_front'
  | 'young'
  | 'followed'
  | 'adverse'
  | 'size_off'
  | 'reduced'

/**
 * Judges a resting order, in order of precedence: danger, distance, size.
 *
 * @param gap ticks from the order forward to the right price; negative when the order stands in front of it
 * @param age microseconds since it was last moved
 * @param ahead lots of others ahead of it, NaN when nobody knows @param level lots at its price
 * @param leaves open lots @param wanted lots that should be open, positive
 */
export function judgeQuote(
  rules: QuoteRules,
  gap: number,
  age: number,
  ahead: number,
  level: number,
  leaves: number,
  wanted: number,
): QuoteVerdict {
  if (-gap >= rules.adverseTicks) return 'adverse'
  const isInFront = ahead <= rules.frontShare * level
  if (gap >= rules.moveTicks) {
    if (isInFront && gap < rules.frontTicks) return 'in_front'
    return age < rules.restUs ? 'young' : 'followed'
  }
  if (leaves > wanted * (1 + rules.sizeOff)) return 'reduced'
  if (leaves < wanted * (1 - rules.sizeOff)) {
    if (isInFront) return 'in_front'
    return age < rules.restUs ? 'young' : 'size_off'
  }
  return gap === 0 ? 'at_price' : 'within_ticks'
}
