import { Refusal } from '@velocimex/core/feed/market-codec'

const QUOTE = 34
const ZERO = 48
const DAY_MICROS = 86_400_000_000
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads instants as RFC 3339 writes them in UTC, `"2026-08-09T21:05:48.228971266Z"`: none to nine digits behind the second,
 * years 1970 to 2255. Nothing is allocated.
 */
export class InstantReader {
  readonly #bytes: Uint8Array
  readonly #slots: Float64Array
  #date = -1
  #dateMicros = 0

  constructor(bytes: Uint8Array, slots: Float64Array) {
    this.#bytes = bytes
    this.#slots = slots
  }

  /**
   * Leaves whole microseconds since 1970 in `slot` and the nanoseconds 0-999 beyond in the next.
   * @param p the opening quote
   * @returns the position behind the closing quote, or a `Refusal`
   */
  read(p: number, slot: number): number {
    const bytes = this.#bytes
    if (bytes[p] !== QUOTE) return Refusal.malformed
    const shape = bytes[p + 5] === 45 && bytes[p + 8] === 45 && bytes[p + 11] === 84
    if (!shape || bytes[p + 14] !== 58 || bytes[p + 17] !== 58) return Refusal.badNumber
    const year = this.#pair(p + 1) * 100 + this.#pair(p + 3)
    const month = this.#pair(p + 6)
    const day = this.#pair(p + 9)
    const hour = this.#pair(p + 12)
    const minute = this.#pair(p + 15)
    const second = this.#pair(p + 18)
    if (!(hour < 24 && minute < 60 && second < 60)) return Refusal.badNumber
    const date = year * 10_000 + month * 100 + day
    if (date !== this.#date && !this.#useDate(year, month, day)) return Refusal.badNumber
    this.#date = date
    p += 20
    let nanos = 0
    if (bytes[p] === 46) {
      const start = ++p
      for (let digit = bytes[p]! - ZERO; digit >>> 0 <= 9; digit = bytes[++p]! - ZERO) nanos = nanos * 10 + digit
      const digits = p - start
      if (digits === 0 || digits > 9) return Refusal.badNumber
      for (let at = digits; at < 9; at++) nanos *= 10
    }
    if (bytes[p] !== 90 || bytes[p + 1] !== QUOTE) return Refusal.badNumber
    const micros = Math.floor(nanos / 1000)
    this.#slots[slot] = this.#dateMicros + ((hour * 60 + minute) * 60 + second) * 1e6 + micros
    this.#slots[slot + 1] = nanos - micros * 1000
    return p + 2
  }

  /** Two digits; NaN when they are none. */
  #pair(p: number): number {
    const tens = this.#bytes[p]! - ZERO
    const ones = this.#bytes[p + 1]! - ZERO
    return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : Number.NaN
  }

  #useDate(year: number, month: number, day: number): boolean {
    this.#date = -1
    if (!(year >= 1970 && year <= 2255 && month >= 1 && month <= 12 && day >= 1)) return false
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
    if (day > DAYS_OF_MONTH[month - 1]! + (isLeap && month === 2 ? 1 : 0)) return false
    let days = (year - 1970) * 365 + leapsBefore(year) - leapsBefore(1970) + day - 1
    for (let before = 0; before < month - 1; before++) days += DAYS_OF_MONTH[before]!
    if (isLeap && month > 2) days++
    this.#dateMicros = days * DAY_MICROS
    return true
  }
}

const leapsBefore = (year: number): number =>
  Math.floor((year - 1) / 4) - Math.floor((year - 1) / 100) + Math.floor((year - 1) / 400)
