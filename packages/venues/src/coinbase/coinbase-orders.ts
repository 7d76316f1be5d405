import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY, type Side } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
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
  VenueAnswer,
  VenuePosition,
  VenueRequest,
} from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { formatInstant } from '../wire/instant-text.ts'
import { fullPage, readOne, readRows, unreadable } from '../wire/query-answer.ts'
import { COINBASE } from './coinbase-venue.ts'
import { readBalance, readFeeRates, readFills, readOrder, readPermissions, readPosition } from './order-answers.ts'
import { configurationOf, refusalOf } from './order-configuration.ts'
import { type Failure, readFailure, readReason } from './order-errors.ts'
import { OrderMemory } from './order-memory.ts'
import { CoinbaseSigner, type Query } from './order-signing.ts'
import { refused } from './refused-command.ts'
import { CoinbaseUserStream } from './user-stream.ts'

const ORDERS_MAX = 1000
const FILLS_MAX = 1000
const ACCOUNTS_MAX = 250

/** Orders of Coinbase Advanced Trade over REST; see the README of this folder for the documents. */
class CoinbaseOrders implements OrderCodec {
  readonly stream: CoinbaseUserStream
  readonly allFills = (since: Micros, at: Micros) => [this.fills(-1, since, at)]
  readonly #instruments: InstrumentTable
  readonly #signer: CoinbaseSigner
  readonly #memory = new OrderMemory()

