import type { DeadManAction } from '@velocimex/core/risk/dead-man-switch'
import type { LimitText } from '@velocimex/core/risk/read-limit'
import type { StopThresholds } from '@velocimex/core/risk/stop-watch'
import type { BreakerSpec } from '@velocimex/core/risk/trading-breaker'

/** The one who must be heard when a dead-man switch is set: a person, through the local API or a screen. */
export const OPERATOR = 'operator'

/** How a live account is guarded beyond the limits of its instruments. Everything may be left out. */
export interface GuardOptions {
  /** Limits by scope, as a person writes them; amounts are of the settling asset of the first instrument. */
  readonly limits?: readonly LimitText[]
  /** Breakers; one of the account that opens at five rejections in thirty seconds when left out. */
  readonly breakers?: readonly BreakerSpec[]
  /** When the emergency stop engages by itself; 5 % in a day and the like when left out. */
  readonly stop?: StopThresholds
  /** Whether such a stop closes positions, too; it does not unless told. */
  readonly flattens?: boolean
  /** Microseconds from an event to an order beyond which trading becomes careful; 100,000 when left out. */
  readonly latencyMax?: number
  /** What happens after so many microseconds without a word of the operator; nothing when left out. */
  readonly deadMan?: { readonly timeout: number; readonly action: DeadManAction }
}
