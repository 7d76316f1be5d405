import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { ClientRequest } from '../../venue-dialect.ts'
import { fromQuery } from '../../wire/encodings.ts'
import { isJsonFields, jsonIn } from '../../wire/json-object.ts'
import type { Category } from '../frame-fields.ts'
import type { OwnInstruments } from './own-instruments.ts'
import { badParameter, type Failure, failure } from './venue-failures.ts'

/** The parameters of a call: the query of a GET, the JSON object of a POST or of a socket's command. */
export class RequestValues {
  readonly #values: ReadonlyMap<string, string>
  readonly #whole: Readonly<Record<string, unknown>>

  /** @param whole with what is no plain value */
  constructor(values: ReadonlyMap<string, string>, whole: Readonly<Record<string, unknown>> = {}) {
    this.#values = values
    this.#whole = whole
  }

  /** Undefined when the query's encoding is broken or the body is no JSON object. */
  static of({ method, query, body }: ClientRequest): RequestValues | undefined {
    if (method !== 'GET') return RequestValues.ofJson(body)
    const values = fromQuery(query)
    return values === undefined ? undefined : new RequestValues(values)
  }

  /** The fields of a JSON object; undefined when the text is none. */
  static ofJson(text: string): RequestValues | undefined {
    return RequestValues.ofObject(jsonIn(text))
  }

  /** The plain fields of an object: texts, numbers and booleans. */
  static ofObject(value: unknown): RequestValues | undefined {
    if (!isJsonFields(value)) return undefined
    const plain = Object.entries(value).filter(([, each]) => ['string', 'number', 'boolean'].includes(typeof each))
    return new RequestValues(new Map(plain.map(([key, each]) => [key, String(each)])), value)
  }

  /** The objects of a list, each as a call of the same category; none when it is no list, or one of anything else. */
  calls(key: string): readonly RequestValues[] {
    const list = Object.hasOwn(this.#whole, key) ? this.#whole[key] : undefined
    const all = Array.isArray(list) ? list : []
    const calls = all.flatMap(
      each => RequestValues.ofObject(isJsonFields(each) ? { ...each, category: this.get('category') } : each) ?? [],
    )
    return calls.length === all.length ? calls : []
  }

  /** A value that is there and not empty. */
  get(key: string): string | undefined {
    const value = this.#values.get(key)
    return value === '' ? undefined : value
  }

  /** A whole number in bounds, or the default when it is absent or none. */
  int(key: string, otherwise: number, most = Number.MAX_SAFE_INTEGER): number {
    const text = this.#values.get(key)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Math.min(most, Number(text)) : otherwise
  }

  /** That the call is about this market. */
  category(category: Category): Failure | undefined {
    return this.get('category') === category ? undefined : badParameter('category')
  }

  /** The instrument that `symbol` names. */
  instrument(category: Category, own: OwnInstruments): Instrument | Failure {
    const symbol = this.get('symbol')
    const found = symbol === undefined ? undefined : own.find(symbol)
    if (found !== undefined) return found
    return category === 'spot' ? failure(170121, 'Invalid symbol.') : badParameter('symbol')
  }

  /** Ticks or lots of a decimal text. */
  steps(category: Category, key: 'price' | 'qty', instrument: Instrument): number | Failure {
    const text = this.get(key)
    const steps = parseOnGrid(text ?? '', key === 'price' ? instrument.price : instrument.quantity)
    if (steps.ok) return steps.value
    if (category === 'linear' || steps.reason !== 'off_grid') return badParameter(key)
    return key === 'price'
      ? failure(170134, 'Order price has too many decimals.')
      : failure(170137, 'Order quantity has too many decimals.')
  }
}
