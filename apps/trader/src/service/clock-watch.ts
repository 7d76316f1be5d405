/** Half of the five seconds that a venue lets a request be late. */
const SKEW_MAX = 2_500_000
/** From here on somebody should set the clock. */
const SKEW_ALERT = 500_000

/** Judges how far our clock and the venue's are apart. */
export class ClockWatch {
  readonly #onAlert: (words: string) => void
  #isOff = false

  constructor(onAlert: (words: string) => void) {
    this.#onAlert = onAlert
  }

  /**
   * Half a second is told of, once.
   * @param skew microseconds by which the venue's clock is certainly ahead
   * @returns whether it is too far to open positions
   */
  isTooFar(skew: number): boolean {
    const by = Math.abs(skew)
    const isOff = by > SKEW_ALERT
    if (isOff && !this.#isOff) {
      const side = skew > 0 ? 'behind' : 'ahead of'
      this.#onAlert(`the clock is at least ${Math.round(by / 1000)} ms ${side} the venue's: set it`)
    }
    this.#isOff = isOff
    return by > SKEW_MAX
  }
}
