import type { AccountCorrection } from '../ledger/account-truth.ts'
import type { InstrumentTable } from '../market/instrument-table.ts'
import type { Asset } from '../market/money.ts'
import type { BreakerState } from '../risk/circuit-breaker.ts'
import type { DeadManRule } from '../risk/dead-man-switch.ts'
import type { Condition, Mode } from '../risk/degradation.ts'
import type { UsualTrading } from '../risk/degraded-trading.ts'
import type { LimitChange } from '../risk/limit-book.ts'
import { limitFault, type ScopedLimit } from '../risk/scoped-limit.ts'
import type { StopRecord } from '../risk/stop-record.ts'
import type { StopThresholds } from '../risk/stop-watch.ts'
import { type BreakerSpec, breakerFault } from '../risk/trading-breaker.ts'
import type { TimerTarget } from '../risk/venue-timer.ts'

/** What a safeguard writes down: for the journal before it takes effect, and for the audit. */
export type SafeguardEntry =
  | { readonly kind: 'limit'; readonly change: LimitChange }
  | { readonly kind: 'stop'; readonly record: StopRecord }
  | {
      readonly kind: 'breaker'
      readonly name: string
      readonly from: BreakerState
      readonly to: BreakerState
      readonly cause: string
      readonly at: number
    }
  | { readonly kind: 'correction'; readonly correction: AccountCorrection }
  | { readonly kind: 'mode'; readonly mode: Mode; readonly conditions: readonly Condition[]; readonly at: number }

/** How an account is guarded. Money in booked units of `currency`. */
export interface SafeguardOptions {
  readonly account: string
  readonly currency: Asset
  readonly limits: readonly ScopedLimit[]
  readonly breakers: readonly BreakerSpec[]
  /** When the emergency stop engages by itself, and whether it then closes positions. */
  readonly stop: StopThresholds
  readonly flattens: boolean
  /** Who must be heard, and what happens when he is not; nobody when left out. */
  readonly deadMan?: readonly DeadManRule[]
  /** Dead-man timers that the venues offer; microseconds, at least 3 seconds. */
  readonly venueTimers?: readonly { readonly target: TimerTarget; readonly timeout: number }[]
  /** Capital of a strategy, against which its losses, falls and leverage are measured; absent: that of the account. */
  readonly capitalOf?: (strategy: string) => bigint
  /** See `AccountMonitor`. */
  readonly marginBps: (instrument: number) => number
  readonly usual: UsualTrading
  /** False when an entry could not be written. */
  readonly record: (entry: SafeguardEntry) => boolean
  /** False when no channel took it. */
  readonly alert: (words: string) => boolean
  /** Writes the present state to disk; false when it could not. */
  readonly persist: () => boolean
}

/** What is wrong with limits and breakers, in words that name the place; undefined when nothing is. */
export function safeguardFault(options: SafeguardOptions, instruments: InstrumentTable): string | undefined {
  for (const limit of options.limits) {
    const fault = limitFault(limit, instruments)
    if (fault !== undefined) return `limit ${limit.name}: ${fault}`
  }
  for (const breaker of options.breakers) {
    const fault = breakerFault(breaker, instruments)
    if (fault !== undefined) return `breaker ${breaker.name}: ${fault}`
  }
  const names = [...options.limits, ...options.breakers].map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? undefined : `${twice}: the name occurs twice`
}
