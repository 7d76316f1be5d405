import { NOT_USUAL } from './not-usual.ts'
import type { NumberReader } from './number-reader.ts'

// As a constant of this module it is folded into the code; an imported binding is looked up at each use.
const NO = NOT_USUAL
const FOUR_ZEROS = 0x30303030
/** The first eight digits of the last instant that is surely below 2^53 microseconds. */
const HIGH_MAX = 90_071_991

/**
 * Reads an instant that is written as milliseconds of thirteen digits, those of 2001 to 2255, and leaves microseconds in a
 * slot: three words of digits and one more; see `NumberReader` for the arithmetic. That no digit follows is left to the
 * caller, who compares what stands behind.
 */
export function usualInstant({ bytes, view, slots }: NumberReader, p: number, slot: number): number {
  let x = view.getInt32(p, true) ^ FOUR_ZEROS
  let y = view.getInt32(p + 4, true) ^ FOUR_ZEROS
  let z = view.getInt32(p + 8, true) ^ FOUR_ZEROS
  const last = bytes[p + 12]! - 48
  if (((x | (x + 0x76767676) | y | (y + 0x76767676) | z | (z + 0x76767676)) & 0x80808080) !== 0) return NO
  if (last >>> 0 > 9 || (x & 255) === 0) return NO
  x = Math.imul(x, 0x0a01)
  y = Math.imul(y, 0x0a01)
  z = Math.imul(z, 0x0a01)
  const high =
    Math.imul(Math.imul((x >>> 8) & 255, 100) + (x >>> 24), 10_000) + Math.imul((y >>> 8) & 255, 100) + (y >>> 24)
  const low = Math.imul(Math.imul((z >>> 8) & 255, 100) + (z >>> 24), 10) + last
  if (high > HIGH_MAX) return NO
  slots[slot] = high * 1e8 + low * 1e3
  return p + 13
}
