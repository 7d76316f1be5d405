import { Refusal } from '@velocimex/core/feed/market-codec'
import { field, refuseFrame } from '../wire/oracle-fields.ts'
import { type JsonObject, type JsonValue, NumberText } from '../wire/strict-json.ts'

/** `"123"` as a whole number 0..2^53-1. */
export function wholeText(value: JsonValue | undefined): number {
  if (typeof value !== 'string') return refuseFrame(Refusal.malformed)
  if (!/^(0|[1-9]\d*)$/.test(value) || !Number.isSafeInteger(Number(value))) return refuseFrame(Refusal.badNumber)
  return Number(value)
}

/** `wholeText` of a field that must be there. */
export const wholeField = (object: JsonObject, key: string): number => wholeText(field(object, key))

/** A JSON integer with or without a minus. */
export function signedField(object: JsonObject, key: string): number {
  const value = field(object, key)
  if (!(value instanceof NumberText) || !/^-?\d+$/.test(value.text)) return refuseFrame(Refusal.badNumber)
  const number = Number(value.text)
  return Number.isSafeInteger(number) ? number + 0 : refuseFrame(Refusal.badNumber)
}

/**
 * Decimal text times `10^decimals`: exact when it has no more decimals, else the nearest float (a whole one for rates, of
 * twelve decimals); undefined for empty text.
 */
export function scaledText(value: JsonValue, decimals: number): number | undefined {
  if (typeof value !== 'string') return refuseFrame(Refusal.malformed)
  if (value === '') return undefined
  const match = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?$/.exec(value)
  if (match === null) return refuseFrame(Refusal.badNumber)
  const [, sign, whole, fraction = ''] = match
  const size = `${whole}.${fraction || '0'}`
  const isExact = !/[1-9]/.test(fraction.slice(decimals))
  let scaled: number
  if (isExact) scaled = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  else {
    if (value.length - sign!.length > 40) return refuseFrame(Refusal.badNumber)
    scaled = Number(size) * 10 ** decimals
    if (decimals === 12) scaled = Math.round(scaled)
  }
  if (scaled > Number.MAX_SAFE_INTEGER) return refuseFrame(Refusal.badNumber)
  return sign === '-' ? 0 - scaled : scaled
}
