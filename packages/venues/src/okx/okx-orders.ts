import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { FeeRates } from '@velocimex/core/market/instrument'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { Side } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { Fill } from '@velocimex/core/order/fill'
import type { OrderRequest } from '@velocimex/core/order/order-request'
import { openRequest } from '../open-request.ts'
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
  VenueAnswer,
  VenuePosition,
  VenueRequest,
} from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { fullPage, readRows, unreadable } from '../wire/query-answer.ts'
import { readBalance, readFeeRates, readPermissions, readPosition } from './account-answers.ts'
import { okxWire } from './market-wire.ts'
import { ABSENT_CODES, readFailure } from './order-errors.ts'
import { readFill, readOrderSnapshot } from './order-reports.ts'
import { familyOf, INST_TYPES, orderFields, plainSteps, type SpotMode } from './order-requests.ts'
import { OkxPrivateStream } from './private-stream.ts'
import { OkxSigner, type Parameters } from './signing.ts'
import { InstrumentCodes, OkxSocketOrders } from './socket-orders.ts'

/** Rows of one page. */
const PAGE = 100
/** The dead-man switch of the venue counts whole seconds between these. */
const DEAD_MAN_LEAST = 10
const DEAD_MAN_MOST = 120
/** The window of every limit: after it a budget is whole again. */
const WINDOW_MS = 2000

/** Orders of OKX, all types of instruments, over REST and the private socket. Positions are kept net, margin is crossed. */
export class OkxOrders implements OrderCodec {
  readonly stream: OkxPrivateStream
  readonly allFills = (since: Micros, at: Micros) => [this.fills(-1, since, at)]
  /** The numbers by which orders over a socket name their instrument; see `socket`. */
  readonly codes: InstrumentCodes
  readonly #instruments: InstrumentTable
  readonly #signer: OkxSigner
  readonly #socket: OkxSocketOrders
  #spotMode: SpotMode = 'cash'

