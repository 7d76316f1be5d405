import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { BudgetReading, CommandResult, PrivateMessage } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import type { Dialect } from './frame-fields.ts'
import { readFailure } from './order-errors.ts'
import { type AcknowledgedCall, amendedOrder, readAcknowledgement } from './order-reports.ts'

/** Written before the id of a command, so that its answer tells what was asked: the answer itself does not. */
export const MARKS: Readonly<Record<AcknowledgedCall, string>> = { place: 'p', cancel: 'c', replace: 'r' }
const CALLS = new Map(Object.entries(MARKS).map(([call, mark]) => [mark, call as AcknowledgedCall]))

/** Windows of the venue by the names under which `BudgetReading` tells them: `weight-1m`, `orders-10s`. */
const INTERVALS: Readonly<Record<string, string>> = { SECOND: 's', MINUTE: 'm', HOUR: 'h', DAY: 'd' }

/** What an answer of the WebSocket API came to, whoever asked. */
export interface SocketAnswer {
  readonly result: CommandResult
  readonly budget: BudgetReading
}

/** The answer to a command: what became of the order as far as it is told, and what is left of the budget. */
export function readSocketAnswer(
  dialect: Dialect,
  instruments: InstrumentTable,
  venue: string,
  frame: Fields,
): PrivateMessage {
  const id = frame.text('id')
  const call = CALLS.get(id.slice(0, 1))
  const { result, budget } = readAnswer(dialect, frame)
  const answer = { kind: 'answer', requestId: call === undefined ? id : id.slice(1), budget } as const
  if (result.outcome !== 'ack' || call === undefined) return { ...answer, result }
  const told = frame.has('result') ? frame.object('result') : Fields.of('{}')!
  const about = amendedOrder(told)
  if (about.has('orderId')) {
    const instrument = instruments.find(venue, about.text('symbol'))
    const clientOrderId = about.optional('origClientOrderId') ?? about.text('clientOrderId')
    if (instrument !== undefined) {
      const order = { call, clientOrderId, instrument: instrument.index }
      return { ...answer, result: { ...result, reports: readAcknowledgement(order, told, instruments, venue) } }
    }
  }
  const words = 'the answer is not about an order'
  return { ...answer, result: { ...result, outcome: 'unknown', advice: 'query', code: 'status 200', words } }
}

/** Status, error and limits of an answer. */
export function readAnswer(dialect: Dialect, frame: Fields): SocketAnswer {
  const status = frame.int('status')
  if (status === 200) return { result: ACKNOWLEDGED, budget: { used: usedIn(frame) } }
  const error = frame.object('error')
  const body = JSON.stringify({ code: Number(error.text('code')), msg: error.text('msg') })
  const result = { ...readFailure(dialect, { status, headers: {}, body }), reports: [] }
  const data = error.has('data') ? error.object('data') : undefined
  const isTold = data?.has('retryAfter') === true && data.has('serverTime')
  const wait = isTold ? data.int('retryAfter') - data.int('serverTime') : undefined
  return { result, budget: { used: usedIn(frame), ...(wait === undefined ? {} : { retryAfter: Math.max(0, wait) }) } }
}

function usedIn(frame: Fields): BudgetReading['used'] {
  const rows = frame.has('rateLimits') ? frame.list('rateLimits') : []
  return rows.flatMap(row => {
    const type = row.text('rateLimitType')
    const name = type === 'REQUEST_WEIGHT' ? 'weight' : type === 'ORDERS' ? 'orders' : ''
    const unit = INTERVALS[row.text('interval')]
    if (name === '' || unit === undefined || !row.has('count')) return []
    return [{ window: `${name}-${row.int('intervalNum')}${unit}`, count: row.int('count') }]
  })
}

const ACKNOWLEDGED: CommandResult = { outcome: 'ack', advice: 'none', code: '', words: '', reports: [] }
