/** Remainders of the polynomial of IEEE 802.3 (0xedb88320, reflected), by byte. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/** What a CRC-32 begins with. */
export const CRC_START = -1

/** Takes the bytes [from, to) into a CRC-32 that is under way. */
export function crcOf(crc: number, bytes: Uint8Array, from: number, to: number): number {
  for (let at = from; at < to; at++) crc = TABLE[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8)
  return crc
}

/** Takes one byte into a CRC-32 that is under way. */
export const crcOfByte = (crc: number, byte: number): number => TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8)

/** The CRC-32 as zlib and venues give it, as a signed 32-bit number; unsigned with `>>> 0`. */
export const crcEnd = (crc: number): number => ~crc
