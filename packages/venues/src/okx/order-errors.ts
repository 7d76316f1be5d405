import type { Advice, Outcome, VenueAnswer } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'

/** What a failed command means. */
export interface Failure {
  readonly outcome: Outcome
  readonly advice: Advice
  readonly code: string
  readonly words: string
}

type Row = readonly [outcome: Outcome, advice: Advice, codes: readonly number[]]

/**
 * Codes of REST, of the `sCode` of single orders, and of the socket (okx v5, "Error Code"). What is in no row is unknown:
 * nothing is concluded from it.
 */
const ROWS: readonly Row[] = [
  // Busy or broken: the order may have gone through all the same.
  ['unknown', 'back_off', [50001, 50013, 50026]],
  ['unknown', 'query', [50004, 51054, 51149, 63999, 64007]],
  // An order has this id: it is ours, sent before.
  ['unknown', 'query', [51011, 51016]],
  ['definitive_reject', 'back_off', [50011, 50040, 50061, 60014, 60023]],
  ['definitive_reject', 'sync_clock', [50036, 50037, 50102, 50112, 60004, 60006]],
  ['definitive_reject', 'halt', [50101, 50103, 50104, 50105, 50106, 50107, 50110, 50111, 50113, 50114, 50119, 50120]],
  ['definitive_reject', 'halt', [51024, 54094, 59113, 60005, 60007, 60009, 60024, 60032]],
  ['definitive_reject', 'none', [50014, 50024, 51000, 51001, 51003, 51015, 51005, 51201, 51202, 51203]],
  ['definitive_reject', 'none', [51006, 51116, 51136, 51137, 51138, 51008, 51127, 51131, 51010, 51020, 51120, 51121]],
  ['definitive_reject', 'none', [51150, 51021, 51022, 51027, 51028, 51029, 51030, 51023, 51112, 51169, 51170]],
  ['definitive_reject', 'none', [51025, 51102, 51103, 51071, 54031, 59000, 59107]],
  ['definitive_reject', 'none', [51500, 51502, 51506, 51510, 51511, 51512, 51513]],
  // The order is closed, or never was: its own report says which.
  ['definitive_reject', 'query', [51400, 51405, 51406, 51410, 51503, 51603]],
  ['definitive_reject', 'none', [60008, 60011, 60012, 60013, 60018, 60019, 60027, 60028, 64001, 64002]],
]
const TABLE: ReadonlyMap<string, Row> = new Map(ROWS.flatMap(row => row[2].map(code => [String(code), row] as const)))

/** An authenticated query says by these that there is no such order. */
export const ABSENT_CODES: readonly string[] = ['51603']

/** What a code means. @param status of the answer; 200 on a socket */
export function failureOf(code: string, words: string, status: number): Failure {
  const said = { code: code === '' ? `HTTP ${status}` : code, words }
  const row = TABLE.get(code)
  if (row !== undefined) return { ...said, outcome: row[0], advice: row[1] }
  const advice = status === 403 ? 'banned' : status === 429 ? 'back_off' : 'query'
  return { ...said, outcome: 'unknown', advice }
}

/** The code and the words of an answer that is no success: those of the order, where it names one. */
export function readFailure({ status, body }: VenueAnswer): Failure {
  const fields = Fields.of(body)
  const order = fields?.has('data') === true ? fields.list('data')[0] : undefined
  const own = order?.optional('sCode') ?? '0'
  const from = own === '0' || own === '' ? undefined : order
  const code = from === undefined ? (fields?.optional('code') ?? '') : own
  const words = (from === undefined ? fields?.optional('msg') : from.optional('sMsg')) ?? body.slice(0, 200)
  // A success inside a failure, or the codes that only say that there was one.
  return failureOf(code === '0' || code === '1' || code === '2' ? '' : code, words, status)
}
