/** How one check ended: a test, or a step such as lint. */
export interface Outcome {
  /** Where it stands: a file, or the name of a step. */
  readonly where: string
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** What went wrong, in full; for a skip, its reason. */
  readonly words: string
}

/** Counts of outcomes. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Counts outcomes. */
export function tally(outcomes: readonly Outcome[]): Tally {
  const count = (wanted: Outcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === wanted).length
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
}

/** The last line of a check run: `12 passed, 0 failed, 1 skipped`. */
export const lastLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`
