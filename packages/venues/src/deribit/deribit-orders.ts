import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Side } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { spotRefusal } from '../order-refusal.ts'
import type {
  Advice,
  Balance,
  BudgetReading,
  CommandResult,
  KeyPermissions,
  OrderCodec,
  OrderCodecOptions,
  OrderSnapshot,
  OrderVenue,
  QueryResult,
  SocketOrders,
  VenueAnswer,
  VenuePosition,
  VenueRequest,
} from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { fullPage, unreadable } from '../wire/query-answer.ts'
import { readBalance, readFeeRates, readPermissions, readPosition } from './account-answers.ts'
import { DERIBIT } from './deribit-venue.ts'
import { type Failure, readFailure } from './order-errors.ts'
import { readOrder, readTrade, reportsOf } from './order-reports.ts'
import { type Call, Decimal, DeribitSigner, orderCall, type Parameters, rpc } from './order-requests.ts'
import { DeribitPrivateStream } from './private-stream.ts'

const FILLS_MAX = 1000
/** What a query of an order that is not there answers. */
const NOT_FOUND = '10004'
const TOO_MANY_REQUESTS = '10028'

type About = Pick<Call, 'isOrder' | 'clientOrderId' | 'instrument'>

/** Orders of Deribit by JSON-RPC over HTTP, or as frames of its socket; see the README of this folder for the documents. */
class DeribitOrders implements OrderCodec {
  readonly stream: DeribitPrivateStream
  readonly socket: SocketOrders
  readonly #instruments: InstrumentTable
  readonly #signer: DeribitSigner

