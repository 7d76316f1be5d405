import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { assertSayable, spotRefusal } from '../order-refusal.ts'
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
import { unreadable } from '../wire/query-answer.ts'
import { wireOrderId } from './client-id.ts'
import { isoText } from './iso-text.ts'
import { KRAKEN } from './make-instrument.ts'
import { readAssets, readMarginPositions, readOrders, readTier, readTrades } from './order-answers.ts'
import { readFailure } from './order-errors.ts'
import { KrakenSigner, type Parameters } from './order-requests.ts'
import { OrderSearch } from './order-search.ts'
import { altName } from './pair-names.ts'
import { KrakenPrivateStream } from './private-stream.ts'
import { RestNames } from './rest-names.ts'
import { rejectionOf, type SentCommand, SocketCommands } from './socket-commands.ts'
import { TradePages } from './trade-pages.ts'

/** How old a placement may be when it reaches the matching engine: later it is refused. Over the socket it is the default. */
const DEADLINE_MICROS = 5_000_000

/** Orders of Kraken spot over REST and over the private socket; see the README of this folder for the documents. */
class KrakenOrders implements OrderCodec {
  readonly stream: KrakenPrivateStream
  readonly socket: SocketCommands
  readonly #instruments: InstrumentTable
  readonly #names: RestNames
  readonly #signer: KrakenSigner
  readonly #search = new OrderSearch()
  readonly #pages = new TradePages()

  constructor({ instruments, credentials, cryptography }: OrderCodecOptions) {
    this.#instruments = instruments
    this.#names = new RestNames(instruments)
    this.#signer = new KrakenSigner(credentials, cryptography)
    this.socket = new SocketCommands(instruments)
    this.stream = new KrakenPrivateStream(instruments, this.#signer, this.socket)
  }

  refusal(order: OrderRequest): string | undefined {
    return spotRefusal(this.#instruments.at(order.instrument), order)
  }

  place({ order, clientOrderId }: PlaceCommand, at: Micros): VenueRequest {
    const { instrument } = order
    assertSayable(this.refusal(order))
    const { symbol, price, quantity } = this.#instruments.at(instrument)
    const isLimit = order.type === 'limit'
    const parameters: Parameters = [
      ['ordertype', order.type],
      ['type', order.side === BUY ? 'buy' : 'sell'],
      ['volume', formatOnGrid(order.quantity, quantity)],
      ['pair', altName(symbol)],
      ['price', order.price === undefined ? undefined : formatOnGrid(order.price, price)],
      ['timeinforce', isLimit ? order.timeInForce.toUpperCase() : undefined],
      ['oflags', isLimit && order.postOnly ? 'post' : undefined],
      ['cl_ord_id', wireOrderId(clientOrderId)],
      ['deadline', `${isoText(at + DEADLINE_MICROS).slice(0, 23)}Z`],
    ]
    return this.#signer.signed('place', 'AddOrder', parameters, at, { clientOrderId, instrument, weight: 0, orders: 1 })
  }

  cancel(command: CancelCommand, at: Micros): VenueRequest {
    const { clientOrderId, instrument } = command
    const about = { clientOrderId, instrument, weight: 0, orders: 1 }
    return this.#signer.signed('cancel', 'CancelOrder', this.#naming(command), at, about)
  }

  /** Amends price and total quantity in place. Less at the same price keeps the place in the queue. */
  replace(command: ReplaceCommand, _side: unknown, at: Micros): VenueRequest {
    const { clientOrderId, instrument } = command
    const { price, quantity } = this.#instruments.at(instrument)
    const parameters: Parameters = [
      ...this.#naming(command),
      ['order_qty', formatOnGrid(command.quantity, quantity)],
      ['limit_price', formatOnGrid(command.price, price)],
    ]
    const about = { clientOrderId, instrument, weight: 0, orders: 1 }
    return this.#signer.signed('replace', 'AmendOrder', parameters, at, about)
  }

  /** Kraken cancels all orders of the account or named ones: none of one pair alone. */
  cancelAll(instrument: number, at: Micros): VenueRequest | undefined {
    return instrument < 0 ? this.#signer.signed('cancel_all', 'CancelAll', [], at) : undefined
  }

  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest {
    const about = { clientOrderId, instrument }
    if (venueOrderId !== '') return this.#signer.signed('order', 'QueryOrders', [['txid', venueOrderId]], at, about)
    const call = this.#search.next(clientOrderId)
    return this.#signer.signed('order', call, [['cl_ord_id', wireOrderId(clientOrderId)]], at, about)
  }

  openOrders(instrument: number, at: Micros): VenueRequest {
    return this.#signer.signed('open_orders', 'OpenOrders', [], at, { instrument })
  }

  allFills(since: Micros, at: Micros): VenueRequest[] {
    return [this.fills(-1, since, at)]
  }

  /** TradesHistory tells the newest 50 of all pairs: `TradePages` puts its pages together. */
  fills(instrument: number, since: Micros, at: Micros): VenueRequest {
    const offset = this.#pages.offset(since)
    const parameters: Parameters = [
      ['start', formatOnGrid(Math.max(0, Math.floor(since) - 1), { decimals: 6, step: 1 })],
      ['ofs', offset === 0 ? undefined : offset],
    ]
    return this.#signer.signed('fills', 'TradesHistory', parameters, at, { instrument, weight: 4 })
  }

  balances(at: Micros): VenueRequest {
    return this.#signer.signed('balances', 'BalanceEx', [], at)
  }

  /** What is held on spot is a balance; margin positions are read where they are asked for otherwise. */
  positions(): undefined {
    return undefined
  }

  fees(instrument: number, at: Micros): VenueRequest {
    const pair = altName(this.#instruments.at(instrument).symbol)
    return this.#signer.signed('fees', 'TradeVolume', [['pair', pair]], at, { instrument })
  }

  /** No call tells what a key may do. */
  permissions(): undefined {
    return undefined
  }

  /** The switch is one for the whole account, in whole seconds. */
  deadMan(_instrument: number, milliseconds: number, at: Micros): VenueRequest {
    const timeout = Math.ceil(milliseconds / 1000)
    return this.#signer.signed('dead_man', 'CancelAllOrdersAfter', [['timeout', timeout]], at)
  }

  leverage(): undefined {
    return undefined
  }

  positionMode(): undefined {
    return undefined
  }

  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    const failure = readFailure(answer)
    const { call, clientOrderId, instrument } = request
    if (failure !== undefined) {
      const isOfOrder = call === 'place' || call === 'cancel' || call === 'replace'
      const sent: SentCommand | undefined = isOfOrder ? { call, clientOrderId, instrument } : undefined
      return { ...failure, reports: rejectionOf(failure, sent, at) }
    }
    const result = Fields.of(answer.body)!.object('result')
    const venueOrderId = call === 'place' && result.has('txid') ? (result.texts('txid')[0] ?? '') : ''
    const isWhole =
      call === 'place' ? venueOrderId !== '' : call === 'cancel' ? result.int('count') > 0 : result.fault === ''
    if (!isWhole || result.fault !== '') {
      const words = `the answer does not say that it was done: ${answer.body.slice(0, 200)}`
      return { outcome: 'unknown', advice: 'query', code: 'HTTP 200', words, reports: [] }
    }
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId, instrument, at, cumulative: none, leaves: none }
    const reports = call === 'place' ? [{ kind: 'accepted', ...order } as const] : []
    return { outcome: 'ack', advice: 'none', code: '', words: '', reports }
  }

  readOrder(request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    const search = this.#search.stage(request.path)
    const found = this.#query(answer, result =>
      readOrders(search === undefined ? result : result.object(search), this.#names),
    )
    if (found.kind !== 'found') return found.kind === 'failed' && isUnknownOrder(found.code) ? absent : found
    const wanted = found.value.filter(order =>
      search === undefined ? true : order.clientOrderId === request.clientOrderId,
    )
    const [order] = wanted
    if (order !== undefined) {
      this.#search.found(request.clientOrderId)
      return { kind: 'found', value: order }
    }
    if (search === undefined) return isEmpty(answer) ? absent : unreadable('the answer is not about this order')
    return this.#search.missed(search, request.clientOrderId, isEmpty(answer, search))
  }

  readOpenOrders({ instrument }: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]> {
    return this.#query(answer, result => {
      const open = readOrders(result.object('open'), this.#names)
      return instrument < 0 ? open : open.filter(order => order.instrument === instrument)
    })
  }

