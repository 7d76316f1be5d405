/** Powers of ten that a float64 holds exactly, as many as a scaled number may need. */
export const POW10: Float64Array = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent)

const QUOTE = 34
const POINT = 46

/**
 * Makes the slow lane for decimals of more than nine digits, up to fifteen, all of which a float64 holds exactly.
 *
 * The reader it returns walks a decimal from its first digit to its closing quote (which is taken), puts it into a slot
 * scaled by `10^decimals`, and returns the position behind it; -1 when it is anything else.
 */
export function makeWideReader(
  bytes: Uint8Array,
  slots: Float64Array,
): (from: number, decimals: number, slot: number) => number {
  return (from, decimals, slot) => {
    let p = from
    let value = 0
    let digit = bytes[p]! - 48
    while (digit >>> 0 <= 9) {
      value = value * 10 + digit
      digit = bytes[++p]! - 48
    }
    const whole = p - from
    if (whole === 0 || whole + decimals > 15) return -1
    let missing = decimals
    if (digit === POINT - 48) {
      digit = bytes[++p]! - 48
      if (digit >>> 0 > 9) return -1
      while (missing > 0 && digit >>> 0 <= 9) {
        value = value * 10 + digit
        digit = bytes[++p]! - 48
        missing--
      }
      while (digit === 0) digit = bytes[++p]! - 48
    }
    slots[slot] = value * POW10[missing]!
    return bytes[p] === QUOTE ? p + 1 : -1
  }
}
