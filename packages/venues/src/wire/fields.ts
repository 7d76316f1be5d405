import { type Grid, parseOnGrid } from '@velocimex/core/market/grid'
import type { Amount } from '../amount.ts'
import { EscapedText, JsonObject, type JsonValue, NumberText, readStrictJson } from './strict-json.ts'

/** The first thing that was wrong in a message; empty while nothing was. */
interface Fault {
  words: string
}

/**
 * The fields of a JSON object of a REST answer or a private message, read one by one. What is missing or of another type
 * is noted once, with its place, and yields an empty value: a reader reads to the end and then asks `fault`. Numbers keep
 * their digits, so ids beyond 2^53 and trailing zeros survive.
 */
export class Fields {
  readonly #object: JsonObject
  readonly #place: string
  readonly #fault: Fault

  private constructor(object: JsonObject, place: string, fault: Fault) {
    this.#object = object
    this.#place = place
    this.#fault = fault
  }

  /** The object that a text holds; undefined when it is no JSON object. */
  static of(text: string): Fields | undefined {
    const value = readStrictJson(text)
    return value instanceof JsonObject ? new Fields(value, '', { words: '' }) : undefined
  }

  /** The objects of a text that holds a list of them, or a single one; undefined otherwise. They share one fault. */
  static listOf(text: string): readonly Fields[] | undefined {
    const value = readStrictJson(text)
    const all = Array.isArray(value) ? (value as readonly JsonValue[]) : [value]
    const fault: Fault = { words: '' }
    const objects = all.flatMap((each, at) => (each instanceof JsonObject ? [new Fields(each, `[${at}].`, fault)] : []))
    return objects.length === all.length ? objects : undefined
  }

  /** What was wrong first, anywhere in the message: `data[0].px: not a decimal`; empty when nothing was. */
  get fault(): string {
    return this.#fault.words
  }

  /** Notes a fault of this message that its reader found. */
  blame(key: string, words: string): void {
    if (this.#fault.words === '') this.#fault.words = `${this.#place}${key}: ${words}`
  }

  /** Whether a field is there and not null. */
  has(key: string): boolean {
    const value = this.#object.fields.get(key)
    return value !== undefined && value !== null
  }

  /** The keys, in the order of the text. */
  keys(): readonly string[] {
    return [...this.#object.fields.keys()]
  }

  /** A string, or a number's or boolean's own digits and letters; undefined when absent or null. */
  optional(key: string): string | undefined {
    const value = this.#object.fields.get(key)
    if (typeof value === 'string') return value
    if (value instanceof EscapedText || value instanceof NumberText) return value.text
    return typeof value === 'boolean' ? String(value) : undefined
  }

  /** As `optional`; a fault when it is absent. */
  text(key: string): string {
    const value = this.optional(key)
    if (value === undefined) this.blame(key, 'is missing')
    return value ?? ''
  }

  /** A whole number, 0 to 2^53, sent as a number or as text. */
  int(key: string): number {
    const text = this.text(key)
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (Number.isSafeInteger(value)) return value
    this.blame(key, 'is not a whole number')
    return 0
  }

  bool(key: string): boolean {
    const text = this.text(key)
    if (text !== 'true' && text !== 'false') this.blame(key, 'is neither true nor false')
    return text === 'true'
  }

  /** Decimal text, or a number, as whole steps of a grid. */
  steps(key: string, grid: Grid): number {
    const parsed = parseOnGrid(plainDecimal(this.text(key)), grid)
    if (parsed.ok) return parsed.value
    this.blame(key, `is ${parsed.reason === 'off_grid' ? 'between the steps of its grid' : 'not a decimal number'}`)
    return 0
  }

  /** Decimal text, or a number, exactly. */
  amount(key: string): Amount {
    const match = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?$/.exec(plainDecimal(this.text(key)))
    if (match === null) {
      this.blame(key, 'is not a decimal number')
      return { units: 0n, decimals: 0 }
    }
    const fraction = (match[3] ?? '').replace(/0+$/, '')
    const units = BigInt(match[2]! + fraction)
    return { units: match[1] === '-' ? -units : units, decimals: fraction.length }
  }

  /** An object inside; an empty one, and a fault, when it is absent. */
  object(key: string): Fields {
    const value = this.#object.fields.get(key)
    if (value instanceof JsonObject) return new Fields(value, `${this.#place}${key}.`, this.#fault)
    this.blame(key, 'is not an object')
    return new Fields(new JsonObject(), `${this.#place}${key}.`, this.#fault)
  }

  /** The objects of a list; an empty one, and a fault, when it is absent or holds anything else. */
  list(key: string): readonly Fields[] {
    const value = this.#object.fields.get(key)
    if (!Array.isArray(value)) {
      this.blame(key, 'is not a list')
      return []
    }
    return (value as readonly JsonValue[]).flatMap((each, at) => {
      if (each instanceof JsonObject) return [new Fields(each, `${this.#place}${key}[${at}].`, this.#fault)]
      this.blame(`${key}[${at}]`, 'is not an object')
      return []
    })
  }

  /** The texts of a list of strings; an empty one, and a fault, when it is anything else. */
  texts(key: string): readonly string[] {
    const value = this.#object.fields.get(key)
    const all = Array.isArray(value) ? (value as readonly JsonValue[]) : []
    const texts = all.flatMap(each =>
      typeof each === 'string' ? [each] : each instanceof EscapedText ? [each.text] : [],
    )
    if (!Array.isArray(value) || texts.length !== all.length) this.blame(key, 'is not a list of texts')
    return texts
  }
}

/** `1.5e-7` as `0.00000015`: venues that send JSON numbers may write small ones so. Other text is returned as it is. */
export function plainDecimal(text: string): string {
  const match = /^(-?)(\d{1,40})(?:\.(\d{1,40}))?[eE]([+-]?\d{1,3})$/.exec(text)
  if (match === null) return text
  const [, sign, whole, fraction = '', exponent] = match
  const point = whole!.length + Number(exponent)
  const digits = whole! + fraction
  if (Math.abs(point) > 60) return text
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0')
  const at = Math.max(1, point)
  const rest = padded.slice(at)
  return `${sign}${padded.slice(0, at).replace(/^0+(?=\d)/, '')}${rest === '' ? '' : `.${rest}`}`
}