  constructor({ instruments, credentials, cryptography }: OrderCodecOptions) {
    this.#instruments = instruments
    this.#signer = new OkxSigner(credentials, cryptography)
    this.stream = new OkxPrivateStream(instruments, this.#signer)
    this.codes = new InstrumentCodes(instruments)
    this.#socket = new OkxSocketOrders(instruments, this.codes, () => this.#spotMode)
  }

  /** Orders over the socket, once the codes of all instruments of the table are known. */
  get socket(): OkxSocketOrders | undefined {
    return this.codes.isComplete ? this.#socket : undefined
  }

  readonly lessons = {
    requests: (): readonly VenueRequest[] => okxWire.instrumentPaths.map(path => openRequest('instruments', path)),
    learn: (body: string): void => void this.codes.learn(body),
  }

  refusal(order: OrderRequest): string | undefined {
    return spotRefusal(this.#instruments.at(order.instrument), order)
  }

  place({ order, clientOrderId }: PlaceCommand, at: Micros): VenueRequest {
    const instrument = this.#instruments.at(order.instrument)
    const fields = orderFields(instrument, order, clientOrderId, this.#spotMode)
    const parameters: Parameters = [['instId', instrument.symbol], ...fields]
    const about = { clientOrderId, instrument: order.instrument, isOrder: true }
    return this.#signer.post({ call: 'place', path: '/trade/order', parameters, ...about }, at)
  }

  cancel(command: CancelCommand, at: Micros): VenueRequest {
    const { clientOrderId, instrument } = command
    const call = { call: 'cancel', path: '/trade/cancel-order', parameters: this.#naming(command) } as const
    return this.#signer.post({ ...call, clientOrderId, instrument }, at)
  }

  /** The new size includes what is filled. The answer says that the request was taken; the stream says how it ended. */
  replace(command: ReplaceCommand, _side: Side, at: Micros): VenueRequest {
    const { clientOrderId, instrument } = command
    const { price, quantity } = this.#instruments.at(instrument)
    const parameters: Parameters = [
      ...this.#naming(command),
      ['newSz', plainSteps(command.quantity, quantity)],
      ['newPx', plainSteps(command.price, price)],
      ['reqId', clientOrderId],
    ]
    const about = { clientOrderId, instrument, isOrder: true }
    return this.#signer.post({ call: 'replace', path: '/trade/amend-order', parameters, ...about }, at)
  }

  /** The venue cancels all at once only for market makers of options: list the open orders and cancel each. */
  cancelAll(): undefined {
    return undefined
  }

  order(clientOrderId: string, venueOrderId: string, instrument: number, at: Micros): VenueRequest {
    const parameters = this.#naming({ clientOrderId, venueOrderId, instrument })
    return this.#signer.get({ call: 'order', path: '/trade/order', parameters, clientOrderId, instrument }, at)
  }

  openOrders(instrument: number, at: Micros): VenueRequest {
    const parameters: Parameters = [...this.#about(instrument), ['limit', PAGE]]
    return this.#signer.get({ call: 'open_orders', path: '/trade/orders-pending', parameters, instrument }, at)
  }

  fills(instrument: number, since: Micros, at: Micros): VenueRequest {
    const parameters: Parameters = [...this.#about(instrument), ['begin', Math.floor(since / 1000)], ['limit', PAGE]]
    return this.#signer.get({ call: 'fills', path: '/trade/fills', parameters, instrument }, at)
  }

  balances(at: Micros): VenueRequest {
    return this.#signer.get({ call: 'balances', path: '/account/balance', parameters: [] }, at)
  }

  positions(at: Micros): VenueRequest {
    return this.#signer.get({ call: 'positions', path: '/account/positions', parameters: [] }, at)
  }

  fees(instrument: number, at: Micros): VenueRequest {
    const about = this.#instruments.at(instrument)
    const parameters: Parameters = [
      ['instType', INST_TYPES[about.kind]],
      about.kind === 'spot' ? ['instId', about.symbol] : ['instFamily', familyOf(about)],
    ]
    return this.#signer.get({ call: 'fees', path: '/account/trade-fee', parameters, instrument }, at)
  }

  /** The configuration of the account, which also says by which mode spot is traded. */
  permissions(at: Micros): VenueRequest {
    return this.#signer.get({ call: 'permissions', path: '/account/config', parameters: [] }, at)
  }

  /** For all instruments at once; between 10 and 120 seconds. */
  deadMan(_instrument: number, milliseconds: number, at: Micros): VenueRequest {
    const seconds = Math.min(DEAD_MAN_MOST, Math.max(DEAD_MAN_LEAST, Math.ceil(milliseconds / 1000)))
    const parameters: Parameters = [['timeOut', milliseconds === 0 ? '0' : String(seconds)]]
    return this.#signer.post({ call: 'dead_man', path: '/trade/cancel-all-after', parameters }, at)
  }

  leverage(instrument: number, leverage: number, at: Micros): VenueRequest | undefined {
    const { kind, symbol } = this.#instruments.at(instrument)
    if (kind === 'spot' || kind === 'option') return undefined
    const parameters: Parameters = [
      ['instId', symbol],
      ['lever', String(leverage)],
      ['mgnMode', 'cross'],
    ]
    return this.#signer.post({ call: 'leverage', path: '/account/set-leverage', parameters, instrument }, at)
  }

  positionMode(oneWay: boolean, at: Micros): VenueRequest {
    const parameters: Parameters = [['posMode', oneWay ? 'net_mode' : 'long_short_mode']]
    return this.#signer.post({ call: 'position_mode', path: '/account/set-position-mode', parameters }, at)
  }

  readCommand(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    const fields = answer.status === 200 ? Fields.of(answer.body) : undefined
    if (fields?.optional('code') !== '0') return this.#failed(request, answer, at)
    const row = fields.list('data')[0]
    const isOfOrder = request.call === 'place' || request.call === 'cancel' || request.call === 'replace'
    if (isOfOrder && row?.optional('sCode') !== '0') return this.#failed(request, answer, at)
    const isOurs = !isOfOrder || (row !== undefined && isAbout(request, row))
    if (row === undefined || !isOurs || fields.fault !== '') {
      const words = `the answer is not about this order: ${answer.body.slice(0, 200)}`
      return { outcome: 'unknown', advice: 'query', code: 'HTTP 200', words, reports: [] }
    }
    // A cancel or an amendment is only taken in; what became of it comes over the stream.
    const ack = { outcome: 'ack', advice: 'none', code: '', words: '' } as const
    if (request.call !== 'place') return { ...ack, reports: [] }
    const { clientOrderId, instrument } = request
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId: row.text('ordId'), instrument, at, cumulative: none, leaves: none }
    return { ...ack, reports: [{ kind: 'accepted', ...order }] }
  }

  readOrder(_request: VenueRequest, answer: VenueAnswer): QueryResult<OrderSnapshot> {
    return single(this.#rows(answer, row => readOrderSnapshot(row, this.#instruments)))
  }

  readOpenOrders(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly OrderSnapshot[]> {
    return this.#rows(answer, row => readOrderSnapshot(row, this.#instruments))
  }

  readFills({ instrument }: VenueRequest, answer: VenueAnswer): QueryResult<readonly Fill[]> {
    let rows = 0
    const read = this.#rows(answer, row => {
      rows++
      return readFill(row, this.#instruments)
    })
    if (instrument < 0 && rows >= PAGE) return fullPage(`${rows} rows`)
    return read.kind === 'found' ? { kind: 'found', value: read.value.toReversed() } : read
  }

  readBalances(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly Balance[]> {
    const read = this.#rows(answer, row => row.list('details').map(readBalance))
    return read.kind === 'found' ? { kind: 'found', value: read.value.flat() } : read
  }

  readPositions(_request: VenueRequest, answer: VenueAnswer): QueryResult<readonly VenuePosition[]> {
    return this.#rows(answer, row => readPosition(row, this.#instruments))
  }

  readFees({ instrument }: VenueRequest, answer: VenueAnswer): QueryResult<FeeRates> {
    return single(this.#rows(answer, row => readFeeRates(row, this.#instruments.at(instrument))))
  }

  /** Also takes over by which mode spot is traded: crossed, in accounts of several currencies. */
  readPermissions(_request: VenueRequest, answer: VenueAnswer): QueryResult<KeyPermissions> {
    let level = ''
    const read = single(
      this.#rows(answer, row => {
        level = row.text('acctLv')
        return readPermissions(row)
      }),
    )
    if (read.kind === 'found') this.#spotMode = level === '3' || level === '4' ? 'cross' : 'cash'
    return read
  }

  /** The venue sends no budgets: what is left must be counted here. */
  readBudget({ status }: VenueAnswer): BudgetReading {
    return status === 429 ? { used: [], retryAfter: WINDOW_MS } : { used: [] }
  }

  adviceOf(answer: VenueAnswer): Advice {
    return readFailure(answer).advice
  }

  /** An order by the venue's id where it is known, by ours otherwise. */
  #naming({ clientOrderId, venueOrderId, instrument }: CancelCommand): Parameters {
    const { symbol } = this.#instruments.at(instrument)
    return [['instId', symbol], venueOrderId === '' ? ['clOrdId', clientOrderId] : ['ordId', venueOrderId]]
  }

  #about(instrument: number): Parameters {
    if (instrument < 0) return []
    const { kind, symbol } = this.#instruments.at(instrument)
    return [
      ['instType', INST_TYPES[kind]],
      ['instId', symbol],
    ]
  }

  #failed(request: VenueRequest, answer: VenueAnswer, at: Micros): CommandResult {
    const failure = readFailure(answer)
    const kinds = { place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const
    const kind = request.call in kinds ? kinds[request.call as keyof typeof kinds] : undefined
    if (kind === undefined || failure.outcome !== 'definitive_reject') return { ...failure, reports: [] }
    const { clientOrderId, instrument } = request
    const none = 0 as Lots
    const order = { clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none }
    return { ...failure, reports: [{ kind, ...order, reason: `${failure.code} ${failure.words}` }] }
  }

  #rows<T>(answer: VenueAnswer, read: (row: Fields) => T | undefined): QueryResult<readonly T[]> {
    const fields = answer.status === 200 ? Fields.of(answer.body) : undefined
    if (fields?.optional('code') === '0') {
      const rows = fields.list('data')
      return fields.fault === '' ? readRows(rows, read) : unreadable(fields.fault)
    }
    const { advice, code, words } = readFailure(answer)
    const isAbsent = answer.status === 200 && ABSENT_CODES.includes(code)
    return isAbsent ? { kind: 'absent', code, words } : { kind: 'failed', advice, code, words }
  }
}

/** An acknowledgement of another order than that which was sent is none. One that was named by the venue's id may name only that. */
function isAbout({ clientOrderId, body }: VenueRequest, row: Fields): boolean {
  const told = row.optional('clOrdId') ?? ''
  const id = row.optional('ordId') ?? ''
  if (id === '') return false
  return told === clientOrderId || (told === '' && Fields.of(body ?? '')?.optional('ordId') === id)
}

function single<T>(read: QueryResult<readonly T[]>): QueryResult<T> {
  if (read.kind !== 'found') return read
  const [value] = read.value
  return value === undefined
    ? unreadable('an empty list, or an instrument that is not in the table')
    : { kind: 'found', value }
}

/** Orders of OKX. */
export const okxOrders: OrderVenue = { id: 'okx', makeOrderCodec: options => new OkxOrders(options) }
