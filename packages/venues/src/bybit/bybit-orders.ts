import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { FeeRates } from '@velocimex/core/market/instrument'
import type { Side } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { spotRefusal } from '../order-refusal.ts'
import type {
  Advice,
  Balance,
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
import type { Fields } from '../wire/fields.ts'
import { fullPage, readOne, unreadable } from '../wire/query-answer.ts'
import { readBalances, readFeeRates, readPermissions, readPosition } from './account-answers.ts'
import type { Category } from './frame-fields.ts'
import { NO_SUCH_ORDER, readVerdict } from './order-errors.ts'
import { type OrderPlace, readFill, readOrder } from './order-reports.ts'
import {
  amendParameters,
  BybitSigner,
  type Call,
  namingParameters,
  type Parameters,
  placeParameters,
} from './order-requests.ts'
import { BybitPrivateStream } from './private-stream.ts'
import { isAbout, readBudget } from './rest-answers.ts'
import { BybitSocketOrders } from './trade-socket.ts'

const ORDERS_PAGE = 50
const FILLS_PAGE = 100
const POSITIONS_PAGE = 200
/** Seconds that cancel on disconnect may wait. */
const DEAD_MAN_SECONDS = { least: 3, most: 300 } as const

/** Orders of Bybit spot or linear over REST; see the README of this folder for the documents. */
class BybitOrders implements OrderCodec {
  readonly stream: BybitPrivateStream
  readonly allFills = (since: Micros, at: Micros) => [this.fills(-1, since, at)]
  readonly socket: BybitSocketOrders
  readonly #place: OrderPlace
  readonly #signer: BybitSigner

  constructor(category: Category, venue: string, { instruments, credentials, cryptography }: OrderCodecOptions) {
    this.#place = { category, venue, instruments }
    this.#signer = new BybitSigner(credentials, cryptography)
    this.stream = new BybitPrivateStream(this.#place, this.#signer)
    this.socket = new BybitSocketOrders(this.#place, this.#signer)
  }

  refusal(order: OrderRequest): string | undefined {
    return spotRefusal(this.#place.instruments.at(order.instrument), order)
  }

  place(command: PlaceCommand, at: Micros): VenueRequest {
    const { clientOrderId, order } = command
    const parameters = placeParameters(this.#place.category, this.#place.instruments, command)
    return this.#order('place', 'create', parameters, { clientOrderId, instrument: order.instrument }, at)
  }

  cancel(command: CancelCommand, at: Micros): VenueRequest {
    const parameters = namingParameters(this.#place.category, this.#place.instruments, command)
    return this.#order('cancel', 'cancel', parameters, command, at)
  }

  /** Both markets amend price and quantity in place. */
  replace(command: ReplaceCommand, _side: Side, at: Micros): VenueRequest {
    const parameters = amendParameters(this.#place.category, this.#place.instruments, command)
    return this.#order('replace', 'amend', parameters, command, at)
  }

  /** Linear needs a settling coin where no symbol is given, and so cannot reach several coins at once. */
  cancelAll(instrument: number, at: Micros): VenueRequest | undefined {
    const scope = this.#scope(instrument)
    if (scope === undefined) return undefined
    return this.#post('cancel_all', '/v5/order/cancel-all', scope, { instrument, orders: 1 }, at)
  }

  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest {
    const { category, instruments } = this.#place
    const parameters = namingParameters(category, instruments, { clientOrderId, venueOrderId, instrument })
    return this.#get('order', '/v5/order/realtime', parameters, { clientOrderId, instrument }, at)
  }

  /** Without a symbol and with several settling coins the venue refuses: a part of the orders is never taken for all. */
  openOrders(instrument: number, at: Micros): VenueRequest {
    const scope = this.#scope(instrument) ?? [['category', this.#place.category] as const]
    const parameters = [...scope, ['openOnly', 0], ['limit', ORDERS_PAGE]] as const
    return this.#get('open_orders', '/v5/order/realtime', parameters, { instrument }, at)
  }

  fills(instrument: number, since: Micros, at: Micros): VenueRequest {
    const from = [...this.#symbol(instrument), ['startTime', Math.floor(since / 1000)], ['limit', FILLS_PAGE]] as const
    return this.#get('fills', '/v5/execution/list', from, { instrument }, at)
  }

  balances(at: Micros): VenueRequest {
    return this.#get('balances', '/v5/account/wallet-balance', [['accountType', 'UNIFIED']], {}, at)
  }

  positions(at: Micros): VenueRequest | undefined {
    const scope = this.#place.category === 'linear' ? this.#scope(-1) : undefined
    if (scope === undefined) return undefined
    return this.#get('positions', '/v5/position/list', [...scope, ['limit', POSITIONS_PAGE]], {}, at)
  }

  fees(instrument: number, at: Micros): VenueRequest {
    return this.#get('fees', '/v5/account/fee-rate', this.#symbol(instrument), { instrument }, at)
  }

  permissions(at: Micros): VenueRequest {
    return this.#get('permissions', '/v5/user/query-api', [], {}, at)
  }

  /**
   * Cancel on disconnect: the venue cancels when every socket that has its topic has been dead for so long. It is set once
   * and cannot be switched off.
   */
  deadMan(_instrument: number, milliseconds: number, at: Micros): VenueRequest | undefined {
    if (milliseconds <= 0) return undefined
    const seconds = Math.ceil(milliseconds / 1000)
    const timeWindow = Math.min(DEAD_MAN_SECONDS.most, Math.max(DEAD_MAN_SECONDS.least, seconds))
    const product = this.#place.category === 'spot' ? 'SPOT' : 'DERIVATIVES'
    const parameters = [
      ['product', product],
      ['timeWindow', timeWindow],
    ] as const
    return this.#post('dead_man', '/v5/order/disconnected-cancel-all', parameters, {}, at)
  }

  leverage(instrument: number, leverage: number, at: Micros): VenueRequest | undefined {
    if (this.#place.category === 'spot') return undefined
    const both = [
      ['buyLeverage', String(leverage)],
      ['sellLeverage', String(leverage)],
    ] as const
    return this.#post(
      'leverage',
      '/v5/position/set-leverage',
      [...this.#symbol(instrument), ...both],
      { instrument },
      at,
    )
  }

  positionMode(oneWay: boolean, at: Micros): VenueRequest | undefined {
    if (this.#place.category === 'spot') return undefined
    const parameters = [
      ['category', 'linear'],
      ['coin', 'USDT'],
      ['mode', oneWay ? 0 : 3],
    ] as const
    return this.#post('position_mode', '/v5/position/switch-mode', parameters, {}, at)
  }

  /**
   * An acknowledgement says that the venue has the command, not what became of it: that comes on the private stream. It
   * must name the order that the command was about.
   */
  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    const verdict = readVerdict(answer)
    const kinds = { place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const
    const kind = request.call in kinds ? kinds[request.call as keyof typeof kinds] : undefined
    const { clientOrderId, instrument } = request
    if (verdict.outcome === 'ack' && kind !== undefined && !isAbout(request, answer)) {
      const words = `the answer is not about this order: ${answer.body.slice(0, 200)}`
      return { outcome: 'unknown', advice: 'query', code: 'HTTP 200', words, reports: [] }
    }
    if (kind === undefined || verdict.outcome !== 'definitive_reject') return { ...verdict, reports: [] }
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none }
    return { ...verdict, reports: [{ kind, ...order, reason: `${verdict.code} ${verdict.words}` }] }
  }

  /** An empty list says that there is no such order, open or among the last five hundred that were closed. */
  readOrder(_request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    const rows = this.#rows(answer, row => readOrder(row, this.#place))
    if (rows.kind !== 'found') return rows
    const [order, other] = rows.value
    if (order === undefined) return { kind: 'absent', code: 'empty', words: 'no such order in the list' }
    return other === undefined ? { kind: 'found', value: order } : unreadable('several orders')
  }

  readOpenOrders(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]> {
    return this.#rows(answer, row => readOrder(row, this.#place), ORDERS_PAGE)
  }

  /** The venue lists the newest first. */
  readFills(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]> {
    const rows = this.#rows(answer, row => readFill(row, this.#place), FILLS_PAGE)
    return rows.kind === 'found' ? { ...rows, value: rows.value.toReversed() } : rows
  }

  readBalances(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]> {
    return this.#result(answer, result => readBalances(result.list('list')))
  }

  readPositions(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]> {
    return this.#rows(answer, row => readPosition(row, this.#place), POSITIONS_PAGE)
  }

  readFees(request: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates> {
    const symbol = request.instrument < 0 ? undefined : this.#place.instruments.at(request.instrument).symbol
    return this.#result(answer, result => {
      const row = result.list('list').find(each => symbol === undefined || each.optional('symbol') === symbol)
      return row === undefined ? undefined : readFeeRates(row)
    })
  }

  readPermissions(_request: VenueRequest, answer: VenueAnswer): QueryResult<KeyPermissions> {
    return this.#result(answer, result => readPermissions(this.#place.category, result))
  }

  readonly readBudget = readBudget

  readonly adviceOf = (answer: VenueAnswer): Advice => readVerdict(answer).advice

  #get(call: Call['call'], path: string, parameters: Parameters, about: Partial<Call>, at: Micros): VenueRequest {
    return this.#signer.signed({ ...about, call, method: 'GET', path, parameters }, at)
  }

  #post(call: Call['call'], path: string, parameters: Parameters, about: Partial<Call>, at: Micros): VenueRequest {
    return this.#signer.signed({ ...about, call, method: 'POST', path, parameters }, at)
  }

  #order(
    call: Call['call'],
    verb: string,
    parameters: Parameters,
    { clientOrderId, instrument }: { readonly clientOrderId: string; readonly instrument: number },
    at: Micros,
  ): VenueRequest {
    return this.#post(call, `/v5/order/${verb}`, parameters, { clientOrderId, instrument, orders: 1 }, at)
  }

  #symbol(instrument: number): Parameters {
    const { category, instruments } = this.#place
    const symbol = instrument < 0 ? undefined : instruments.at(instrument).symbol
    return [
      ['category', category],
      ['symbol', symbol],
    ]
  }

  /** One instrument, or all of the market; undefined where they settle in several coins. */
  #scope(instrument: number): Parameters | undefined {
    const { category, venue, instruments } = this.#place
    if (instrument >= 0 || category === 'spot') return this.#symbol(instrument)
    const own = instruments.all.filter(each => each.venue === venue)
    const coins = [...new Set(own.map(({ settle }) => settle.code))]
    return coins.length === 1
      ? [
          ['category', category],
          ['settleCoin', coins[0]],
        ]
      : undefined
  }

  #result<T>(answer: VenueAnswer, read: (result: Fields) => T | undefined): QueryResult<T> {
    const { outcome, advice, code, words } = readVerdict(answer)
    if (outcome === 'ack') return readOne(answer.body, fields => read(fields.object('result')))
    return NO_SUCH_ORDER.has(code) ? { kind: 'absent', code, words } : { kind: 'failed', advice, code, words }
  }

  /** @param page rows at which the venue keeps more for another page: then a part is not taken for the whole */
  #rows<T>(
    answer: VenueAnswer,
    read: (row: Fields) => T | undefined,
    page = Number.POSITIVE_INFINITY,
  ): QueryResult<readonly T[]> {
    let hasMore = false
    const rows = this.#result(answer, result => {
      const list = result.list('list')
      hasMore = list.length >= page && (result.optional('nextPageCursor') ?? '') !== ''
      return list.flatMap(row => read(row) ?? [])
    })
    return hasMore ? fullPage(`more than ${page} rows`) : rows
  }
}

const orderVenue = (category: Category): OrderVenue => {
  const id = `bybit-${category}`
  return { id, makeOrderCodec: options => new BybitOrders(category, id, options) }
}

/** Orders of Bybit spot. */
export const bybitSpotOrders = orderVenue('spot')
/** Orders of Bybit's linear contracts. */
export const bybitLinearOrders = orderVenue('linear')
