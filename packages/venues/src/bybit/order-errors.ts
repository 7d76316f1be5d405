import type { Advice, Outcome, VenueAnswer } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'

/** What an answer means for the command that it answers. */
export interface Verdict {
  readonly outcome: Outcome
  readonly advice: Advice
  /** Empty for an acknowledgement. */
  readonly code: string
  readonly words: string
}

type Row = readonly [outcome: Outcome, advice: Advice, codes: readonly number[]]

/**
 * Codes of Bybit v5 ("Error Codes", 2026). What is in no row is unknown: nothing is concluded from it.
 *
 * A duplicate id of ours (110072, 170141) says that the order was sent before: it is asked for. That an order is not there,
 * or is closed already, answers a cancel or an amendment for certain, and asks for a look.
 */
const ROWS: readonly Row[] = [
  ['ack', 'none', [0, 110025, 110026, 110043]],
  ['unknown', 'query', [10000, 10014, 10016, 10019, 110072, 170007, 170032, 170141, 170146, 170147]],
  ['definitive_reject', 'sync_clock', [-1, 10002]],
  ['definitive_reject', 'halt', [10003, 10004, 10005, 10007, 10009, 10010, 10024, 10027, 10028, 10029, 33004]],
  ['definitive_reject', 'halt', [110066, 110124]],
  ['definitive_reject', 'back_off', [429, 10006, 10403, 10429, 20003, 110009, 110020, 170005, 170222, 170810]],
  ['definitive_reject', 'query', [110001, 110008, 110010, 110017, 110079, 170139, 170142, 170143, 170190, 170191]],
  ['definitive_reject', 'query', [170150, 170212, 170213, 170310, 170311]],
  ['definitive_reject', 'none', [10001, 10017, 10404, 20006, 30208, 30209]],
  ['definitive_reject', 'none', [110003, 110004, 110007, 110012, 110021, 110022, 110023, 110042, 110044, 110045]],
  ['definitive_reject', 'none', [110051, 110052, 110053, 110064, 110074, 110090, 110094, 110103, 110120, 110121]],
  ['definitive_reject', 'none', [170033, 170115, 170116, 170117, 170121, 170124, 170130, 170131, 170132, 170133]],
  ['definitive_reject', 'none', [170134, 170136, 170137, 170140, 170148, 170149, 170151, 170192, 170193, 170194]],
  ['definitive_reject', 'none', [170210, 170217, 170218, 170313, 170371, 170372, 170381]],
]

const TABLE: ReadonlyMap<string, Row> = new Map(ROWS.flatMap(row => row[2].map(code => [String(code), row] as const)))

/** Codes that say, of a query or a command, that there is no such order. */
export const NO_SUCH_ORDER: ReadonlySet<string> = new Set(['110001', '170213', '170143'])

/** What a code of the venue means. */
export function verdictOf(code: string, words: string): Verdict {
  const [outcome, advice] = TABLE.get(code) ?? (['unknown', 'query'] as const)
  return outcome === 'ack' ? { outcome, advice, code: '', words: '' } : { outcome, advice, code, words }
}

/** What a REST answer means. Business errors come with HTTP 200 and a code; other statuses come from the gate before it. */
export function readVerdict({ status, body }: VenueAnswer): Verdict {
  const fields = Fields.of(body)
  const code = fields?.optional('retCode') ?? ''
  const words = fields?.optional('retMsg') ?? body.slice(0, 200)
  if (status === 200 && code !== '') return verdictOf(code, words)
  const said = { outcome: 'unknown', code: code === '' ? `HTTP ${status}` : code, words } as const
  if (status === 403) return { ...said, advice: 'banned' }
  if (status === 429) return { ...said, advice: 'back_off' }
  return { ...said, advice: 'query' }
}
