import { Refusal } from '@velocimex/core/feed/market-codec'

/*
 * Steps over JSON (RFC 8259) byte by byte: each function takes a position, tests every byte that it passes, and returns
 * the position behind, or Refusal.malformed. Nothing is kept and nothing allocated, whatever the bytes are. A byte 0 is
 * not allowed anywhere in JSON, so every walk ends at the sentinel 0 behind a frame.
 */

/** Deepest nesting that is read: the root is at depth 0. Venues use five levels. */
export const JSON_DEPTH_MAX = 16

const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92

/** Steps over blanks (space, tab, line feed, carriage return). Never refuses. */
export function skipBlanks(bytes: Uint8Array, p: number): number {
  for (;;) {
    const byte = bytes[p]!
    if (byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13) return p
    p++
  }
}

/** Steps over a string, from its opening quote to behind its closing one. Escapes and UTF-8 are checked. */
export function skipString(bytes: Uint8Array, p: number): number {
  if (bytes[p] !== QUOTE) return Refusal.malformed
  p++
  for (;;) {
    let byte = bytes[p]!
    // Most strings are plain ASCII: one short loop over them.
    while (byte >= 32 && byte < 128 && byte !== QUOTE && byte !== BACKSLASH) byte = bytes[++p]!
    if (byte === QUOTE) return p + 1
    if (byte < 32) return Refusal.malformed
    p = byte === BACKSLASH ? skipEscape(bytes, p) : skipWideCharacter(bytes, p)
    if (p < 0) return p
  }
}

function skipEscape(bytes: Uint8Array, p: number): number {
  switch (bytes[p + 1]) {
    case 34: // "
    case 47: // /
    case 92: // \
    case 98: // b
    case 102: // f
    case 110: // n
    case 114: // r
    case 116: // t
      return p + 2
    case 117: // u and four hexadecimal digits
      for (let at = p + 2; at < p + 6; at++) {
        const letter = bytes[at]! | 32
        if (!isDigit(bytes[at]!) && !(letter >= 97 && letter <= 102)) return Refusal.malformed
      }
      return p + 6
    default:
      return Refusal.malformed
  }
}

/** One character of two to four bytes of UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
function skipWideCharacter(bytes: Uint8Array, p: number): number {
  const lead = bytes[p]!
  const second = bytes[p + 1]!
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (length === 0 || second < least || second > most) return Refusal.malformed
  for (let at = p + 2; at < p + length; at++) if ((bytes[at]! & 0xc0) !== 0x80) return Refusal.malformed
  return p + length
}

/** Steps over a number. */
export function skipNumber(bytes: Uint8Array, p: number): number {
  if (bytes[p] === 45) p++
  if (bytes[p] === 48) p++
  else p = skipDigits(bytes, p)
  if (p >= 0 && bytes[p] === 46) p = skipDigits(bytes, p + 1)
  if (p < 0 || (bytes[p]! | 32) !== 101) return p
  p++
  return skipDigits(bytes, bytes[p] === 43 || bytes[p] === 45 ? p + 1 : p)
}

const isDigit = (byte: number): boolean => (byte - 48) >>> 0 <= 9

function skipDigits(bytes: Uint8Array, p: number): number {
  const start = p
  while (isDigit(bytes[p]!)) p++
  return p > start ? p : Refusal.malformed
}

function skipWord(bytes: Uint8Array, p: number, word: string): number {
  for (let at = 0; at < word.length; at++) if (bytes[p + at] !== word.charCodeAt(at)) return Refusal.malformed
  return p + word.length
}

function skipScalar(bytes: Uint8Array, p: number): number {
  switch (bytes[p]) {
    case QUOTE:
      return skipString(bytes, p)
    case 116:
      return skipWord(bytes, p, 'true')
    case 102:
      return skipWord(bytes, p, 'false')
    case 110:
      return skipWord(bytes, p, 'null')
    default:
      return skipNumber(bytes, p)
  }
}

/** A key, its colon and the blanks around them. */
function skipKey(bytes: Uint8Array, p: number): number {
  p = skipString(bytes, skipBlanks(bytes, p))
  if (p < 0) return p
  p = skipBlanks(bytes, p)
  return bytes[p] === COLON ? p + 1 : Refusal.malformed
}

/**
 * Steps over any value. Open containers are kept in a word of bits, not on the stack, so no input can exhaust it.
 * @param depth at which the value stands; what lies deeper than `JSON_DEPTH_MAX` is refused
 */
export function skipValue(bytes: Uint8Array, p: number, depth: number): number {
  let objects = 0 // Bit n: the open container number n is an object.
  let open = 0
  for (;;) {
    p = skipBlanks(bytes, p)
    if (depth + open > JSON_DEPTH_MAX) return Refusal.malformed
    const byte = bytes[p]!
    if (byte === 123 || byte === 91) {
      p = skipBlanks(bytes, p + 1)
      if (bytes[p] === byte + 2) p++
      else {
        open++
        objects = byte === 123 ? objects | (1 << open) : objects & ~(1 << open)
        if (byte === 123) p = skipKey(bytes, p)
        if (p < 0) return p
        continue
      }
    } else p = skipScalar(bytes, p)
    if (p < 0) return p
    // A value has ended, and with it perhaps the containers around it.
    for (;;) {
      if (open === 0) return p
      p = skipBlanks(bytes, p)
      const isObject = ((objects >>> open) & 1) === 1
      const next = bytes[p++]
      if (next === COMMA) {
        if (isObject) p = skipKey(bytes, p)
        break
      }
      if (next !== (isObject ? 125 : 93)) return Refusal.malformed
      open--
    }
    if (p < 0) return p
  }
}

/** Whether the bytes [from, to) are one JSON text. A byte 0 stands at `to`. */
export function isJson(bytes: Uint8Array, from: number, to: number): boolean {
  const p = skipValue(bytes, from, 0)
  return p >= 0 && skipBlanks(bytes, p) === to
}
