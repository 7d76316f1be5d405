import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Fill } from '@velocimex/core/order/fill'
import type { CommandResult, PrivateMessage, PrivateStream, VenueRequest } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { readBalance, readPosition } from './account-answers.ts'
import { readError } from './order-errors.ts'
import { readOrder, readTrade, reportsOf } from './order-reports.ts'
import { type DeribitSigner, rpc } from './order-requests.ts'

/** Ids of the stream's own requests; all others are those of order commands. */
const AUTH = 'account-auth'
const HEARTBEAT = 'account-heartbeat'
const SUBSCRIBE = 'account-subscribe'
const DEAD_MAN = 'account-dead-man'
const TEST = 'account-test'
const OWN: readonly string[] = [AUTH, HEARTBEAT, SUBSCRIBE, DEAD_MAN, TEST]
/** Seconds between heartbeats, the least that the venue allows; traffic of ours before keeps it from asking for a test. */
const HEARTBEAT_SECONDS = 10
const TEST_EVERY = 5_000_000 as Micros
/** Tokens live a quarter of an hour at least. */
const SIGN_IN_EVERY = 600_000_000
const SILENCE = 30_000_000 as Micros
const CHANNELS = ['user.changes.any.any.raw', 'user.portfolio.any'] as const
const SCOPE = 'session:velocimex account:read trade:read_write'

/**
 * The account's events: changes of orders, trades and positions told together, and the portfolio. There is no snapshot and
 * no count: after every connection the account is audited. When the connection is lost the venue cancels all orders of the
 * account.
 *
 * Source: deribit v2, "Authentication", "Session management", `user.changes.{kind}.{currency}.{interval}`.
 */
export class DeribitPrivateStream implements PrivateStream {
  readonly silence = SILENCE
  readonly renewal: PrivateStream['renewal']
  readonly #instruments: InstrumentTable
  readonly #signer: DeribitSigner
  #signedInAt = 0

  constructor(instruments: InstrumentTable, signer: DeribitSigner) {
    this.#instruments = instruments
    this.#signer = signer
    this.renewal = { every: TEST_EVERY, frames: at => this.#keepAlive(at) }
  }

  token(at: Micros): VenueRequest | undefined {
    return this.#signer.authentication('stream_token', SCOPE, at)
  }

  path(): string {
    return '/ws/api/v2'
  }

  /** The token makes each request valid by itself, in whatever order the venue takes them. */
  hello(token: string, at: Micros): readonly string[] {
    const answer = Fields.of(token)
    const access_token = answer?.has('result') === true ? answer.object('result').optional('access_token') : undefined
    this.#signedInAt = at
    return [
      rpc(AUTH, 'public/auth', this.#signer.proof(SCOPE, at)),
      rpc(HEARTBEAT, 'public/set_heartbeat', [['interval', HEARTBEAT_SECONDS]]),
      rpc(DEAD_MAN, 'private/enable_cancel_on_disconnect', [
        ['scope', 'account'],
        ['access_token', access_token],
      ]),
      rpc(SUBSCRIBE, 'private/subscribe', [
        ['channels', CHANNELS],
        ['access_token', access_token],
      ]),
    ]
  }

  read(text: string): readonly PrivateMessage[] {
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    const messages = frame.has('method') ? this.#notification(frame) : [this.#answer(frame)]
    return frame.fault === '' ? messages : [{ kind: 'damaged', words: frame.fault }]
  }

  #keepAlive(at: Micros): readonly string[] {
    const test = rpc(TEST, 'public/test', [])
    if (at - this.#signedInAt < SIGN_IN_EVERY) return [test]
    this.#signedInAt = at
    return [rpc(AUTH, 'public/auth', this.#signer.proof(SCOPE, at)), test]
  }

  #answer(frame: Fields): PrivateMessage {
    const id = frame.text('id')
    const failure = frame.has('error') ? readError(frame.object('error')) : undefined
    if (failure === undefined && !frame.has('result')) frame.blame('result', 'is missing')
    if (!OWN.includes(id)) return { kind: 'answer', requestId: id, result: this.#result(frame, failure) }
    if (failure !== undefined) return { kind: 'refused', code: failure.code, words: `${id}: ${failure.words}` }
    if (id !== SUBSCRIBE) return { kind: id === TEST ? 'heartbeat' : 'ignored' }
    const granted = frame.texts('result')
    const missing = CHANNELS.filter(channel => !granted.includes(channel))
    if (missing.length === 0) return { kind: 'ready' }
    return { kind: 'refused', code: 'not_subscribed', words: missing.join(', ') }
  }

  #result(frame: Fields, failure: ReturnType<typeof readError> | undefined): CommandResult {
    if (failure !== undefined) return { ...failure, reports: [] }
    const count = frame.optional('result')
    if (count !== undefined) return counted(count)
    const result = frame.object('result')
    const row = result.has('order') ? result.object('order') : result
    const order = row.has('order_id') ? readOrder(row, this.#instruments) : undefined
    const trades = result.has('trades') ? result.list('trades') : []
    const fills = trades.flatMap(trade => readTrade(trade, this.#instruments) ?? [])
    if (order === undefined || frame.fault !== '') return NOT_OURS
    return { ...TAKEN, reports: reportsOf(order, fills) }
  }

  #notification(frame: Fields): readonly PrivateMessage[] {
    const method = frame.text('method')
    if (method === 'heartbeat') return [{ kind: 'heartbeat' }]
    if (method !== 'subscription') return [{ kind: 'ignored' }]
    const params = frame.object('params')
    const channel = params.text('channel')
    if (channel.startsWith('user.portfolio.')) return [{ kind: 'balance', balance: readBalance(params.object('data')) }]
    return channel.startsWith('user.changes.') ? this.#changes(params.object('data')) : [{ kind: 'ignored' }]
  }

  #changes(data: Fields): readonly PrivateMessage[] {
    const fills = data.list('trades').flatMap(row => readTrade(row, this.#instruments) ?? [])
    const orders = data.list('orders').flatMap(row => readOrder(row, this.#instruments) ?? [])
    const messages: PrivateMessage[] = orders.flatMap(order =>
      reportsOf(order, fillsOf(order.venueOrderId, fills)).map(report => ({ kind: 'report', report }) as const),
    )
    for (const { venueOrderId, tradeId } of fills)
      if (!orders.some(order => order.venueOrderId === venueOrderId))
        messages.push({ kind: 'damaged', words: `trade ${tradeId} came without its order ${venueOrderId}` })
    for (const row of data.has('positions') ? data.list('positions') : []) {
      const position = readPosition(row, this.#instruments)
      if (position !== undefined) messages.push({ kind: 'position', position })
    }
    return messages
  }
}

const fillsOf = (venueOrderId: string, fills: readonly Fill[]): readonly Fill[] =>
  fills.filter(fill => fill.venueOrderId === venueOrderId)

const TAKEN: CommandResult = { outcome: 'ack', advice: 'none', code: '', words: '', reports: [] }
const NOT_OURS: CommandResult = {
  ...{ outcome: 'unknown', advice: 'query', code: 'no_order', reports: [] },
  words: 'the answer is not about an order',
}

/** A cancel by label answers how many orders it canceled. */
function counted(count: string): CommandResult {
  if (!/^\d+$/.test(count)) return NOT_OURS
  if (Number(count) > 0) return TAKEN
  const words = 'no open order has this label'
  return { outcome: 'definitive_reject', advice: 'query', code: 'not_open', words, reports: [] }
}
