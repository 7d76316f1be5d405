import { FrameKind, Refusal } from '@velocimex/core/feed/market-codec'
import { MarketStatus } from '@velocimex/core/market/event-kind'
import type { Grid } from '@velocimex/core/market/grid'
import { field, intField, refuseFrame, steps, textField } from '../wire/oracle-fields.ts'
import { JsonObject, type JsonValue, NumberText } from '../wire/strict-json.ts'

/** Most digits behind a point. */
const PLACES_MAX = 30

/** A JSON number, with or without an exponent, as whole steps of a grid: it is first written out without one. */
export function numberSteps(value: JsonValue, grid: Grid, least: number): number {
  if (!(value instanceof NumberText)) return refuseFrame(Refusal.malformed)
  const parts = /^(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(value.text)
  const power = Number(parts?.[3] ?? 0)
  if (parts === null || Math.abs(power) > 99) return refuseFrame(Refusal.badNumber)
  const [, whole, fraction = ''] = parts
  if (fraction.length - power > PLACES_MAX) return refuseFrame(Refusal.badNumber)
  const digits = `${'0'.repeat(130)}${whole}${fraction}${'0'.repeat(130)}`
  const point = 130 + whole!.length + power
  const text = `${digits.slice(0, point).replace(/^0+(?=\d)/, '')}.${digits.slice(point)}`
  return steps(text, grid, least)
}

/** `numberSteps` of a field that must be there. */
export const numberStepsField = (object: JsonObject, key: string, grid: Grid, least: number): number =>
  numberSteps(field(object, key), grid, least)

/** A decimal text as whole steps of a grid. */
export function textSteps(value: JsonValue | undefined, grid: Grid, least: number): number {
  if (typeof value !== 'string') return refuseFrame(Refusal.malformed)
  if ((value.split('.')[1] ?? '').length > PLACES_MAX) return refuseFrame(Refusal.badNumber)
  return steps(value, grid, least)
}

/** An instant of RFC 3339 in UTC as whole microseconds; digits beyond the sixth are dropped. */
export function instant(value: JsonValue): number {
  if (typeof value !== 'string') return refuseFrame(Refusal.malformed)
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z$/.exec(value)
  if (parts === null) return refuseFrame(Refusal.badNumber)
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const days = (Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / 86_400_000
  const isCalendar = month >= 1 && month <= 12 && day >= 1 && day <= days && hour < 24 && minute < 60 && second < 60
  if (!isCalendar || year < 1970 || year >= 2200) return refuseFrame(Refusal.badNumber)
  const millis = Date.UTC(year, month - 1, day, hour, minute, second)
  return millis * 1000 + Number((parts[7] ?? '').padEnd(6, '0').slice(0, 6))
}

/** An object whose keys are plain. */
export function element(value: JsonValue): JsonObject {
  return value instanceof JsonObject && !value.hasEscapedKey ? value : refuseFrame(Refusal.malformed)
}

/** A value as the only field, `cell`, of an object, to be read by the readers of fields. */
export function cellOf(value: JsonValue): JsonObject {
  const object = new JsonObject()
  object.fields.set('cell', value)
  return object
}

/** What the exchange or a pair says of itself, as a number of `MarketStatus`. */
export function statusOf(word: string): number {
  if (['online', 'limit_only', 'reduce_only'].includes(word)) return MarketStatus.trading
  if (['maintenance', 'cancel_only', 'post_only', 'work_in_progress'].includes(word)) return MarketStatus.halted
  return word === 'delisted' ? MarketStatus.closed : refuseFrame(Refusal.unknownKind)
}

/** The name of v1 for a name of v2. */
export function olderName(symbol: string): string {
  const rename: Readonly<Record<string, string>> = { BTC: 'XBT', DOGE: 'XDG' }
  return symbol.replace(/[^/]+/g, code => rename[code] ?? code)
}

/** A reply: only the depth of a book matters of it, to the audit; here only whether it is sound. */
export function readReply(root: JsonObject, method: string): number {
  const result = root.fields.get('result')
  if (method !== 'subscribe' || !(result instanceof JsonObject)) return FrameKind.control
  element(result)
  if (['channel', 'depth', 'symbol'].some(key => result.repeated.has(key))) refuseFrame(Refusal.missingField)
  const channel = result.fields.get('channel')
  const isBook = channel === 'book' || channel === 'level3'
  if (!isBook || !result.fields.has('depth') || !result.fields.has('symbol')) return FrameKind.control
  const depth = intField(result, 'depth')
  textField(result, 'symbol')
  return depth >= 1 && depth <= 10_000 ? FrameKind.control : refuseFrame(Refusal.badNumber)
}
