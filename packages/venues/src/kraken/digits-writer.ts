import { crc32 } from '@velocimex/core/bus/crc32'
import { POW10 as POWERS_OF_TEN } from '../wire/number-reader.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const POW10 = POWERS_OF_TEN

const ZERO = 48
/** Most digits of one number: those of 2^53 and thirty zeros, with room. */
const NUMBER_BYTES = 64

/** Writes numbers as digits one behind the other, for a checksum over all of them. */
export class DigitsWriter {
  #digits = new Uint8Array(2560)
  #end = 0

  /** Forgets what was written. */
  clear(): void {
    this.#end = 0
  }

  /** How many digits were written since `clear`. */
  get length(): number {
    return this.#end
  }

  /** CRC-32 of all digits since `clear`. */
  crc(): number {
    return crc32(this.#digits, 0, this.#end)
  }

  /**
   * A whole number without leading zeros, and zeros behind it; or so many zeros fewer than it ends on. Nothing for 0.
   * @param zeros may be negative
   */
  write(value: number, zeros: number): void {
    if (this.#end + NUMBER_BYTES > this.#digits.length) this.#grow()
    const digits = this.#digits
    const whole = zeros < 0 ? Math.round(value / POW10[-zeros]!) : value
    const high = whole < 1e8 ? 0 : Math.floor(whole / 1e8)
    if (high > 0) this.#end = writeDigits(digits, this.#end, high, 0)
    let end = writeDigits(digits, this.#end, whole - high * 1e8, high > 0 ? 8 : 0)
    for (let zero = 0; zero < zeros; zero++) digits[end++] = ZERO
    this.#end = end
  }

  #grow(): void {
    const digits = new Uint8Array(this.#digits.length * 2)
    digits.set(this.#digits)
    this.#digits = digits
  }
}

/** Digits of the numbers 0 to 9,999, four bytes each. */
const FOURS = new Uint8Array(40_000)
for (let number = 0; number < 10_000; number++)
  for (let digit = 0, power = 1000; digit < 4; digit++, power /= 10)
    FOURS[number * 4 + digit] = ZERO + (Math.floor(number / power) % 10)

/** Digits of a whole number below 10^9, with zeros before it up to a width. Returns the position behind them. */
function writeDigits(digits: Uint8Array, start: number, value: number, width: number): number {
  let rest = value | 0
  let length = width === 0 && rest >= 1_000_000 ? 7 : width
  while (length < 9 && value >= POW10[length]!) length++
  let at = start + length
  while (at - start >= 4) {
    const high = (rest / 10_000) | 0
    const from = (rest - Math.imul(high, 10_000)) << 2
    at -= 4
    digits[at] = FOURS[from]!
    digits[at + 1] = FOURS[from + 1]!
    digits[at + 2] = FOURS[from + 2]!
    digits[at + 3] = FOURS[from + 3]!
    rest = high
  }
  while (at > start) {
    const tens = (rest / 10) | 0
    digits[--at] = ZERO + rest - Math.imul(tens, 10)
    rest = tens
  }
  return start + length
}
