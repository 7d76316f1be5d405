import { Refusal } from '@velocimex/core/feed/market-codec'
import { FieldType } from './field-table.ts'
import { skipString } from './json-walk.ts'
import type { NumberReader } from './number-reader.ts'
import { readTextId } from './text-id.ts'

const QUOTE = 34
const POINT = 46
const BACKSLASH = 92
const TRUE = 0x65757274
const FALS = 0x736c6166

/**
 * Reads the number that a text holds, from behind its opening quote to behind its closing one, by a type of `FieldType`:
 * a scaled decimal, a float, an id, an instant, or one of those on the grids of an instrument that may be empty.
 */
export function readText(numbers: NumberReader, p: number, type: number, slot: number): number {
  const { bytes, slots } = numbers
  if (type === FieldType.fixed8) return numbers.decimal(p, 8, 1, slot)
  if (type === FieldType.fixed12) return numbers.signedDecimal(p, 12, slot)
  if (type === FieldType.float) return numbers.float(p, slot)
  if (type === FieldType.textId) return readTextId(numbers, p, slot)
  if (bytes[p] === QUOTE) {
    slots[slot] = 0
    return p + 1
  }
  if (type === FieldType.priceOrNone) return numbers.onGrid(p, true, slot)
  if (type === FieldType.lotsOrNone) return numbers.onGrid(p, false, slot)
  if (type === FieldType.fixed8OrNone) return numbers.decimal(p, 8, 1, slot)
  return readTime(numbers, p, slot)
}

function readTime(numbers: NumberReader, p: number, slot: number): number {
  const { bytes, slots } = numbers
  const end = numbers.decimal(p, 0, 1, slot)
  if (end < 0) return end === Refusal.offGrid ? Refusal.badNumber : end
  for (let at = p; at < end; at++) if (bytes[at] === POINT) return Refusal.badNumber
  return toMicros(slots, slot) ? end : Refusal.badNumber
}

/**
 * Turns an instant into whole microseconds; false when it is beyond 2^53. Milliseconds and microseconds since 1970 are told
 * apart by size: as microseconds, 1e14 is in the year 1973; as milliseconds, in the year 5138.
 */
export function toMicros(slots: Float64Array, slot: number): boolean {
  if (slots[slot]! < 1e14) slots[slot] = slots[slot]! * 1000
  return slots[slot]! <= Number.MAX_SAFE_INTEGER
}

/** `true` (1) or `false` (0). */
export function readBool({ bytes, view, slots }: NumberReader, p: number, slot: number): number {
  const word = view.getInt32(p, true)
  const isTrue = word === TRUE
  if (!isTrue && !(word === FALS && bytes[p + 4] === 101)) return Refusal.malformed
  slots[slot] = isTrue ? 1 : 0
  return isTrue ? p + 4 : p + 5
}

/** Closing quote of a string that opens at `p`; malformed when it is not written plainly, without escapes. */
export function plainEnd(bytes: Uint8Array, p: number): number {
  const end = skipString(bytes, p) - 1
  if (end < 0) return Refusal.malformed
  for (let at = p + 1; at < end; at++) if (bytes[at] === BACKSLASH) return Refusal.malformed
  return end
}
