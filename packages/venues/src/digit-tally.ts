/** Digits behind the point that are believed; more is not a price of any venue. */
const DECIMALS_MAX = 12
/** Longest text that is looked at. */
const TEXT_MAX = 40
/** A whole number of so many digits is exact as a float64, if it does not begin with a 9: 2^53 is 9.007e15. */
const EXACT_DIGITS = 16
const WIDTHS = EXACT_DIGITS + 2
const DEPTHS = DECIMALS_MAX + 1

/**
 * How many decimals the numbers of one kind need, learnt from their texts: the most that were ever not zero behind the
 * point. A count of steps must stay exact, so a grid that is too fine cannot hold large numbers; where texts contradict
 * each other in this, most of them win. One odd frame would otherwise make all the others unreadable.
 */
export class DigitTally {
  /** What a grid needs. */
  decimals = 0
  /** Texts by digits before the point and digits behind it. */
  readonly #texts = new Uint32Array(WIDTHS * DEPTHS)

  /**
   * Takes a decimal text; anything else teaches nothing.
   * @returns true when another number of decimals is needed now
   */
  take(text: unknown): boolean {
    if (typeof text !== 'string' || text.length > TEXT_MAX || !/^\d+(\.\d+)?$/.test(text)) return false
    const point = text.indexOf('.')
    const whole = point < 0 ? text.length : point
    let end = text.length
    if (point >= 0) while (text.charCodeAt(end - 1) === 48) end--
    const depth = Math.max(0, end - whole - 1)
    if (depth > DECIMALS_MAX) return false
    let start = 0
    while (start < whole && text.charCodeAt(start) === 48) start++
    const width = Math.min(WIDTHS - 1, whole - start + (text.charCodeAt(start) === 57 ? 1 : 0))
    this.#texts[width * DEPTHS + depth]!++
    // What can be read already makes the present choice no worse beside any other.
    if (depth <= this.decimals && width + this.decimals <= EXACT_DIGITS) return false
    const before = this.decimals
    this.decimals = this.#best()
    return this.decimals !== before
  }

  /** The least number of decimals with which the most texts can be read. */
  #best(): number {
    let best = 0
    let most = -1
    for (let decimals = 0; decimals < DEPTHS; decimals++) {
      const readable = this.#readable(decimals)
      if (readable <= most) continue
      best = decimals
      most = readable
    }
    return best
  }

  #readable(decimals: number): number {
    let count = 0
    for (let width = 0; width + decimals <= EXACT_DIGITS && width < WIDTHS; width++)
      for (let depth = 0; depth <= decimals; depth++) count += this.#texts[width * DEPTHS + depth]!
    return count
  }
}
