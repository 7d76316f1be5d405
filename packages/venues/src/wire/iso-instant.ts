import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipString } from './json-walk.ts'
import type { NumberReader } from './number-reader.ts'

const QUOTE = 34
const POINT = 46
const COLON = 58
const LETTER_T = 84
const LETTER_Z = 90
const DASH = 45
/** Most digits of a second's fraction: nanoseconds. */
const FRACTION_MAX = 9
const DAYS_BEFORE = Int32Array.of(0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)

/**
 * An instant as RFC 3339 writes it in UTC, `"2026-08-02T03:35:51.660084Z"`, from its opening quote to behind its closing
 * one: leaves whole microseconds since 1970. The fraction has up to nine digits; those beyond the sixth are dropped. Years
 * are 1970 to 2199, and leap seconds are not read.
 */
export function readIsoInstant({ bytes, slots }: NumberReader, start: number, slot: number): number {
  let p = start + 20
  if (bytes[start] !== QUOTE) return Refusal.malformed
  const year = two(bytes, start + 1) * 100 + two(bytes, start + 3)
  const month = two(bytes, start + 6)
  const day = two(bytes, start + 9)
  const hour = two(bytes, start + 12)
  const minute = two(bytes, start + 15)
  const second = two(bytes, start + 18)
  const isPunctuated =
    bytes[start + 5] === DASH &&
    bytes[start + 8] === DASH &&
    bytes[start + 11] === LETTER_T &&
    bytes[start + 14] === COLON &&
    bytes[start + 17] === COLON
  let micros = 0
  if (bytes[p] === POINT) {
    const point = p++
    let digit = bytes[p]! - 48
    for (; digit >>> 0 <= 9; digit = bytes[++p]! - 48) if (p - point <= 6) micros = micros * 10 + digit
    const digits = p - point - 1
    if (digits === 0 || digits > FRACTION_MAX) return noInstant(bytes, start)
    for (let more = digits; more < 6; more++) micros *= 10
  }
  const isEnded = bytes[p] === LETTER_Z && bytes[p + 1] === QUOTE
  if (!isPunctuated || !isEnded || !(year >= 1970 && year < 2200) || !(month >= 1 && month <= 12))
    return noInstant(bytes, start)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const daysOfMonth = DAYS_BEFORE[month + 1]! - DAYS_BEFORE[month]! + (isLeap && month === 2 ? 1 : 0)
  if (!(day >= 1 && day <= daysOfMonth) || !(hour <= 23 && minute <= 59 && second <= 59)) return noInstant(bytes, start)
  const before = year - 1
  const leaps = ((before / 4) | 0) - ((before / 100) | 0) + ((before / 400) | 0) - 477
  const days = (year - 1970) * 365 + leaps + DAYS_BEFORE[month]! + (isLeap && month > 2 ? 1 : 0) + day - 1
  slots[slot] = (days * 86_400 + hour * 3600 + minute * 60 + second) * 1_000_000 + micros
  return p + 2
}

/** Two digits; a number above all others when they are none. */
function two(bytes: Uint8Array, p: number): number {
  const tens = bytes[p]! - 48
  const ones = bytes[p + 1]! - 48
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : 100_000
}

/** A text that is no instant is a bad number; what is no text is malformed. */
const noInstant = (bytes: Uint8Array, start: number): number =>
  skipString(bytes, start) < 0 ? Refusal.malformed : Refusal.badNumber
