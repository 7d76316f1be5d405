const QUOTE = 34
const POINT = 46
const ZERO = 48
/** Most digits behind the point. */
const FRACTION_MAX = 8
/** Most digits before the point, and together with the decimals of the grid: all of them fit an int32. */
const WHOLE_MAX = 8
const DIGITS_MAX = 9
const INT_MAX = 0x7fffffff

/** Powers of ten that an int32 holds. */
export const INT_POW10 = Int32Array.from({ length: 10 }, (_, exponent) => 10 ** exponent)

/**
 * What the last decimal text of an instrument looked like: how many digits stood before and behind its point. A venue
 * writes the prices of an instrument alike nearly always, and so its quantities; a reader that knows where the point and
 * the closing quote will be tests those two bytes and reads the digits between as words, four at once, without a loop.
 * A shape is a guess alone: whoever reads by it tests every byte.
 *
 * The masks cut the bytes of the number out of words that were loaded at fixed distances from the point (little endian,
 * and after `^ 0x30303030`, so that a byte cut out counts as the digit 0):
 *
 *     "61837.63000000"       low = `1837`, high = `6` (three bytes cut out)
 *      |    |                first = `6300`: kept `63`, spare `00`; second = `0000`: all spare
 *      p    point            of two decimals; spare digits must be 0
 */
export class DecimalShape {
  /** Decimals and step of the grid. */
  readonly decimals: number
  readonly step: number
  /** Digits before the point. */
  whole = 1
  /** Least number that has as many digits before its point: a smaller one has a leading zero. */
  least = 0
  /** The byte behind the whole part: a point, or the closing quote where there is no fraction; -1 before the first text. */
  behind = -1
  /** Bytes from the point to the closing quote; 0 where there is no fraction. */
  rest = 0
  /** Bytes of the word before the point that are digits, and of the word before that. */
  low = 0
  high = 0
  /** Digits of the first word of the fraction that count, those that must be 0, and how far to move the former. */
  kept = 0
  spare = 0
  readonly shift: number
  /** The same of its second word. */
  keptSecond = 0
  spareSecond = 0
  readonly shiftSecond: number
  /** By how much to multiply what stands before the first word of the fraction, and before its second. */
  readonly firstScale: number
  readonly secondScale: number
  /** Most digits before the point that are read so; none where the grid is too fine or its step too large. */
  readonly wholeMax: number

  /** @param decimals of the grid, 0..15 @param step of the grid, 1 or more */
  constructor(decimals: number, step: number) {
    this.decimals = decimals
    this.step = step
    const isReadSo = decimals <= FRACTION_MAX && step <= INT_MAX
    this.wholeMax = isReadSo ? Math.min(WHOLE_MAX, DIGITS_MAX - decimals) : 0
    this.shift = decimals === 0 || decimals >= 4 ? 0 : 32 - 8 * decimals
    this.shiftSecond = decimals <= 4 || decimals >= 8 ? 0 : 64 - 8 * decimals
    this.firstScale = INT_POW10[Math.min(decimals, 4)]!
    this.secondScale = INT_POW10[Math.max(0, Math.min(decimals, FRACTION_MAX) - 4)]!
  }

  /**
   * Takes the shape of the text from behind its opening quote at `p`.
   * @returns where its closing quote stands; -1 when no text is read by such a shape, and the shape is what it was
   */
  learn(bytes: Uint8Array, p: number): number {
    let at = p
    while ((bytes[at]! - ZERO) >>> 0 <= 9) at++
    const whole = at - p
    let fraction = 0
    if (bytes[at] === POINT) {
      do at++
      while ((bytes[at]! - ZERO) >>> 0 <= 9)
      fraction = at - p - whole - 1
      if (fraction === 0 || fraction > FRACTION_MAX) return -1
    }
    if (bytes[at] !== QUOTE || whole === 0 || whole > this.wholeMax) return -1
    this.whole = whole
    this.least = whole === 1 ? 0 : INT_POW10[whole - 1]!
    this.low = lastBytes(whole)
    this.high = lastBytes(whole - 4)
    this.behind = fraction === 0 ? QUOTE : POINT
    this.rest = fraction === 0 ? 0 : fraction + 1
    const counted = Math.min(fraction, this.decimals)
    this.kept = firstBytes(counted)
    this.spare = firstBytes(fraction) & ~this.kept
    this.keptSecond = firstBytes(counted - 4)
    this.spareSecond = firstBytes(fraction - 4) & ~this.keptSecond
    return at
  }
}

/** Mask of the first bytes of a little-endian word: none below one, all from four on. */
const firstBytes = (count: number): number => (count >= 4 ? -1 : count <= 0 ? 0 : ~(-1 << (8 * count)))

/** Mask of its last bytes. */
const lastBytes = (count: number): number => (count >= 4 ? -1 : count <= 0 ? 0 : -1 << (32 - 8 * count))