  readFills({ instrument, body = '' }: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]> {
    return this.#query(answer, result => {
      const trades = result.object('trades')
      const page = readTrades(trades, this.#names)
      if (result.fault !== '') return undefined
      const fills = this.#pages.take(body, page, trades.keys().length, result.int('count'))
      if (fills === undefined) result.blame('count', 'is more than the pages hold so far: ask again for the next')
      return fills?.filter(fill => instrument < 0 || fill.instrument === instrument)
    })
  }

  readBalances(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]> {
    return this.#query(answer, readAssets)
  }

  readPositions(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]> {
    return this.#query(answer, result => readMarginPositions(result, this.#names))
  }

  readFees(_request: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates> {
    return this.#query(answer, readTier)
  }

  readPermissions(): QueryResult<KeyPermissions> {
    return unreadable('this venue does not tell what a key may do')
  }

  /** No header tells of the counters; a wait may be told where an address is throttled. */
  readBudget({ headers }: VenueAnswer): BudgetReading {
    const wait = headers['retry-after']
    return wait !== undefined && /^\d{1,9}$/.test(wait) ? { used: [], retryAfter: Number(wait) * 1000 } : { used: [] }
  }

  adviceOf(answer: VenueAnswer): Advice {
    return readFailure(answer)?.advice ?? 'none'
  }

  /** An order by the venue's id where it is known, by ours otherwise. */
  #naming({ clientOrderId, venueOrderId }: CancelCommand): Parameters {
    return [venueOrderId === '' ? ['cl_ord_id', wireOrderId(clientOrderId)] : ['txid', venueOrderId]]
  }

  #query<T>(answer: VenueAnswer, read: (result: Fields) => T | undefined): QueryResult<T> {
    const failure = readFailure(answer)
    if (failure !== undefined) {
      const { advice, code, words } = failure
      return { kind: 'failed', advice, code, words }
    }
    const result = Fields.of(answer.body)!.object('result')
    const value = read(result)
    if (result.fault !== '') return unreadable(result.fault)
    return value === undefined ? unreadable('the answer does not tell what was asked') : { kind: 'found', value }
  }
}

const absent = { kind: 'absent', code: 'EOrder:Unknown order', words: 'the venue knows no such order' } as const

const isUnknownOrder = (code: string): boolean => code === 'EOrder:Unknown order' || code === 'EOrder:Invalid order'

/** Whether a result, or the part of it by this name, has no entries. */
function isEmpty(answer: VenueAnswer, part?: string): boolean {
  const result = Fields.of(answer.body)!.object('result')
  return (part === undefined ? result : result.object(part)).keys().length === 0
}

/** Orders of Kraken spot. A nonce that is overtaken by a later one is refused (`EAPI:Invalid nonce`). */
export const krakenOrders: OrderVenue = {
  id: KRAKEN,
  isInOrder: true,
  makeOrderCodec: options => new KrakenOrders(options),
}
