/** Remainders of the single bytes, of the reflected polynomial 0xEDB88320. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ ((remainder & 1) === 1 ? 0xedb88320 : 0)
  return remainder
})

/** CRC-32 (ISO 3309, the one of zip; Kraken and OKX check their books by it) of the bytes [from, to), 0..2^32-1. */
export function crc32(bytes: Uint8Array, from: number, to: number): number {
  let remainder = -1
  for (let at = from; at < to; at++) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ bytes[at]!) & 255]!
  return ~remainder >>> 0
}
