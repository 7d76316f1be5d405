import type { Advice, Outcome, VenueAnswer } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'

/** What a failed command means. */
export interface Failure {
  readonly outcome: Outcome
  readonly advice: Advice
  readonly code: string
  readonly words: string
}

type Rows = readonly (readonly [outcome: Outcome, advice: Advice, codes: string])[]

const tableOf = (rows: Rows): ReadonlyMap<string, readonly [Outcome, Advice]> =>
  new Map(
    rows.flatMap(([outcome, advice, codes]) => codes.split(/\s+/).map(code => [code, [outcome, advice]] as const)),
  )

/** Reasons why a new order was not taken ("Create order" of the Advanced Trade reference); each also with PREVIEW_ before. */
const NEW_ORDER = tableOf([
  [
    'definitive_reject',
    'none',
    'UNSUPPORTED_ORDER_CONFIGURATION INVALID_SIDE INVALID_PRODUCT_ID INVALID_SIZE_PRECISION INVALID_PRICE_PRECISION INSUFFICIENT_FUND INSUFFICIENT_FUNDS INVALID_LEDGER_BALANCE INELIGIBLE_PAIR INVALID_LIMIT_PRICE_POST_ONLY INVALID_LIMIT_PRICE INVALID_NO_LIQUIDITY INVALID_REQUEST COMMANDER_REJECTED_NEW_ORDER FOK_DISABLED POST_ONLY_NOT_ALLOWED_WITH_FOK LIMIT_PRICE_TOO_FAR_FROM_MARKET BREACHED_PRICE_LIMIT INVALID_ORDER_CONFIG INVALID_BASE_SIZE_TOO_SMALL INVALID_BASE_SIZE_TOO_LARGE INVALID_QUOTE_SIZE_TOO_SMALL INVALID_QUOTE_SIZE_TOO_LARGE INVALID_BASE_SIZE INVALID_QUOTE_SIZE INVALID_ARGUMENT',
  ],
  ['definitive_reject', 'halt', 'ORDER_ENTRY_DISABLED IN_LIQUIDATION UNTRADABLE_PRODUCT GEOFENCING_RESTRICTION'],
])

/** Reasons why a cancel was not taken ("Cancel orders"). A cancel that came twice is on its way. */
const CANCEL = tableOf([
  ['definitive_reject', 'query', 'UNKNOWN_CANCEL_ORDER COMMANDER_REJECTED_CANCEL_ORDER ORDER_IS_FULLY_FILLED'],
  ['definitive_reject', 'back_off', 'ORDER_IS_BEING_REPLACED'],
  ['definitive_reject', 'none', 'INVALID_CANCEL_REQUEST INVALID_CANCEL_PRODUCT_ID INVALID_CANCEL_FCM_TRADING_SESSION'],
  ['definitive_reject', 'halt', 'NOT_ALLOWED_TO_CANCEL'],
  ['ack', 'none', 'DUPLICATE_CANCEL_REQUEST'],
])

/** Reasons why an amendment was not taken ("Edit order"): the order stays as it was. */
const EDIT = tableOf([
  [
    'definitive_reject',
    'none',
    'COMMANDER_REJECTED_EDIT_ORDER CANNOT_EDIT_TO_BELOW_FILLED_SIZE CALLER_ID_MISMATCH ONLY_LIMIT_ORDER_EDITS_SUPPORTED INVALID_EDITED_SIZE INVALID_EDITED_PRICE INVALID_ORIGINAL_SIZE INVALID_ORIGINAL_PRICE EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST SIZE_IN_QUOTE_EDITS_NOT_ALLOWED PORTFOLIO_NOT_ALLOWED_FOR_EDITS STRATEGY_NOT_SUPPORTED CANNOT_EDIT_FUTURES_ORDER EXCEEDED_MAX_ALLOWED_EDIT_REQUEST_COUNT INSUFFICIENT_FUND INVALID_LIMIT_PRICE_POST_ONLY',
  ],
  ['definitive_reject', 'query', 'ORDER_NOT_FOUND ONLY_OPEN_ORDERS_CAN_BE_EDITED'],
  ['definitive_reject', 'back_off', 'ORDER_IS_ALREADY_BEING_REPLACED'],
])

const TABLES = { place: NEW_ORDER, cancel: CANCEL, replace: EDIT } as const

/** What a reason means that came with success 200; what is in no table is unknown. */
export function readReason(call: keyof typeof TABLES, reason: string, words: string): Failure {
  const row = TABLES[call].get(reason.replace(/^PREVIEW_/, ''))
  return { outcome: row?.[0] ?? 'unknown', advice: row?.[1] ?? 'query', code: reason, words }
}

/** Errors of the gateway before any order system, which did nothing, by their HTTP status. */
const GATEWAY: ReadonlyMap<number, readonly [Outcome, Advice]> = new Map([
  [400, ['definitive_reject', 'none']],
  [401, ['definitive_reject', 'sync_clock']],
  [403, ['definitive_reject', 'halt']],
  [404, ['definitive_reject', 'query']],
  [429, ['definitive_reject', 'back_off']],
])

/**
 * What an answer that is not a success means. Only an answer in the venue's own words proves that nothing was done: an
 * object with `error` or `message`, or the bare words of a refused token.
 */
export function readFailure({ status, body }: VenueAnswer): Failure {
  const fields = Fields.of(body)
  const code = fields?.optional('error') ?? `HTTP ${status}`
  const words = fields?.optional('message') ?? body.slice(0, 200)
  const isOwn = fields?.has('error') === true || fields?.has('message') === true || body.trim() === 'Unauthorized'
  const row = isOwn ? GATEWAY.get(status) : undefined
  const advice = row?.[1] ?? (status === 429 ? 'back_off' : status === 403 ? 'banned' : 'query')
  return { outcome: row?.[0] ?? 'unknown', advice, code, words }
}
