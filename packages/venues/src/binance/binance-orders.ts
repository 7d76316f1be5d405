import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
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
import { readOne, readRows } from '../wire/query-answer.ts'
import { readBalances, readFeeRates, readPermissions, readPositions } from './account-answers.ts'
import type { Dialect } from './frame-fields.ts'
import { readFailure } from './order-errors.ts'
import { amendedOrder, readAcknowledgement, readOrderSnapshot, readTrade } from './order-reports.ts'
import {
  API,
  amendParameters,
  BinanceSigner,
  namingParameters,
  orderParameters,
  PATHS,
  type Parameters,
  shrinkParameters,
  WEIGHTS,
} from './order-requests.ts'
import { BinancePrivateStream } from './private-stream.ts'
import { socketOrders } from './socket-orders.ts'

const FILLS_MAX = 1000

/** Orders of Binance spot or USD-M over REST; see the README of this folder for the documents. */
class BinanceOrders implements OrderCodec {
  readonly stream: BinancePrivateStream
  readonly socket: SocketOrders
  readonly #dialect: Dialect
  readonly #venue: string
  readonly #instruments: InstrumentTable
  readonly #signer: BinanceSigner

  constructor(dialect: Dialect, venue: string, { instruments, credentials, cryptography }: OrderCodecOptions) {
    this.#dialect = dialect
    this.#venue = venue
    this.#instruments = instruments
    this.#signer = new BinanceSigner(credentials, cryptography)
    this.stream = new BinancePrivateStream(dialect, venue, instruments, this.#signer)
    this.socket = socketOrders(dialect, instruments, this.#signer, this.stream)
  }

  refusal(order: OrderRequest): string | undefined {
    return spotRefusal(this.#instruments.at(order.instrument), order)
  }

  place({ order, clientOrderId }: PlaceCommand, at: Micros): VenueRequest {
    const parameters = orderParameters(this.#dialect, this.#instruments, order, clientOrderId)
    const weight = this.#dialect === 'spot' ? 1 : 0
    const { instrument } = order
    return this.#signed('place', 'POST', '/order', parameters, weight, at, { orders: 1, clientOrderId, instrument })
  }

  cancel(command: CancelCommand, at: Micros): VenueRequest {
    const { clientOrderId, instrument } = command
    return this.#signed('cancel', 'DELETE', '/order', this.#naming(command), 1, at, { clientOrderId, instrument })
  }

  /** USD-M amends price and quantity in place; the order loses its place in the queue. Spot only takes quantity away. */
  replace(command: ReplaceCommand, side: Side, at: Micros): VenueRequest | undefined {
    const { clientOrderId, instrument } = command
    if (this.#dialect === 'spot') {
      const shrink = shrinkParameters(this.#instruments, command)
      const path = '/order/amend/keepPriority'
      return shrink && this.#signed('replace', 'PUT', path, shrink, 4, at, { clientOrderId, instrument })
    }
    const parameters = amendParameters(this.#instruments, command, side)
    return this.#signed('replace', 'PUT', '/order', parameters, 0, at, { orders: 1, clientOrderId, instrument })
  }

  cancelAll(instrument: number, at: Micros): VenueRequest | undefined {
    if (instrument < 0) return undefined
    const path = this.#dialect === 'spot' ? '/openOrders' : '/allOpenOrders'
    return this.#signed('cancel_all', 'DELETE', path, this.#symbol(instrument), 1, at, { instrument })
  }

  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest {
    const naming = this.#naming({ clientOrderId, venueOrderId, instrument })
    const { order } = WEIGHTS[this.#dialect]
    return this.#signed('order', 'GET', '/order', naming, order, at, { clientOrderId, instrument })
  }

  openOrders(instrument: number, at: Micros): VenueRequest {
    const { open, openAll } = WEIGHTS[this.#dialect]
    const weight = instrument < 0 ? openAll : open
    return this.#signed('open_orders', 'GET', '/openOrders', this.#symbol(instrument), weight, at, { instrument })
  }

  fills(instrument: number, since: Micros, at: Micros): VenueRequest {
    const parameters: Parameters = [
      ...this.#symbol(instrument),
      ['startTime', Math.floor(since / 1000)],
      ['limit', FILLS_MAX],
    ]
    const path = PATHS[this.#dialect].fills
    const { fills: weight } = WEIGHTS[this.#dialect]
    return this.#signer.signed({ call: 'fills', method: 'GET', path, parameters, weight, instrument }, at)
  }

  balances(at: Micros): VenueRequest {
    const path = PATHS[this.#dialect].balances
    const { balances: weight } = WEIGHTS[this.#dialect]
    return this.#signer.signed({ call: 'balances', method: 'GET', path, parameters: [], weight }, at)
  }

  positions(at: Micros): VenueRequest | undefined {
    if (this.#dialect === 'spot') return undefined
    const path = '/fapi/v3/positionRisk'
    return this.#signer.signed({ call: 'positions', method: 'GET', path, parameters: [], weight: 5 }, at)
  }

  fees(instrument: number, at: Micros): VenueRequest {
    const path = PATHS[this.#dialect].fees
    const parameters = this.#symbol(instrument)
    return this.#signer.signed({ call: 'fees', method: 'GET', path, parameters, weight: 20, instrument }, at)
  }

  /** The key's own rights are told by the spot host, for both dialects. */
  permissions(at: Micros): VenueRequest | undefined {
    const path = '/sapi/v1/account/apiRestrictions'
    const host = this.#dialect === 'spot' ? {} : { host: 'api.binance.com' }
    return this.#signer.signed({ call: 'permissions', method: 'GET', path, parameters: [], weight: 1, ...host }, at)
  }

  deadMan(instrument: number, milliseconds: number, at: Micros): VenueRequest | undefined {
    if (this.#dialect === 'spot') return undefined
    const parameters: Parameters = [...this.#symbol(instrument), ['countdownTime', milliseconds]]
    return this.#signed('dead_man', 'POST', '/countdownCancelAll', parameters, 10, at, { instrument })
  }

  leverage(instrument: number, leverage: number, at: Micros): VenueRequest | undefined {
    if (this.#dialect === 'spot') return undefined
    const parameters: Parameters = [...this.#symbol(instrument), ['leverage', leverage]]
    return this.#signed('leverage', 'POST', '/leverage', parameters, 1, at, { instrument })
  }

  positionMode(oneWay: boolean, at: Micros): VenueRequest | undefined {
    if (this.#dialect === 'spot') return undefined
    const parameters: Parameters = [['dualSidePosition', String(!oneWay)]]
    return this.#signed('position_mode', 'POST', '/positionSide/dual', parameters, 1, at, {})
  }

  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    if (answer.status !== 200) return this.#failed(request, answer, at)
    const { call, clientOrderId, instrument } = request
    const whole = Fields.listOf(answer.body)?.[0]
    const fields = whole && amendedOrder(whole)
    const isOfOrder = call === 'place' || call === 'cancel' || call === 'replace'
    const known = fields !== undefined && (!isOfOrder || this.#isAbout(request, fields))
    if (!known && !(request.call === 'cancel_all' && answer.body.trim() === '[]')) {
      const words = `the answer is not about this order: ${answer.body.slice(0, 200)}`
      return { outcome: 'unknown', advice: 'query', code: 'HTTP 200', words, reports: [] }
    }
    const order = { clientOrderId, instrument }
    const reports =
      known && isOfOrder ? readAcknowledgement({ call, ...order }, whole!, this.#instruments, this.#venue) : []
    return { outcome: 'ack', advice: 'none', code: '', words: '', reports }
  }

  readOrder(_request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    return this.#query(answer, fields => readOrderSnapshot(fields, this.#instruments, this.#venue))
  }

  readOpenOrders(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]> {
    return this.#rows(answer, row => readOrderSnapshot(row, this.#instruments, this.#venue))
  }

  readFills(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]> {
    return this.#rows(answer, row => readTrade(row, this.#instruments, this.#venue))
  }

  readBalances(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]> {
    if (this.#dialect === 'spot')
      return this.#query(answer, fields => readBalances(this.#dialect, fields.list('balances')))
    return this.#rows(answer, row => readBalances(this.#dialect, [row])[0])
  }

  readPositions(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]> {
    return this.#rows(answer, row => readPositions(row, this.#instruments, this.#venue))
  }

  readFees(_request: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates> {
    return this.#query(answer, fields => readFeeRates(this.#dialect, fields))
  }

  readPermissions(_request: VenueRequest, answer: VenueAnswer): QueryResult<KeyPermissions> {
    return this.#query(answer, fields => readPermissions(this.#dialect, fields))
  }

  readBudget({ headers }: VenueAnswer): BudgetReading {
    const used = Object.entries(headers).flatMap(([name, value]) => {
      const window = /^x-mbx-(used-weight|order-count)-(\w+)$/.exec(name)
      return window === null || !/^\d+$/.test(value)
        ? []
        : [{ window: `${window[1] === 'used-weight' ? 'weight' : 'orders'}-${window[2]}`, count: Number(value) }]
    })
    const wait = headers['retry-after']
    return wait !== undefined && /^\d{1,9}$/.test(wait) ? { used, retryAfter: Number(wait) * 1000 } : { used }
  }

  #signed(
    call: VenueRequest['call'],
    method: VenueRequest['method'],
    path: string,
    parameters: Parameters,
    weight: number,
    at: Micros,
    about: { readonly orders?: number; readonly clientOrderId?: string; readonly instrument?: number },
  ): VenueRequest {
    return this.#signer.signed({ call, method, path: API[this.#dialect] + path, parameters, weight, ...about }, at)
  }

  adviceOf(answer: VenueAnswer): Advice {
    return readFailure(this.#dialect, answer).advice
  }

  #symbol(instrument: number): Parameters {
    return instrument < 0 ? [] : [['symbol', this.#instruments.at(instrument).symbol]]
  }

  #naming(command: CancelCommand): Parameters {
    return namingParameters(this.#instruments, command)
  }

  #isAbout({ clientOrderId, call }: VenueRequest, fields: Fields): boolean {
    // A cancel of spot answers with an id of its own; the order's is beside it.
    const told = fields.optional('origClientOrderId') ?? fields.optional('clientOrderId')
    return fields.has('orderId') && (told === clientOrderId || (call === 'cancel' && clientOrderId === ''))
  }

  #failed(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    const failure = readFailure(this.#dialect, answer)
    const kinds = { place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const
    const kind = request.call in kinds ? kinds[request.call as keyof typeof kinds] : undefined
    if (kind === undefined || failure.outcome !== 'definitive_reject') return { ...failure, reports: [] }
    const { clientOrderId, instrument } = request
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none }
    return { ...failure, reports: [{ kind, ...order, reason: `${failure.code} ${failure.words}` }] }
  }

  #query<T>(answer: VenueAnswer, read: (fields: Fields) => T | undefined): QueryResult<T> {
    return answer.status === 200 ? readOne(answer.body, read) : this.#proof(answer)
  }

  #rows<T>(answer: VenueAnswer, read: (row: Fields) => T | undefined): QueryResult<readonly T[]> {
    if (answer.status !== 200) return this.#proof(answer)
    return readRows(answer.body.trim().startsWith('[') ? Fields.listOf(answer.body) : undefined, read)
  }

  /** Only `-2013` of an authenticated query says that there is no such order. */
  #proof(answer: VenueAnswer): QueryResult<never> {
    const { advice, code, words } = readFailure(this.#dialect, answer)
    return code === '-2013' ? { kind: 'absent', code, words } : { kind: 'failed', advice, code, words }
  }
}

const orderVenue = (dialect: Dialect): OrderVenue => {
  const id = `binance-${dialect}`
  return { id, makeOrderCodec: options => new BinanceOrders(dialect, id, options) }
}

/** Orders of Binance spot. */
export const binanceSpotOrders = orderVenue('spot')
/** Orders of Binance USD-M futures. */
export const binanceUsdmOrders = orderVenue('usdm')
