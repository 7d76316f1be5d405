import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipString } from './json-walk.ts'

const QUOTE = 34
const DASH = 45
const ZERO = 48
/** An id of 53 bits is kept in two parts, because the product of a float64 and ten would be rounded. */
const LOW_BITS = 27
const LOW_SIZE = 2 ** LOW_BITS
const HIGH_SIZE = 2 ** 26
/** Longest id in digits; a UUID has 36 characters. */
const DIGITS_MAX = 36

/**
 * Reads an id of a trade or an order from behind its opening quote to behind its closing one: a number without leading
 * zeros, or a UUID in lower case (RFC 9562: 8-4-4-4-12 hexadecimal digits). Leaves its low 53 bits in a slot, and in the
 * next one 1 when it has more, which a UUID always counts as.
 */
export function readTextId(bytes: Uint8Array, p: number, slots: Float64Array, slot: number): number {
  const start = p
  let high = 0
  let low = 0
  let isLong = false
  let digit = bytes[p]! - ZERO
  for (; digit >>> 0 <= 9 && p - start <= DIGITS_MAX; digit = bytes[++p]! - ZERO) {
    low = low * 10 + digit
    high = high * 10 + (low >>> LOW_BITS)
    low &= LOW_SIZE - 1
    if (high < HIGH_SIZE) continue
    isLong = true
    high &= HIGH_SIZE - 1
  }
  const digits = p - start
  if (bytes[p] !== QUOTE) return readUuid(bytes, start, slots, slot)
  if (digits === 0 || digits > DIGITS_MAX || (bytes[start] === ZERO && digits > 1)) return Refusal.badNumber
  slots[slot] = high * LOW_SIZE + low
  slots[slot + 1] = isLong ? 1 : 0
  return p + 1
}

function readUuid(bytes: Uint8Array, start: number, slots: Float64Array, slot: number): number {
  let high = 0
  let low = 0
  for (let at = 0; at < 36; at++) {
    const byte = bytes[start + at]!
    if (at === 8 || at === 13 || at === 18 || at === 23) {
      if (byte !== DASH) return noId(bytes, start)
      continue
    }
    const digit = (byte - ZERO) >>> 0 <= 9 ? byte - ZERO : (byte - 97) >>> 0 <= 5 ? byte - 87 : -1
    if (digit < 0) return noId(bytes, start)
    low = low * 16 + digit
    high = (high * 16 + (low >>> LOW_BITS)) & (HIGH_SIZE - 1)
    low &= LOW_SIZE - 1
  }
  if (bytes[start + 36] !== QUOTE) return noId(bytes, start)
  slots[slot] = high * LOW_SIZE + low
  slots[slot + 1] = 1
  return start + 37
}

/** A text that is no id is a bad number; what is no text is malformed. */
const noId = (bytes: Uint8Array, start: number): number =>
  skipString(bytes, start - 1) < 0 ? Refusal.malformed : Refusal.badNumber
