/**
 * Remainders of the single bytes, of the reflected polynomial 0xEDB88320; and behind them, three times, those of a byte with
 * one, two and three zero bytes after it: four bytes are then divided at once (M. E. Kounavis, F. L. Berry, "Novel Table
 * Lookup-Based Algorithms for High-Performance CRC Generation", 2008: slicing by four).
 */
const TABLE = new Int32Array(1024)
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? 0xedb88320 : 0)
  TABLE[byte] = remainder
}
for (let at = 256; at < 1024; at++) TABLE[at] = (TABLE[at - 256]! >>> 8) ^ TABLE[TABLE[at - 256]! & 255]!

/** CRC-32 (ISO 3309, the one of zip; Kraken and OKX check their books by it) of the bytes [from, to), 0..2^32-1. */
export function crc32(bytes: Uint8Array, from: number, to: number): number {
  let remainder = -1
  let at = from
  for (; at + 4 <= to; at += 4) {
    const word = remainder ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    remainder =
      TABLE[768 + (word & 255)]! ^
      TABLE[512 + ((word >>> 8) & 255)]! ^
      TABLE[256 + ((word >>> 16) & 255)]! ^
      TABLE[word >>> 24]!
  }
  for (; at < to; at++) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ bytes[at]!) & 255]!
  return ~remainder >>> 0
}
