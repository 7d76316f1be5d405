import { Refusal } from '@velocimex/core/feed/market-codec'
import { type Grid, parseOnGrid } from '@velocimex/core/market/grid'
import { JsonObject, type JsonValue, NumberText } from './strict-json.ts'

/** Thrown inside an oracle's reading only, and caught at its top: the frame is refused with this code. */
export class Refused {
  readonly code: number
  constructor(code: number) {
    this.code = code
  }
}

/** Ends the reading of the frame with a `Refusal`. */
export function refuseFrame(code: number): never {
  throw new Refused(code)
}

/** A field that must be there, and once. */
export function field(object: JsonObject, key: string): JsonValue {
  const value = object.fields.get(key)
  return value === undefined || object.repeated.has(key) ? refuseFrame(Refusal.missingField) : value
}

/** A text field that must be there, written plainly. */
export function textField(object: JsonObject, key: string): string {
  const value = field(object, key)
  return typeof value === 'string' ? value : refuseFrame(Refusal.malformed)
}

/** `true` or `false`. */
export function boolField(object: JsonObject, key: string): boolean {
  const value = field(object, key)
  return typeof value === 'boolean' ? value : refuseFrame(Refusal.malformed)
}

/** An array field that must be there. */
export function arrayField(object: JsonObject, key: string): readonly JsonValue[] {
  const value = field(object, key)
  return Array.isArray(value) ? value : refuseFrame(Refusal.malformed)
}

/** An object field that must be there, its keys written plainly. */
export function objectField(object: JsonObject, key: string): JsonObject {
  const value = field(object, key)
  return value instanceof JsonObject && !value.hasEscapedKey ? value : refuseFrame(Refusal.malformed)
}

/** A whole number 0..2^53-1 written as a JSON number without exponent or fraction. */
export function intField(object: JsonObject, key: string): number {
  const value = field(object, key)
  if (!(value instanceof NumberText)) return refuseFrame(Refusal.malformed)
  if (!/^\d+$/.test(value.text)) return refuseFrame(Refusal.badNumber)
  const number = Number(value.text)
  return Number.isSafeInteger(number) ? number : refuseFrame(Refusal.badNumber)
}

/** Decimal text as whole steps of a grid. @param least smallest count allowed: 1 for prices, 0 for quantities */
export function steps(value: JsonValue, grid: Grid, least: number): number {
  if (typeof value !== 'string') return refuseFrame(Refusal.malformed)
  if (/^-?0\d/.test(value) || (least >= 0 && value.startsWith('-'))) return refuseFrame(Refusal.badNumber)
  const parsed = parseOnGrid(value, grid)
  if (!parsed.ok) return refuseFrame(parsed.reason === 'off_grid' ? Refusal.offGrid : Refusal.badNumber)
  return parsed.value >= least ? parsed.value : refuseFrame(Refusal.badNumber)
}

/** `steps` of a field that must be there. */
export const stepsField = (object: JsonObject, key: string, grid: Grid, least: number): number =>
  steps(field(object, key), grid, least)

/**
 * An instant in whole microseconds. Binance and others send milliseconds, or microseconds where they are asked to; the two
 * are told apart by size.
 */
export function timeField(object: JsonObject, key: string): number {
  const instant = intField(object, key)
  const micros = instant < 1e14 ? instant * 1000 : instant
  return Number.isSafeInteger(micros) ? micros : refuseFrame(Refusal.badNumber)
}

/** Decimal text times `10^decimals` as a whole number; digits beyond are refused as off the grid. */
export const scaledField = (object: JsonObject, key: string, decimals: number, least: number): number =>
  stepsField(object, key, { decimals, step: 1 }, least)

/** Decimal text of at most 40 characters as the nearest float64. */
export function floatField(object: JsonObject, key: string): number {
  const text = textField(object, key)
  if (!/^(0|[1-9]\d*)(\.\d+)?$/.test(text) || text.length > 40) return refuseFrame(Refusal.badNumber)
  return Number(text)
}

/** Whether an object has no other keys than these, and each once. */
export const hasOnly = (object: JsonObject, keys: readonly string[]): boolean =>
  object.repeated.size === 0 && [...object.fields.keys()].every(key => keys.includes(key))
