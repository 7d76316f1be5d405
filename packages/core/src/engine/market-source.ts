import type { EventRecord } from '../market/event-record.ts'

/**
 * A cursor over market records in time order, one record ahead: the loop looks at `at` to learn what comes next and calls
 * `advance` once it has dealt with `record`. A tape, a ring and a model all fit.
 */
export interface MarketSource {
  /** The present record, lent until `advance`. Meaningless while `at` is Infinity. */
  readonly record: EventRecord
  /** Position of the present record on the tape: 0, 1, 2, ... */
  readonly sequence: number
  /** Instant of the present record in microseconds, never going back; Infinity when there is none (yet). */
  readonly at: number
  /** Moves to the next record. */
  advance(): void
  /** Looks again, while `at` is Infinity, whether a record is there by now. Absent where none will ever come. */
  refresh?(): void
}
