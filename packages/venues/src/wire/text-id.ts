import { Refusal } from '@velocimex/core/feed/market-codec'
import { skipString } from './json-walk.ts'
import type { NumberReader } from './number-reader.ts'

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
export function readTextId({ bytes, view, slots }: NumberReader, p: number, slot: number): number {
  if (bytes[p + 8] === DASH && isUuid(view, p)) {
    slots[slot] = (((hexOf(view, p + 19) & 0x1f) << 16) | hexOf(view, p + 24)) * 2 ** 32
    slots[slot]! += ((hexOf(view, p + 28) << 16) | hexOf(view, p + 32)) >>> 0
    slots[slot + 1] = 1
    return p + 37
  }
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
  // A text that is no id is a bad number; what is no text is malformed.
  if (bytes[p] !== QUOTE) return skipString(bytes, start - 1) < 0 ? Refusal.malformed : Refusal.badNumber
  if (digits === 0 || digits > DIGITS_MAX || (bytes[start] === ZERO && digits > 1)) return Refusal.badNumber
  slots[slot] = high * LOW_SIZE + low
  slots[slot + 1] = isLong ? 1 : 0
  return p + 1
}

/** Whether a UUID and a quote stand at `p`. */
function isUuid(view: DataView, p: number): boolean {
  const first = hexBits(view, p) & hexBits(view, p + 4) & hexBits(view, p + 9) & hexBits(view, p + 14)
  const last = hexBits(view, p + 19) & hexBits(view, p + 24) & hexBits(view, p + 28) & hexBits(view, p + 32)
  const dashes = (view.getUint8(p + 13) ^ DASH) | (view.getUint8(p + 18) ^ DASH) | (view.getUint8(p + 23) ^ DASH)
  return (first & last & TOPS) === TOPS && dashes === 0 && view.getUint8(p + 36) === QUOTE
}
const TOPS = 0x80808080 | 0

/**
 * Sets the top bit of each of four bytes that is `0`..`9` or `a`..`f`, if all of them are. Each sum sets the top bits of the
 * bytes from 0x30, 0x3a, 0x61 and 0x67 on: an odd number of them is set exactly between the first two and the last two.
 */
function hexBits(view: DataView, p: number): number {
  const x = view.getInt32(p, true)
  return ((x + 0x50505050) ^ (x + 0x46464646) ^ (x + 0x1f1f1f1f) ^ (x + 0x19191919)) & ~x
}

/** The number that four digits write, all of which are hexadecimal: a letter has bit 6 set, and is nine above its low bits. */
function hexOf(view: DataView, p: number): number {
  const x = view.getInt32(p, true)
  const digits = (x & 0x0f0f0f0f) + 9 * ((x >>> 6) & 0x01010101)
  const pairs = (digits << 4) | (digits >>> 8)
  return ((pairs & 255) << 8) | ((pairs >>> 16) & 255)
}
