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
/** Months from January 1970 to December 2199. */
const MONTHS = 230 * 12
/** Days from 1970 to the first of each month, and to the one behind the last. */
const FIRST_DAYS = new Int32Array(MONTHS + 1)
for (let month = 0; month < MONTHS; month++) {
  const year = 1970 + Math.floor(month / 12)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month % 12]!
  FIRST_DAYS[month + 1] = FIRST_DAYS[month]! + days
}

/**
 * An instant as RFC 3339 writes it in UTC, `"2026-08-02T03:35:51.660084971Z"`, from its opening quote to behind its closing
 * one, with none to nine digits behind the second. Years are 1970 to 2199; leap seconds are not read. Nothing is allocated.
 *
 * @param slot where whole microseconds since 1970 are left
 * @param nanosSlot where the nanoseconds 0-999 beyond are left; without it they are dropped
 * @returns the position behind, or a `Refusal`
 */
export function readIsoInstant({ bytes, slots }: NumberReader, start: number, slot: number, nanosSlot = slot): number {
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
  let nanos = 0
  if (bytes[p] === POINT) {
    const first = ++p
    for (let digit = bytes[p]! - 48; digit >>> 0 <= 9; digit = bytes[++p]! - 48) nanos = nanos * 10 + digit
    const digits = p - first
    if (digits === 0 || digits > FRACTION_MAX) return noInstant(bytes, start)
    for (let more = digits; more < FRACTION_MAX; more++) nanos *= 10
  }
  const micros = (nanos / 1000) | 0
  const isEnded = bytes[p] === LETTER_Z && bytes[p + 1] === QUOTE
  const at = (year - 1970) * 12 + month - 1
  if (!isPunctuated || !isEnded || !(at >= 0 && at < MONTHS && month >= 1 && month <= 12))
    return noInstant(bytes, start)
  const firstDay = FIRST_DAYS[at]!
  const isDay = day >= 1 && day <= FIRST_DAYS[at + 1]! - firstDay
  if (!isDay || !(hour <= 23 && minute <= 59 && second <= 59)) return noInstant(bytes, start)
  const days = firstDay + day - 1
  slots[nanosSlot] = nanos - micros * 1000 // First: without a slot of its own it is overwritten.
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
