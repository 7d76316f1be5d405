/** How patient a desk is. Durations in microseconds of a clock that never jumps. */
export interface DeskTiming {
  /** A command without outcome is in doubt after this long. */
  readonly commandTimeout: number
  /** A question without answer is asked again after this long. */
  readonly answerTimeout: number
  /** Between two questions about the same thing. */
  readonly askEvery: number
  /** Between two audits of everything while nothing is amiss. */
  readonly auditEvery: number
  /**
   * The longest that a command can take to reach the venue (its window for late commands), and then to be seen by whoever
   * asks. What is not found before this has passed is not absent.
   */
  readonly propagation: number
  /** How many times an order must be not found, each time after `propagation`. */
  readonly absentAnswers: number
  /** A gap between two ticks that makes us a stranger to our own account: audit before anything is traded. */
  readonly pauseMax: number
}

/** Patience with a venue that takes commands up to 5 s late and tells of orders up to 4 s late. */
export const DESK_TIMING: DeskTiming = {
  commandTimeout: 5_000_000,
  answerTimeout: 5_000_000,
  askEvery: 1_000_000,
  auditEvery: 30_000_000,
  propagation: 10_000_000,
  absentAnswers: 3,
  pauseMax: 5_000_000,
}
