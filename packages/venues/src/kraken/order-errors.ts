import type { Advice, Outcome, VenueAnswer } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'

/** What a failed call means. */
export interface Failure {
  readonly outcome: Outcome
  readonly advice: Advice
  readonly code: string
  readonly words: string
}

type Row = readonly [outcome: Outcome, advice: Advice, errors: readonly string[]]

/**
 * Errors by their text up to the second colon, behind which stand details (docs.kraken.com, "API error messages"). What is
 * in no row is unknown: nothing is concluded from it.
 */
const ROWS: readonly Row[] = [
  ['unknown', 'query', ['EService:Unavailable', 'EService:Busy', 'EService:Timeout', 'EGeneral:Internal error']],
  ['unknown', 'query', ['EGeneral:Unknown error', 'EOrder:Duplicate cl_ord_id']],
  ['definitive_reject', 'halt', ['EAPI:Invalid key', 'EAPI:Invalid signature', 'EGeneral:Permission denied']],
  ['definitive_reject', 'halt', ['EAccount:Invalid permissions', 'EAuth:Account temporary disabled']],
  ['definitive_reject', 'halt', ['EAuth:Account unconfirmed', 'EAPI:Bad request', 'EOrder:Trading agreement required']],
  ['definitive_reject', 'sync_clock', ['EAPI:Invalid nonce']],
  ['definitive_reject', 'back_off', ['EAPI:Rate limit exceeded', 'EOrder:Rate limit exceeded', 'Exceeded msg rate']],
  ['definitive_reject', 'back_off', ['EOrder:Domain rate limit exceeded', 'EAuth:Too many requests']],
  ['definitive_reject', 'back_off', ['EService:Throttled', 'EGeneral:Too many requests']],
  ['definitive_reject', 'back_off', ['EService:Market in cancel_only mode', 'EService:Market in post_only mode']],
  ['definitive_reject', 'back_off', ['EService:Market in limit_only mode', 'EService:Market in maintenance mode']],
  ['definitive_reject', 'banned', ['EGeneral:Temporary lockout']],
  [
    'definitive_reject',
    'none',
    ['EService:Deadline elapsed', 'EOrder:Insufficient funds', 'EOrder:Insufficient margin'],
  ],
  ['definitive_reject', 'none', ['EOrder:Margin allowance exceeded', 'EOrder:Margin level too low']],
  [
    'definitive_reject',
    'none',
    ['EOrder:Order minimum not met', 'EOrder:Cost minimum not met', 'EOrder:Invalid price'],
  ],
  ['definitive_reject', 'none', ['EOrder:Tick size check failed', 'EGeneral:Invalid arguments']],
  ['definitive_reject', 'none', ['EOrder:Post only order', 'EOrder:Orders limit exceeded', 'EOrder:Reduce only']],
  ['definitive_reject', 'none', ['EOrder:Positions limit exceeded', 'EOrder:Scheduled orders limit exceeded']],
  ['definitive_reject', 'none', ['EOrder:Cannot open position', 'EOrder:Cannot open opposing position']],
  ['definitive_reject', 'none', ['EQuery:Unknown asset pair', 'EGeneral:Unknown method']],
  ['definitive_reject', 'query', ['EOrder:Unknown order', 'EOrder:Invalid order', 'ESession:Invalid session']],
]
const TABLE: ReadonlyMap<string, Row> = new Map(ROWS.flatMap(row => row[2].map(error => [error, row] as const)))

/** What an error of the venue means for the command that it answers, over REST or the socket. */
export function readError(error: string): Failure {
  const parts = error.split(':').map(part => part.trim())
  const row = TABLE.get(parts.slice(0, 2).join(':')) ?? TABLE.get(parts[0]!)
  return {
    outcome: row?.[0] ?? 'unknown',
    advice: row?.[1] ?? 'query',
    code: parts.slice(0, 2).join(':'),
    words: error,
  }
}

/**
 * What an answer says that is not a success; undefined for one that is. Of several errors the first counts of which
 * nothing can be concluded, or else the first. Warnings (W) stand beside a success.
 */
export function readFailure({ status, body }: VenueAnswer): Failure | undefined {
  const fields = Fields.of(body)
  const errors = fields?.has('error') ? fields.texts('error').filter(text => !text.startsWith('W')) : []
  const failures = errors.map(readError)
  const worst = failures.find(({ outcome }) => outcome === 'unknown') ?? failures[0]
  if (status === 200 && fields !== undefined && fields.fault === '' && worst === undefined)
    return fields.has('result') ? undefined : { ...unread, words: body.slice(0, 200) }
  if (status < 500 && worst !== undefined && fields?.fault === '') return worst
  const words = worst?.words ?? body.slice(0, 200)
  const advice = status === 403 ? 'banned' : status === 429 ? 'back_off' : 'query'
  return { outcome: 'unknown', advice, code: `HTTP ${status}`, words }
}

const unread: Failure = { outcome: 'unknown', advice: 'query', code: 'HTTP 200', words: '' }
