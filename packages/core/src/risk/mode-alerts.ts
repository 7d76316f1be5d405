import { type Condition, degradation } from './degradation.ts'

/**
 * Tells a person when the mode changes and why. A condition that is expected for now, as books that are only being
 * fetched after a start, holds like any other but is not told; it is as soon as it is no longer expected.
 */
export class ModeAlerts {
  readonly #alert: (words: string) => void
  readonly #expected = new Set<Condition>()
  #conditions: readonly Condition[] = []
  /** What was told last; empty while all is well. */
  #told = ''

  constructor(alert: (words: string) => void) {
    this.#alert = alert
  }

  /** Everything that is wrong now. */
  onConditions(conditions: readonly Condition[]): void {
    this.#conditions = conditions
    this.#tell()
  }

  /** From now on a condition is expected, or no longer is: then it is told if it still holds. */
  expect(condition: Condition, isExpected: boolean): void {
    if (this.#expected.has(condition) === isExpected) return
    if (isExpected) this.#expected.add(condition)
    else this.#expected.delete(condition)
    this.#tell()
  }

  #tell(): void {
    const conditions = this.#conditions.filter(condition => !this.#expected.has(condition))
    const { posture, alert } = degradation(conditions)
    const words = alert === 'none' ? '' : `${posture}: ${conditions.join(', ')}`
    if (words === this.#told) return
    this.#told = words
    this.#alert(words === '' ? `${posture} again` : words)
  }
}