  constructor({ instruments, credentials, cryptography }: OrderCodecOptions) {
    this.#instruments = instruments
    this.#signer = new CoinbaseSigner(credentials, cryptography)
    this.stream = new CoinbaseUserStream(instruments, this.#signer, this.#memory)
  }

  readonly refusal = refusalOf

  place({ order, clientOrderId }: PlaceCommand, at: Micros): VenueRequest {
    const instrument = this.#instruments.at(order.instrument)
    const body = {
      client_order_id: clientOrderId,
      product_id: instrument.symbol,
      side: order.side === BUY ? 'BUY' : 'SELL',
      order_configuration: configurationOf(order, instrument),
    }
    const about = { orders: 1, clientOrderId, instrument: order.instrument }
    return this.#signer.signed({ call: 'place', method: 'POST', path: '/orders', body, ...about }, at)
  }

  /**
   * The venue cancels by its own id only. Where that is not known, ours is sent in its place, which is no order there: the
   * answer is a refusal that asks for a query.
   */
  cancel({ clientOrderId, venueOrderId, instrument }: CancelCommand, at: Micros): VenueRequest {
    const body = { order_ids: [this.#idOf(clientOrderId, venueOrderId) || clientOrderId] }
    const about = { clientOrderId, instrument }
    return this.#signer.signed({ call: 'cancel', method: 'POST', path: '/orders/batch_cancel', body, ...about }, at)
  }

  /** Price and size are always both sent: an absent one is read as zero. Undefined while the venue's id is not known. */
  replace(command: ReplaceCommand, _side: Side, at: Micros): VenueRequest | undefined {
    const { clientOrderId, instrument } = command
    const id = this.#idOf(clientOrderId, command.venueOrderId)
    if (id === '') return undefined
    const { price, quantity } = this.#instruments.at(instrument)
    const size = formatOnGrid(command.quantity, quantity)
    const body = { order_id: id, price: formatOnGrid(command.price, price), size }
    const about = { orders: 1, clientOrderId, instrument }
    return this.#signer.signed({ call: 'replace', method: 'POST', path: '/orders/edit', body, ...about }, at)
  }

  /** There is no such call: open orders are listed and cancelled one by one. */
  cancelAll(): VenueRequest | undefined {
    return undefined
  }

  /** By the venue's id; where that is not known, the latest orders of the product, to be searched for ours. */
  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest {
    const id = this.#idOf(clientOrderId, venueOrderId)
    const about = { call: 'order', method: 'GET', clientOrderId, instrument } as const
    if (id !== '') return this.#signer.signed({ ...about, path: `/orders/historical/${encodeURIComponent(id)}` }, at)
    const query: Query = [...this.#product(instrument), ['limit', ORDERS_MAX]]
    return this.#signer.signed({ ...about, path: '/orders/historical/batch', query }, at)
  }

  openOrders(instrument: number, at: Micros): VenueRequest {
    const query: Query = [['order_status', 'OPEN'], ...this.#product(instrument), ['limit', ORDERS_MAX]]
    const path = '/orders/historical/batch'
    return this.#signer.signed({ call: 'open_orders', method: 'GET', path, query, instrument }, at)
  }

  fills(instrument: number, since: Micros, at: Micros): VenueRequest {
    const from = ['start_sequence_timestamp', formatInstant(since)] as const
    const query: Query = [...this.#product(instrument), from, ['limit', FILLS_MAX]]
    const path = '/orders/historical/fills'
    return this.#signer.signed({ call: 'fills', method: 'GET', path, query, instrument }, at)
  }

  balances(at: Micros): VenueRequest {
    const query: Query = [['limit', ACCOUNTS_MAX]]
    return this.#signer.signed({ call: 'balances', method: 'GET', path: '/accounts', query }, at)
  }

  positions(at: Micros): VenueRequest | undefined {
    const hasContracts = this.#instruments.all.some(({ venue, kind }) => venue === COINBASE && kind !== 'spot')
    if (!hasContracts) return undefined
    return this.#signer.signed({ call: 'positions', method: 'GET', path: '/cfm/positions' }, at)
  }

  fees(instrument: number, at: Micros): VenueRequest {
    return this.#signer.signed({ call: 'fees', method: 'GET', path: '/transaction_summary', instrument }, at)
  }

  permissions(at: Micros): VenueRequest | undefined {
    return this.#signer.signed({ call: 'permissions', method: 'GET', path: '/key_permissions' }, at)
  }

  deadMan(): VenueRequest | undefined {
    return undefined
  }

  leverage(): VenueRequest | undefined {
    return undefined
  }

  positionMode(): VenueRequest | undefined {
    return undefined
  }

  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    if (answer.status !== 200) return refused(request, readFailure(answer), at)
    const fields = Fields.of(answer.body)
    const read = { place: this.#placed, cancel: this.#canceled, replace: this.#replaced }
    const failure =
      fields === undefined || !(request.call in read)
        ? undefined
        : read[request.call as keyof typeof read].call(this, request, fields)
    if (failure === undefined || fields!.fault !== '') {
      const words = `the answer is not about this order: ${answer.body.slice(0, 200)}`
      return { outcome: 'unknown', advice: 'query', code: 'HTTP 200', words, reports: [] }
    }
    if (failure.outcome !== 'ack' || request.call !== 'place') return refused(request, failure, at)
    const { clientOrderId, instrument } = request
    const venueOrderId = this.#memory.venueId(clientOrderId)
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId, instrument, at, cumulative: none, leaves: none }
    return { ...failure, reports: [{ kind: 'accepted', ...order }] }
  }

  readOrder(request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    if (answer.status === 404) {
      const { code, words } = readFailure(answer)
      // Only the venue's own words prove it, not those of something in between.
      return code === 'NOT_FOUND' ? { kind: 'absent', code, words } : failed(answer)
    }
    if (answer.status !== 200) return failed(answer)
    if (request.path.includes('/historical/batch')) return this.#search(request, answer)
    const read = readOne(answer.body, fields => readOrder(fields.object('order'), this.#instruments))
    if (read.kind === 'found') this.#memory.name(read.value.clientOrderId, read.value.venueOrderId)
    return read
  }

  readOpenOrders(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]> {
    return this.#page(answer, 'orders', rows => rows.flatMap(row => readOrder(row, this.#instruments) ?? []))
  }

  readFills(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]> {
    return this.#page(answer, 'fills', rows => readFills(rows, this.#instruments))
  }

  readBalances(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]> {
    return this.#page(answer, 'accounts', rows => rows.map(readBalance))
  }

  readPositions(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]> {
    if (answer.status !== 200) return failed(answer)
    return readRows(Fields.of(answer.body)?.list('positions'), row => readPosition(row, this.#instruments))
  }

  readFees(_request: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates> {
    return answer.status === 200 ? readOne(answer.body, readFeeRates) : failed(answer)
  }

  readPermissions(_request: VenueRequest, answer: VenueAnswer): QueryResult<KeyPermissions> {
    return answer.status === 200 ? readOne(answer.body, readPermissions) : failed(answer)
  }

  readBudget({ status, headers }: VenueAnswer): BudgetReading {
    const [limit, remaining, retry] = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'retry-after'].map(name => {
      const value = headers[name] ?? ''
      return /^\d{1,9}$/.test(value) ? Number(value) : undefined
    })
    const isTold = limit !== undefined && remaining !== undefined
    const used = isTold ? [{ window: 'requests-1s', count: Math.max(0, limit - remaining) }] : []
    if (retry !== undefined) return { used, retryAfter: retry * 1000 }
    return status === 429 ? { used, retryAfter: 1000 } : { used }
  }

  readonly adviceOf = (answer: VenueAnswer): Advice => readFailure(answer).advice

  #idOf(clientOrderId: string, venueOrderId: string): string {
    return venueOrderId === '' ? this.#memory.venueId(clientOrderId) : venueOrderId
  }

  #product(instrument: number): Query {
    return instrument < 0 ? [] : [['product_ids', this.#instruments.at(instrument).symbol]]
  }

  /** A list is only proof when it is whole. */
  #page<T>(
    answer: VenueAnswer,
    key: string,
    read: (rows: readonly Fields[]) => readonly T[],
  ): QueryResult<readonly T[]> {
    if (answer.status !== 200) return failed(answer)
    const fields = Fields.of(answer.body)
    if (fields === undefined) return unreadable('not a JSON object')
    const value = read(fields.list(key))
    const hasMore = fields.has('has_next') ? fields.bool('has_next') : (fields.optional('cursor') ?? '') !== ''
    if (fields.fault !== '') return unreadable(fields.fault)
    return hasMore ? fullPage('the list goes on behind this page') : { kind: 'found', value }
  }

  /** Our order among the latest ones of its product: absent only when the list is whole. */
  #search({ clientOrderId }: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    const fields = Fields.of(answer.body)
    if (fields === undefined) return unreadable('not a JSON object')
    const row = fields.list('orders').find(each => each.optional('client_order_id') === clientOrderId)
    const value = row === undefined ? undefined : readOrder(row, this.#instruments)
    const hasMore = fields.bool('has_next')
    if (fields.fault !== '') return unreadable(fields.fault)
    if (value !== undefined) {
      this.#memory.name(clientOrderId, value.venueOrderId)
      return { kind: 'found', value }
    }
    if (hasMore) return unreadable('the order may stand behind this page')
    return { kind: 'absent', code: 'not listed', words: 'no order of the product has this client order id' }
  }

  /** What the answer says; undefined when it is about another order. */
  #placed({ clientOrderId }: VenueRequest, fields: Fields): Failure | undefined {
    if (!fields.bool('success')) {
      const error = fields.object('error_response')
      const reasons = ['new_order_failure_reason', 'preview_failure_reason', 'error'].map(
        key => error.optional(key) ?? '',
      )
      const reason = reasons.find(each => each !== '' && !each.includes('UNKNOWN')) ?? reasons.at(-1)!
      return readReason('place', reason, error.optional('message') ?? '')
    }
    const success = fields.object('success_response')
    if (success.text('client_order_id') !== clientOrderId) return undefined
    this.#memory.name(clientOrderId, success.text('order_id'))
    return taken
  }

  #canceled(request: VenueRequest, fields: Fields): Failure | undefined {
    const [asked] = Fields.of(request.body ?? '')?.texts('order_ids') ?? []
    const row = fields.list('results').find(each => each.optional('order_id') === asked)
    if (row === undefined) return undefined
    return row.bool('success') ? taken : readReason('cancel', row.text('failure_reason'), '')
  }

  /** The answer names no order; the amendment is done when the user channel tells it. */
  #replaced(_request: VenueRequest, fields: Fields): Failure | undefined {
    if (fields.bool('success')) return taken
    const [error] = fields.list('errors')
    return error === undefined ? undefined : readReason('replace', error.text('edit_failure_reason'), '')
  }
}

const taken: Failure = { outcome: 'ack', advice: 'none', code: '', words: '' }

const failed = (answer: VenueAnswer): QueryResult<never> => {
  const { advice, code, words } = readFailure(answer)
  return { kind: 'failed', advice, code, words }
}

/** Orders of Coinbase Advanced Trade. */
export const coinbaseOrders: OrderVenue = {
  id: COINBASE,
  makeOrderCodec: options => new CoinbaseOrders(options),
}
