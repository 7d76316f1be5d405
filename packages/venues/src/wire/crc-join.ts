/** Longest part that takes one step to go past; a longer one takes several. */
const STEP_MAX = 32
const WORDS = 1024
/**
 * What becomes of a CRC's remainder when so many bytes 0 follow: for each count a table for each of its four bytes.
 * 128 kilobytes, of which a book's digits use a few.
 */
const PAST = new Int32Array((STEP_MAX + 1) * WORDS)
for (let at = 0; at < WORDS; at++) PAST[at] = (at & 255) << (8 * (at >>> 8))
for (let at = WORDS; at < PAST.length; at++) {
  let rest = PAST[at - WORDS]!
  for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1
  PAST[at] = rest
}

/**
 * CRC-32 of texts that are put together from parts: a part that stays the same is not read again. The CRC of bytes is linear
 * in its remainder, so that of a whole is the remainder of what stands before, moved past as many zeros as the part is
 * long, `xor` that of the part alone (the manner of zlib's `crc32_combine`, by tables). Begin with `CRC_BEGIN`; `crcOf`
 * turns a remainder into the CRC.
 *
 * @param rest of what stands before the part
 * @param part as `partOf` tells it
 * @param length of the part in bytes, 0 or more
 * @returns the remainder with the part behind it
 */
export function crcJoin(rest: number, part: number, length: number): number {
  for (; length > STEP_MAX; length -= STEP_MAX) rest = past(rest, STEP_MAX)
  return past(rest, length) ^ part
}

/** The remainder of nothing. */
export const CRC_BEGIN = -1

/** The CRC-32 whose remainder this is: an unsigned whole number below 2^32. */
export const crcOf = (rest: number): number => ~rest >>> 0

/** What `crcJoin` must know of a part, beside its length, by the part's own CRC-32. */
export const partOf = (crc: number, length: number): number => ~crc ^ crcJoin(CRC_BEGIN, 0, length)

function past(rest: number, zeros: number): number {
  const table = zeros << 10
  return (
    PAST[table + (rest & 255)]! ^
    PAST[table + 256 + ((rest >>> 8) & 255)]! ^
    PAST[table + 512 + ((rest >>> 16) & 255)]! ^
    PAST[table + 768 + (rest >>> 24)]!
  )
}
