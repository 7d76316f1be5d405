import { Refusal } from '@velocimex/core/feed/market-codec'
import type { Kind } from '@velocimex/core/market/event-kind'
import { EventRecord, Flag } from '@velocimex/core/market/event-record'
import { RecordBatch } from '@velocimex/core/market/record-batch'
import { parseInstant } from './instant-text.ts'
import { field, intField, Refused, refuseFrame, textField } from './oracle-fields.ts'
import { JsonObject, type JsonValue, NumberText, readStrictJson } from './strict-json.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/** An instant as microseconds and the nanoseconds beyond. */
export interface OracleInstant {
  readonly micros: number
  readonly nanos: number
}

/** The instant of a record for which the venue sent none. */
export const UNKNOWN_INSTANT: OracleInstant = { micros: 0, nanos: 0 }

/** The records of an oracle, which reads a tree of the whole frame; see `CodecOracle`. For tests only. */
export class OracleRecords {
  readonly batch: RecordBatch
  readonly ids = { first: -1, last: -1, previous: -1 }
  instrument = -1
  readonly #source: number
  readonly #record: EventRecord
  #receivedAt = 0
  #receivedNanos = 0

  /** @param maxLevels most records of one frame @param source that the records carry */
  constructor(maxLevels: number, source: number) {
    this.#source = source
    this.batch = new RecordBatch(maxLevels)
    this.#record = new EventRecord(this.batch)
  }

  /** Reads a frame by `read`, whose refusals end it; marks the last record. */
  guarded(frame: Uint8Array, receivedAt: number, receivedNanos: number, read: (root: JsonValue) => number): number {
    this.batch.count = 0
    this.forget()
    this.#receivedAt = receivedAt
    this.#receivedNanos = receivedNanos
    const text = decodeUtf8(frame, 0, frame.length)
    const root = text === undefined ? undefined : readStrictJson(text)
    if (root === undefined) return Refusal.malformed
    try {
      const kind = read(root)
      this.markLast()
      return kind
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause
      this.batch.count = 0
      return cause.code
    }
  }

  /** Leaves no trace of a message that says nothing of a market. */
  forget(): void {
    this.instrument = -1
    this.ids.first = this.ids.last = this.ids.previous = -1
  }

  /** Appends a record without lanes. @param at its instant, or whole microseconds */
  append(kind: Kind, flags: number, at: OracleInstant | number): EventRecord {
    const { batch } = this
    const time = typeof at === 'number' ? { micros: at, nanos: 0 } : at
    if (batch.count >= batch.capacity) refuseFrame(Refusal.tooLarge)
    return this.#record
      .at(batch.count++)
      .write(kind, flags, this.#source, this.instrument, time.micros, this.#receivedAt)
      .nanos(time.nanos, this.#receivedNanos)
  }

  /** Sets the flag of the last record. */
  markLast(): void {
    if (this.batch.count === 0) return
    this.#record.at(this.batch.count - 1)
    this.#record.withFlags(this.#record.flags | Flag.last)
  }
}

/** An object with plainly written keys, none of those that are known twice. */
export function knownObject(value: JsonValue | undefined, keys: readonly string[]): JsonObject {
  if (!(value instanceof JsonObject) || value.hasEscapedKey) return refuseFrame(Refusal.malformed)
  if (keys.some(key => value.repeated.has(key))) return refuseFrame(Refusal.missingField)
  return value
}

/** One of some words; or a refusal. */
export function wordField<Word extends string>(object: JsonObject, key: string, words: readonly Word[]): Word {
  const text = textField(object, key) as Word
  return words.includes(text) ? text : refuseFrame(Refusal.malformed)
}

/** An RFC 3339 instant in UTC, 1970 to 2199. */
export const instantField = (object: JsonObject, key: string): OracleInstant =>
  parseInstant(textField(object, key)) ?? refuseFrame(Refusal.badNumber)

/** Whole milliseconds as an instant. */
export function millisField(object: JsonObject, key: string): OracleInstant {
  const micros = intField(object, key) * 1000
  return Number.isSafeInteger(micros) ? { micros, nanos: 0 } : refuseFrame(Refusal.badNumber)
}

/** The number in an id, and whether that is all of it; see `PlaceValues.id`. */
export function idField(object: JsonObject, key: string): { readonly id: number; readonly isCut: boolean } {
  const text = textField(object, key)
  if (encodeUtf8(text).length > 64) return refuseFrame(Refusal.malformed)
  if (/^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text))) return { id: Number(text), isCut: false }
  const digits = /\d*$/.exec(text)![0].slice(-15)
  return { id: Number(digits), isCut: true }
}

/** Whether a field is not there, `null` or the empty text. */
export function isAbsentField(object: JsonObject, key: string): boolean {
  const value = object.fields.get(key)
  return value === undefined || value === null || value === ''
}

/**
 * A JSON number times `10^decimals`, exactly.
 * @param mayRound to the nearest, halves away from zero; otherwise digits beyond are off the grid
 */
export function scaledNumber(object: JsonObject, key: string, decimals: number, mayRound: boolean): number {
  const value = field(object, key)
  return value instanceof NumberText ? scaleText(value.text, decimals, mayRound) : refuseFrame(Refusal.malformed)
}

/** The text of a JSON number times `10^decimals`, exactly; see `scaledNumber`. */
export function scaleText(text: string, decimals: number, mayRound: boolean): number {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)!
  const shift = Math.max(-500, Math.min(500, Number(exponent))) + decimals - fraction.length
  const digits = BigInt(whole! + fraction)
  const scale = 10n ** BigInt(Math.abs(shift))
  const quotient = shift >= 0 ? digits * scale : digits / scale
  const rest = shift >= 0 ? 0n : digits % scale
  if (rest !== 0n && !mayRound) return refuseFrame(Refusal.offGrid)
  const rounded = Number(rest * 2n >= scale && rest > 0n ? quotient + 1n : quotient)
  if (!Number.isSafeInteger(rounded)) return refuseFrame(Refusal.badNumber)
  return sign === '-' && rounded !== 0 ? -rounded : rounded
}

/**
 * A JSON number of at least zero in whole steps of a grid, with at most 30 digits behind the point and an exponent of at
 * most 99.
 */
export function gridNumber(value: JsonValue | undefined, grid: { decimals: number; step: number }): number {
  if (!(value instanceof NumberText)) return refuseFrame(Refusal.malformed)
  const [digits, power = '0'] = value.text.split(/[eE]/)
  const places = (digits!.split('.')[1] ?? '').length - Number(power)
  if (value.text.startsWith('-') || Math.abs(Number(power)) > 99 || places > 30) return refuseFrame(Refusal.badNumber)
  const scaled = scaleText(value.text, grid.decimals, false)
  return scaled % grid.step === 0 ? scaled / grid.step : refuseFrame(Refusal.offGrid)
}

/** A JSON number 0 to 2^53 - 1 of at most 40 characters as the nearest float64. */
export function floatNumber(value: JsonValue): number {
  if (!(value instanceof NumberText)) return refuseFrame(Refusal.malformed)
  const isRead = !value.text.startsWith('-') && value.text.length <= 40 && Number(value.text) <= Number.MAX_SAFE_INTEGER
  return isRead ? Number(value.text) : refuseFrame(Refusal.badNumber)
}
