import type { FaultLevel } from './fault-plan.ts'
import type { KillPoint } from './kill-points.ts'
import type { Seams } from './seams.ts'

/** What to simulate. */
export interface SimulationOptions {
  readonly seed: number
  /** Virtual minutes. */
  readonly minutes: number
  readonly faults: FaultLevel
  /** Bugs of a test. */
  readonly seams?: Seams
  /** Points at which the process dies as often as told, beside chance. */
  readonly kills?: ReadonlyMap<KillPoint, number>
  /** When an intent is durable: within two milliseconds (`group`, unless told) or before it is sent. */
  readonly durability?: 'group' | 'strict'
  /** Virtual second at which somebody engages the emergency stop. */
  readonly stopAtSecond?: number
}

/** What a simulation found. */
export interface SimulationResult {
  readonly seed: number
  readonly minutes: number
  readonly faults: FaultLevel
  /** The first rule that was broken, when, and how; absent when none was. */
  readonly violation?: { readonly rule: string; readonly words: string; readonly second: number }
  readonly placed: number
  readonly fills: number
  readonly kills: number
  readonly powerCuts: number
  readonly starts: number
  /** Full comparisons with the exchange, all of them without a difference but the last one of a violation. */
  readonly checks: number
  /** How often the process died at each marked point. */
  readonly points: Readonly<Record<string, number>>
  readonly alerts: Readonly<Record<string, number>>
  /** Entries written to the journal, by kind, conclusions by what they conclude. */
  readonly entries: Readonly<Record<string, number>>
}
