import type { Advice, Outcome, VenueAnswer } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import type { Dialect } from './frame-fields.ts'

/** What a failed command means. */
export interface Failure {
  readonly outcome: Outcome
  readonly advice: Advice
  readonly code: string
  readonly words: string
}

type Row = readonly [outcome: Outcome, advice: Advice, codes: readonly number[]]

const range = (from: number, to: number): number[] => Array.from({ length: from - to + 1 }, (_, at) => from - at)

/**
 * Error codes of both dialects (errors.md of binance-spot-api-docs; error codes of the USD-M documentation). What is in
 * no row is unknown: nothing is concluded from it.
 */
const BOTH: readonly Row[] = [
  ['unknown', 'query', [-1000, -1001, -1006, -1007]],
  ['definitive_reject', 'back_off', [-1003, -1015]],
  ['definitive_reject', 'halt', [-1002, -1022, -2014, -2015]],
  ['definitive_reject', 'sync_clock', [-1021]],
  [
    'definitive_reject',
    'none',
    [-1013, -1014, -1016, -1020, -1121, -1122, ...range(-1100, -1106), ...range(-1108, -1120)],
  ],
  ['definitive_reject', 'none', [...range(-1127, -1131), -1135, -1145, -2010, -2016, -2021, -2022]],
  ['definitive_reject', 'query', [-2011, -2013]],
]

/** -2038: an amendment that keeps the place would not shrink the order, or is the eleventh. */
const SPOT: readonly Row[] = [['definitive_reject', 'none', [-2038, -2039]]]

const USDM: readonly Row[] = [
  ['definitive_reject', 'back_off', [-1008, -2025]],
  ['definitive_reject', 'sync_clock', [-5028]],
  ['definitive_reject', 'none', [...range(-2017, -2020), -2023, -2024, -2026, -2027, -2028, ...range(-4001, -4005)]],
  [
    'definitive_reject',
    'none',
    [-4013, -4014, -4015, -4016, -4023, -4024, -4061, -4118, -4120, -4131, -4140, -4141, -4164],
  ],
  ['definitive_reject', 'halt', [-4192, -4400, -4401, -4402]],
  ['definitive_reject', 'none', [-5021, -5022, ...range(-5024, -5027), -5029, -5043]],
  // An open order has this id: it is ours, sent before.
  ['unknown', 'query', [-4116]],
  ['ack', 'none', [-4046, -4059]],
]

const tableOf = (rows: readonly Row[]): ReadonlyMap<string, Row> =>
  new Map(rows.flatMap(row => row[2].map(code => [String(code), row] as const)))
const TABLES: Readonly<Record<Dialect, ReadonlyMap<string, Row>>> = {
  spot: tableOf([...BOTH, ...SPOT]),
  usdm: tableOf([...BOTH, ...USDM]),
}

/** Words of a 503 by which USD-M says that nothing was done. */
const NOTHING_DONE = ['Service Unavailable.', 'Internal error; unable to process your request. Please try again.']

/** What an answer that is not a success means for the command that it answers. */
export function readFailure(dialect: Dialect, { status, body }: VenueAnswer): Failure {
  const fields = Fields.of(body)
  const code = fields?.optional('code') ?? ''
  const words = fields?.optional('msg') ?? body.slice(0, 200)
  const said = { code: code === '' ? `HTTP ${status}` : code, words }
  if (status >= 500) {
    const nothingDone = dialect === 'usdm' && status === 503 && (NOTHING_DONE.includes(words) || code === '-1008')
    return {
      ...said,
      outcome: nothingDone ? 'definitive_reject' : 'unknown',
      advice: nothingDone ? 'back_off' : 'query',
    }
  }
  if (status === 403) return { ...said, outcome: 'unknown', advice: 'banned' }
  const row = TABLES[dialect].get(code)
  const outcome = row?.[0] ?? 'unknown'
  if (status === 418) return { ...said, outcome, advice: 'banned' }
  if (status === 429) return { ...said, outcome, advice: 'back_off' }
  // The open order with this id is the one that was sent before.
  if (code === '-2010' && words === 'Duplicate order sent.') return { ...said, outcome: 'unknown', advice: 'query' }
  return { ...said, outcome, advice: row?.[1] ?? 'query' }
}
