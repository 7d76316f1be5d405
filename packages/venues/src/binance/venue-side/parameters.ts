import { parseOnGrid } from '@velocimex/core/market/grid'
import type { Instrument } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { fromQuery } from '../../wire/encodings.ts'
import type { Dialect } from '../frame-fields.ts'
import { type Failure, failure } from './venue-failures.ts'

/** Parameters of a request; what is not there or not well formed is told as the venue tells it. */
export class RequestParameters {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  /** Query and body together, as the venue takes them. Undefined when a percent-encoding is broken. */
  static of(query: string, body: string): RequestParameters | undefined {
    const values = fromQuery(`${query}&${body}`)
    return values === undefined ? undefined : new RequestParameters(values)
  }

  get(key: string): string | undefined {
    return this.#values.get(key)
  }

  /** All of them but the signature, sorted by name: what a request over the WebSocket API signs. */
  sortedText(): string {
    const pairs = [...this.#values]
      .filter(([key]) => key !== 'signature')
      .sort(([one], [other]) => (one < other ? -1 : 1))
    return pairs.map(([key, value]) => `${key}=${value}`).join('&')
  }

  /** A whole number, or the default when it is absent or none. */
  int(key: string, otherwise: number): number {
    const text = this.#values.get(key)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : otherwise
  }

  /** The instrument that `symbol` names. */
  instrument(instruments: InstrumentTable, venue: string): Instrument | Failure {
    const symbol = this.#values.get('symbol')
    if (symbol === undefined || symbol === '')
      return failure(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
    return instruments.find(venue, symbol) ?? failure(-1121, 'Invalid symbol.')
  }

  /** Ticks or lots of a decimal parameter; 0 when it is absent. */
  steps(dialect: Dialect, key: 'price' | 'quantity', instrument: Instrument): number | Failure {
    const text = this.#values.get(key)
    if (text === undefined) return 0
    if (text === '') return failure(-1105, `Parameter '${key}' was empty.`)
    const steps = parseOnGrid(text, instrument[key])
    if (steps.ok) return steps.value
    if (steps.reason === 'malformed') return failure(-1100, `Illegal characters found in parameter '${key}'.`)
    if (dialect === 'usdm') return failure(-1111, 'Precision is over the maximum defined for this asset.')
    return failure(-1013, `Filter failure: ${key === 'price' ? 'PRICE_FILTER' : 'LOT_SIZE'}`)
  }
}

/** Whether a value is an error. */
export const isFailure = (value: unknown): value is Failure =>
  typeof value === 'object' &&
  value !== null &&
  'code' in value &&
  'msg' in value &&
  typeof (value as Failure).status === 'number'
