import type { Advice, Outcome, VenueAnswer } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'

/** What a failed command means. */
export interface Failure {
  readonly outcome: Outcome
  readonly advice: Advice
  readonly code: string
  readonly words: string
}

type Rows = readonly (readonly [outcome: Outcome, advice: Advice, codes: readonly number[]])[]

/**
 * Error codes ("RPC error codes" of the documentation of v2). What is in no row is unknown: nothing is concluded from it.
 */
const ROWS: Rows = [
  // What the order itself forbids: wrong numbers, bands, post-only, funds, limits.
  ['definitive_reject', 'none', [10002, 10003, 10005, 10006, 10007, 10008, 10009, 10011, 10020, 10021, 10022, 10023]],
  ['definitive_reject', 'none', [10024, 10025, 10026, 10027, 10031, 10034, 10035, 10036, 10039, 10043, 10044, 10045]],
  ['definitive_reject', 'none', [10013, 10014, 10015, 10016, 10017, 10018, 10037, 10038, 11013, 11022, 11035, 13901]],
  ['definitive_reject', 'none', [11021, 11029, 11030, 11031, 11047, 11049, 11050, 11054, 11055, -32602, -32601]],
  ['definitive_reject', 'none', [-32600, -32700, -32000]],
  // The book is closed for good or for now.
  ['definitive_reject', 'none', [10012, 11037, 11046, 13019]],
  ['definitive_reject', 'back_off', [10028, 10040, 10041, 10047, 10066, 11051, 13028]],
  // The order that was meant is not open any more, or is not there.
  ['definitive_reject', 'query', [10004, 10010, 10029, 11008, 11044, 13032, 13666, 13777]],
  ['definitive_reject', 'halt', [10000, 10019, 10072, 11098, 13004, 13009, 13021, 13030, 13043]],
  // It came too late to be taken: the clocks differ, or the way was long.
  ['definitive_reject', 'sync_clock', [13888]],
  ['unknown', 'query', [10001, 11094]],
]

const TABLE = new Map(
  ROWS.flatMap(([outcome, advice, codes]) => codes.map(code => [String(code), [outcome, advice]] as const)),
)

/** What an `error` of JSON-RPC means; its reason, if it has one, is told with the words. */
export function readError(error: Fields): Failure {
  const code = error.text('code')
  const detail = error.has('data') && error.optional('data') === undefined ? error.object('data') : undefined
  const reason = detail?.optional('reason') ?? ''
  const param = detail?.optional('param') ?? ''
  const words = [error.optional('message') ?? '', reason, param].filter(word => word !== '').join(', ')
  const row = TABLE.get(code)
  return { outcome: row?.[0] ?? 'unknown', advice: row?.[1] ?? 'query', code, words }
}

/** What an answer without a result means: the venue's own error, whatever the HTTP status, or nothing at all. */
export function readFailure({ status, body }: VenueAnswer): Failure {
  const fields = Fields.of(body)
  if (fields?.has('error') === true && fields.optional('error') === undefined) {
    const failure = readError(fields.object('error'))
    if (fields.fault === '') return failure
  }
  const advice = status === 429 ? 'back_off' : status === 403 ? 'banned' : 'query'
  return { outcome: 'unknown', advice, code: `HTTP ${status}`, words: body.slice(0, 200) }
}
