import type { BudgetReading, VenueAnswer, VenueRequest } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'

/** Longest wait that an answer may ask for. */
const WAIT_MS_MAX = 60_000

/** The budget of the endpoint that was asked, for this account and second. Code 10006 says that it is used up. */
export function readBudget({ headers, body }: VenueAnswer): BudgetReading {
  const of = (name: string): number | undefined => {
    const text = headers[name]
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }
  const limit = of('x-bapi-limit')
  const left = of('x-bapi-limit-status')
  const reset = of('x-bapi-limit-reset-timestamp')
  const used = limit === undefined || left === undefined ? [] : [{ window: '1s', count: Math.max(0, limit - left) }]
  const fields = Fields.of(body)
  if (fields?.optional('retCode') !== '10006' || reset === undefined) return { used }
  const now = fields.has('time') ? fields.int('time') : reset
  return { used, retryAfter: Math.min(WAIT_MS_MAX, Math.max(0, reset - now)) }
}

/** Whether an acknowledgement names the order that the request named: by the venue's id where that was sent, else by ours. */
export function isAbout(request: VenueRequest, answer: VenueAnswer): boolean {
  const sent = Fields.of(request.body ?? '')
  const told = Fields.of(answer.body)?.object('result')
  const key = sent?.has('orderId') ? 'orderId' : 'orderLinkId'
  return told?.has('orderId') === true && told.optional(key) === sent?.optional(key)
}
