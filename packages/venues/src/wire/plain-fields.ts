import { Refusal } from '@velocimex/core/feed/market-codec'
import { type Grid, parseOnGrid } from '@velocimex/core/market/grid'
import { type JsonObject, type JsonValue, NumberText } from './strict-json.ts'

/** Thrown inside a plain reading only, and caught at its top: the frame is refused with this code. */
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

/** A field that must be there. */
export function field(object: JsonObject, key: string): JsonValue {
  const value = object.get(key)
  return value === undefined ? refuseFrame(Refusal.missingField) : value
}

/** A text field that must be there. */
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

/** An object field that must be there. */
export function objectField(object: JsonObject, key: string): JsonObject {
  const value = field(object, key)
  return value instanceof Map ? value : refuseFrame(Refusal.malformed)
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
  const parsed = parseOnGrid(value, grid)
  if (!parsed.ok) return refuseFrame(parsed.reason === 'off_grid' ? Refusal.offGrid : Refusal.badNumber)
  return parsed.value >= least ? parsed.value : refuseFrame(Refusal.badNumber)
}

/** `steps` of a field that must be there. */
export const stepsField = (object: JsonObject, key: string, grid: Grid, least: number): number =>
  steps(field(object, key), grid, least)

/** Decimal text times `10^decimals` as a whole number; digits beyond are refused as off the grid. */
export const scaledField = (object: JsonObject, key: string, decimals: number, least: number): number =>
  stepsField(object, key, { decimals, step: 1 }, least)
