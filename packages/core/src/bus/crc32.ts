/** CRC-32 of bytes: an unsigned whole number below 2^32. */
export type Crc32 = (bytes: Uint8Array) => number

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1
  return rest
})

/**
 * CRC-32 (ISO 3309, the one of zip and of Node's zlib), a byte at a time: for simulations and tests. Files take the
 * faster one of the platform, which gives the same number.
 */
export const crc32: Crc32 = bytes => {
  let rest = 0xffffffff
  for (let at = 0; at < bytes.length; at++) rest = TABLE[(rest ^ bytes[at]!) & 0xff]! ^ (rest >>> 8)
  return (rest ^ 0xffffffff) >>> 0
}
