import { Refusal } from '@velocimex/core/feed/market-codec'
import { FieldType } from './field-table.ts'
import type { NumberReader } from './number-reader.ts'

const QUOTE = 34
const POINT = 46

/**
 * Reads a text that may be empty, from behind its opening quote to behind its closing one: by the type `priceOrNone`,
 * `lotsOrNone`, `fixed8OrNone` or `timeText`. Empty text leaves 0.
 */
export function readOrNone(numbers: NumberReader, p: number, type: number, slot: number): number {
  const { bytes, slots } = numbers
  if (bytes[p] === QUOTE) {
    slots[slot] = 0
    return p + 1
  }
  if (type === FieldType.priceOrNone) return numbers.onGrid(p, true, slot)
  if (type === FieldType.lotsOrNone) return numbers.onGrid(p, false, slot)
  if (type === FieldType.fixed8OrNone) return numbers.decimal(p, 8, 1, slot)
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
