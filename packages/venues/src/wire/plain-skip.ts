import { Refusal as Refusals } from '@velocimex/core/feed/market-codec'
import { skipNumber } from './json-walk.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const Refusal = Refusals

const QUOTE = 34
const MINUS = 45
const POINT = 46
const ZERO = 48
const BACKSLASH = 92
const LETTER_E = 101
const NULL = 0x6c6c756e
const FOUR_ZEROS = 0x30303030

/**
 * Steps over a number, `null` or a text without escapes and in ASCII, which nearly all values are that a venue sends beside
 * those we read. Anything else is malformed to it, and is to be read with care.
 */
export function skipPlain(bytes: Uint8Array, view: DataView, p: number): number {
  const first = bytes[p]!
  if (first === QUOTE) return skipPlainText(bytes, p)
  if (view.getInt32(p, true) === NULL) return p + 4
  const start = p
  if (first === MINUS) p++
  const whole = p
  p = skipDigits(view, p)
  if (p === whole || (bytes[whole] === ZERO && p > whole + 1)) return Refusal.malformed
  if (bytes[p] === POINT) {
    const behind = p + 1
    p = skipDigits(view, behind)
    if (p === behind) return Refusal.malformed
  }
  return (bytes[p]! | 32) === LETTER_E ? skipNumber(bytes, start) : p
}

/** Steps over digits, four at once: see `NumberReader`. The lowest byte that is none is found exactly. */
function skipDigits(view: DataView, p: number): number {
  for (;;) {
    const x = view.getInt32(p, true) ^ FOUR_ZEROS
    const others = (x | (x + 0x76767676)) & 0x80808080
    if (others !== 0) return p + ((31 - Math.clz32(others & -others)) >>> 3)
    p += 4
  }
}

/** Steps over a text that opens at `p`, in ASCII and without an escape. */
export function skipPlainText(bytes: Uint8Array, p: number): number {
  if (bytes[p] !== QUOTE) return Refusal.malformed
  let byte = bytes[++p]!
  while (byte >= 32 && byte < 128 && byte !== QUOTE && byte !== BACKSLASH) byte = bytes[++p]!
  return byte === QUOTE ? p + 1 : Refusal.malformed
}