  constructor({ instruments, credentials, cryptography }: OrderCodecOptions) {
    this.#instruments = instruments
    this.#signer = new DeribitSigner(credentials, cryptography)
    this.stream = new DeribitPrivateStream(instruments, this.#signer)
    this.socket = {
      place: ({ order, clientOrderId }, id, at) => rpc(id, ...orderCall(instruments, order, clientOrderId, at)),
      cancel: (command, id) => rpc(id, ...cancelCall(command)),
      replace: (command, id) => rpc(id, ...this.#editCall(command)),
    }
  }

  refusal(order: OrderRequest): string | undefined {
    return spotRefusal(this.#instruments.at(order.instrument), order)
  }

  place({ order, clientOrderId }: PlaceCommand, at: Micros): VenueRequest {
    const [method, parameters] = orderCall(this.#instruments, order, clientOrderId, at)
    return this.#signed('place', method, parameters, at, { isOrder: true, clientOrderId, instrument: order.instrument })
  }

  cancel(command: CancelCommand, at: Micros): VenueRequest {
    const { clientOrderId, instrument } = command
    const [method, parameters] = cancelCall(command)
    return this.#signed('cancel', method, parameters, at, { isOrder: true, clientOrderId, instrument })
  }

  replace(command: ReplaceCommand, _side: Side, at: Micros): VenueRequest | undefined {
    const { clientOrderId, instrument } = command
    const [method, parameters] = this.#editCall(command)
    return this.#signed('replace', method, parameters, at, { isOrder: true, clientOrderId, instrument })
  }

  cancelAll(instrument: number, at: Micros): VenueRequest | undefined {
    const method = instrument < 0 ? 'private/cancel_all' : 'private/cancel_all_by_instrument'
    return this.#signed('cancel_all', method, this.#named(instrument), at, { isOrder: true, instrument })
  }

  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest {
    const about = { clientOrderId, instrument }
    if (venueOrderId !== '')
      return this.#signed('order', 'private/get_order_state', [['order_id', venueOrderId]], at, about)
    const currency = this.#instruments.at(instrument).settle.code
    const parameters: Parameters = [
      ['currency', currency],
      ['label', clientOrderId],
    ]
    return this.#signed('order', 'private/get_order_state_by_label', parameters, at, about)
  }

  openOrders(instrument: number, at: Micros): VenueRequest {
    const method = instrument < 0 ? 'private/get_open_orders' : 'private/get_open_orders_by_instrument'
    return this.#signed('open_orders', method, this.#named(instrument), at, { instrument })
  }

  fills(instrument: number, since: Micros, at: Micros): VenueRequest {
    const parameters: Parameters = [...this.#named(instrument), ...fillsBetween(since, at)]
    return this.#signed('fills', 'private/get_user_trades_by_instrument_and_time', parameters, at, { instrument })
  }

  allFills(since: Micros, at: Micros): VenueRequest[] {
    return [...new Set(this.#instruments.all.map(({ settle }) => settle.code))].map(code => {
      const parameters: Parameters = [['currency', code], ...fillsBetween(since, at)]
      return this.#signed('fills', 'private/get_user_trades_by_currency_and_time', parameters, at, {})
    })
  }

  balances(at: Micros): VenueRequest {
    return this.#signed('balances', 'private/get_account_summaries', [['extended', true]], at, {})
  }

  positions(at: Micros): VenueRequest | undefined {
    return this.#signed('positions', 'private/get_positions', [['currency', 'any']], at, {})
  }

  fees(instrument: number): VenueRequest {
    const name = ['instrument_name', this.#instruments.at(instrument).symbol] as const
    return this.#signer.open('fees', 'public/get_instrument', [name], instrument)
  }

  /** Signing in without asking for a scope grants all that the key may do. */
  permissions(at: Micros): VenueRequest | undefined {
    return this.#signer.authentication('permissions', undefined, at)
  }

  /** The venue watches the private stream instead: it cancels all orders when that is lost. */
  deadMan(): VenueRequest | undefined {
    return undefined
  }

  /** Leverage follows from the margin model. */
  leverage(): VenueRequest | undefined {
    return undefined
  }

  positionMode(): VenueRequest | undefined {
    return undefined
  }

  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    const fields = Fields.of(answer.body)
    if (answer.status !== 200 || fields?.has('result') !== true) return refused(request, readFailure(answer), at)
    const count = fields.optional('result')
    if (count !== undefined) return this.#counted(request, count, answer, at)
    if (request.call === 'cancel_all') return taken
    const result = fields.object('result')
    const order = readOrder(result.has('order') ? result.object('order') : result, this.#instruments)
    const trades = result.has('trades') ? result.list('trades') : []
    const fills = trades.flatMap(trade => readTrade(trade, this.#instruments) ?? [])
    const isOurs = request.clientOrderId === '' || order?.clientOrderId === request.clientOrderId
    if (order === undefined || !isOurs || fields.fault !== '') return notOurs(answer)
    return { ...taken, reports: reportsOf(order, fills) }
  }

  readOrder(request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    const isByLabel = request.body?.includes('get_order_state_by_label') === true
    return this.#query(answer, fields => {
      const rows = isByLabel ? fields.list('result') : [fields.object('result')]
      const mine = rows.filter(row => !isByLabel || row.optional('label') === request.clientOrderId)
      const orders = mine.flatMap(row => this.#snapshot(row) ?? [])
      if (orders.length < mine.length) fields.blame('result', 'is about an instrument that is not in the table')
      return orders.toSorted((one, other) => other.at - one.at)[0]
    })
  }

  readOpenOrders(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]> {
    return this.#query(answer, fields => fields.list('result').flatMap(row => this.#snapshot(row) ?? []))
  }

  readFills({ instrument }: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]> {
    let isFull = false
    const fills = this.#query(answer, fields => {
      const result = fields.object('result')
      isFull = instrument < 0 && result.optional('has_more') === 'true'
      return result.list('trades').flatMap(row => readTrade(row, this.#instruments) ?? [])
    })
    return isFull ? fullPage(`more than ${FILLS_MAX} trades`) : fills
  }

  readBalances(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]> {
    return this.#query(answer, fields => fields.object('result').list('summaries').map(readBalance))
  }

  readPositions(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]> {
    return this.#query(answer, fields =>
      fields.list('result').flatMap(row => readPosition(row, this.#instruments) ?? []),
    )
  }

  readFees(_request: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates> {
    return this.#query(answer, fields => readFeeRates(fields.object('result')))
  }

  readPermissions(_request: VenueRequest, answer: VenueAnswer): QueryResult<KeyPermissions> {
    return this.#query(answer, fields => readPermissions(fields.object('result')))
  }

  /** The venue tells no use; a refusal for too many requests asks for a second. */
  readBudget(answer: VenueAnswer): BudgetReading {
    const isOver = answer.status === 429 || (answer.status !== 200 && readFailure(answer).code === TOO_MANY_REQUESTS)
    return isOver ? { used: [], retryAfter: 1000 } : { used: [] }
  }

  adviceOf(answer: VenueAnswer): Advice {
    return readFailure(answer).advice
  }

  #signed(call: Call['call'], method: string, parameters: Parameters, at: Micros, about: About): VenueRequest {
    return this.#signer.signed({ call, method, parameters, ...about }, at)
  }

  #named(instrument: number): Parameters {
    return instrument < 0 ? [] : [['instrument_name', this.#instruments.at(instrument).symbol]]
  }

  /** By the venue's id where it is known, by our label otherwise. */
  #editCall(command: ReplaceCommand): readonly [method: string, parameters: Parameters] {
    const { symbol, price, quantity } = this.#instruments.at(command.instrument)
    const isKnown = command.venueOrderId !== ''
    const name: Parameters = isKnown
      ? [['order_id', command.venueOrderId]]
      : [
          ['label', command.clientOrderId],
          ['instrument_name', symbol],
        ]
    const changes: Parameters = [
      ['amount', new Decimal(formatOnGrid(command.quantity, quantity))],
      ['price', new Decimal(formatOnGrid(command.price, price))],
    ]
    return [isKnown ? 'private/edit' : 'private/edit_by_label', [...name, ...changes]]
  }

  #snapshot(row: Fields): OrderSnapshot | undefined {
    const order = readOrder(row, this.#instruments)
    if (order === undefined) return undefined
    const { isReplaced: _, reason: __, ...snapshot } = order
    return snapshot
  }

  /** An answer with a number is that of a cancel by label, or of all: how many were cancelled. */
  #counted(request: VenueRequest, count: string, answer: VenueAnswer, at: Micros): CommandResult {
    const isCount = /^\d+$/.test(count) && (request.call === 'cancel' || request.call === 'cancel_all')
    if (!isCount) return notOurs(answer)
    if (request.call === 'cancel_all' || Number(count) > 0) return taken
    const words = 'no open order has this label'
    return refused(request, { outcome: 'definitive_reject', advice: 'query', code: 'not_open', words }, at)
  }

  #query<T>(answer: VenueAnswer, read: (fields: Fields) => T | undefined): QueryResult<T> {
    const fields = Fields.of(answer.body)
    if (answer.status !== 200 || fields?.has('result') !== true) {
      const { advice, code, words } = readFailure(answer)
      return code === NOT_FOUND ? { kind: 'absent', code, words } : { kind: 'failed', advice, code, words }
    }
    const value = read(fields)
    if (fields.fault !== '') return unreadable(fields.fault)
    if (value !== undefined) return { kind: 'found', value }
    return { kind: 'absent', code: 'not listed', words: 'no order has this label' }
  }
}

const taken: CommandResult = { outcome: 'ack', advice: 'none', code: '', words: '', reports: [] }

/** A cancel by the venue's id where it is known, by our label otherwise. */
function cancelCall({ clientOrderId, venueOrderId }: CancelCommand): readonly [method: string, parameters: Parameters] {
  return venueOrderId === ''
    ? ['private/cancel_by_label', [['label', clientOrderId]]]
    : ['private/cancel', [['order_id', venueOrderId]]]
}

const notOurs = ({ status, body }: VenueAnswer): CommandResult => ({
  ...{ outcome: 'unknown', advice: 'query', code: `HTTP ${status}`, reports: [] },
  words: `the answer is not about this order: ${body.slice(0, 200)}`,
})

function refused({ call, clientOrderId, instrument }: VenueRequest, failure: Failure, at: Micros): CommandResult {
  const kinds = { place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const
  const kind = call in kinds ? kinds[call as keyof typeof kinds] : undefined
  if (kind === undefined || failure.outcome !== 'definitive_reject') return { ...failure, reports: [] }
  const none = 0 as Lots
  const order = { clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none }
  return { ...failure, reports: [{ kind, ...order, reason: `${failure.code} ${failure.words}`.trim() }] }
}

const fillsBetween = (since: Micros, until: Micros): Parameters =>
  Object.entries({
    ...{ start_timestamp: Math.floor(since / 1000), end_timestamp: Math.floor(until / 1000) },
    ...{ count: FILLS_MAX, sorting: 'asc' },
  })

/** Orders of Deribit. */
export const deribitOrders: OrderVenue = { id: DERIBIT, makeOrderCodec: options => new DeribitOrders(options) }
