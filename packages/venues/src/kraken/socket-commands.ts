import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import { formatOnGrid } from '@velocimex/core/market/grid'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import { BUY } from '@velocimex/core/market/side'
import type { Lots } from '@velocimex/core/market/units'
import type { ExecutionReport } from '@velocimex/core/order/execution-report'
import { assertSayable, spotRefusal } from '../order-refusal.ts'
import type { PrivateMessage, SocketOrders } from '../order-venue.ts'
import type { Fields } from '../wire/fields.ts'
import { ownOrderId, wireOrderId } from './client-id.ts'
import { isoField } from './instants.ts'
import { type Failure, readError } from './order-errors.ts'

/** Commands whose answers are awaited; of more the oldest are forgotten, and their answers tell nothing of orders. */
const AWAITED_MAX = 1000

/** A command that was sent. */
export interface SentCommand {
  readonly call: 'place' | 'cancel' | 'replace'
  readonly clientOrderId: string
  readonly instrument: number
}

/** A value in a frame: a text, a boolean, or a number by its own digits. */
type Value = string | boolean | { readonly digits: string } | readonly string[]

/**
 * Order commands as frames of the private socket (docs.kraken.com, Websockets v2 "Add Order", "Amend Order", "Cancel
 * Order"), and their answers, which tell neither the instrument nor our own number of the request: both are remembered.
 */
export class SocketCommands implements SocketOrders {
  /** Token of the session, which every command carries. */
  token = ''
  readonly #instruments: InstrumentTable
  readonly #awaited = new Map<number, SentCommand & { readonly requestId: string }>()
  #number = 0

  constructor(instruments: InstrumentTable) {
    this.#instruments = instruments
  }

  place({ order, clientOrderId }: PlaceCommand, requestId: string, _at: Micros): string {
    const instrument = this.#instruments.at(order.instrument)
    assertSayable(spotRefusal(instrument, order))
    const { symbol, price, quantity } = instrument
    const isLimit = order.type === 'limit'
    return this.#frame('add_order', requestId, { call: 'place', clientOrderId, instrument: order.instrument }, [
      ['order_type', order.type],
      ['side', order.side === BUY ? 'buy' : 'sell'],
      ['order_qty', { digits: formatOnGrid(order.quantity, quantity) }],
      ['symbol', symbol],
      ['limit_price', order.price === undefined ? undefined : { digits: formatOnGrid(order.price, price) }],
      ['time_in_force', isLimit ? order.timeInForce : undefined],
      ['post_only', isLimit && order.postOnly ? true : undefined],
      ['cl_ord_id', wireOrderId(clientOrderId)],
    ])
  }

  cancel({ clientOrderId, venueOrderId, instrument }: CancelCommand, requestId: string, _at: Micros): string {
    const name = venueOrderId === '' ? 'cl_ord_id' : 'order_id'
    const id = venueOrderId === '' ? wireOrderId(clientOrderId) : venueOrderId
    return this.#frame('cancel_order', requestId, { call: 'cancel', clientOrderId, instrument }, [[name, [id]]])
  }

  replace(command: ReplaceCommand, requestId: string, _at: Micros): string {
    const { clientOrderId, venueOrderId, instrument } = command
    const { price, quantity } = this.#instruments.at(instrument)
    return this.#frame('amend_order', requestId, { call: 'replace', clientOrderId, instrument }, [
      venueOrderId === '' ? ['cl_ord_id', wireOrderId(clientOrderId)] : ['order_id', venueOrderId],
      ['order_qty', { digits: formatOnGrid(command.quantity, quantity) }],
      ['limit_price', { digits: formatOnGrid(command.price, price) }],
    ])
  }

  /** The connection is new: no answer to an older command will come. */
  forget(): void {
    this.#awaited.clear()
  }

  /** The answer to a command. */
  answer(frame: Fields): PrivateMessage {
    const number = frame.has('req_id') ? frame.int('req_id') : -1
    const sent = this.#awaited.get(number)
    this.#awaited.delete(number)
    const requestId = sent?.requestId ?? String(number)
    const at = frame.has('time_out') ? isoField(frame, 'time_out') : (0 as Micros)
    if (!frame.bool('success')) {
      const failure = readError(frame.text('error'))
      return { kind: 'answer', requestId, result: { ...failure, reports: rejectionOf(failure, sent, at) } }
    }
    const result = { outcome: 'ack', advice: 'none', code: '', words: '' } as const
    const reports = sent?.call === 'place' ? [accepted(frame.object('result'), sent, at)] : []
    return { kind: 'answer', requestId, result: { ...result, reports } }
  }

  #frame(
    method: string,
    requestId: string,
    sent: SentCommand,
    params: readonly (readonly [string, Value | undefined])[],
  ): string {
    const number = ++this.#number
    this.#awaited.set(number, { ...sent, requestId })
    if (this.#awaited.size > AWAITED_MAX) this.#awaited.delete(this.#awaited.keys().next().value!)
    const all = [...params, ['token', this.token] as const].flatMap(([key, value]) =>
      value === undefined ? [] : [`"${key}":${textOf(value)}`],
    )
    return `{"method":"${method}","params":{${all.join()}},"req_id":${number}}`
  }
}

/** Numbers keep the digits of their grid: as floats they would lose them. */
const textOf = (value: Value): string =>
  typeof value === 'object' && 'digits' in value ? value.digits : JSON.stringify(value)

const none = 0 as Lots

function accepted(result: Fields, { clientOrderId, instrument }: SentCommand, at: Micros): ExecutionReport {
  const told = result.optional('cl_ord_id')
  if (told !== undefined && ownOrderId(told) !== clientOrderId) result.blame('cl_ord_id', 'is that of another order')
  const venueOrderId = result.text('order_id')
  return { kind: 'accepted', clientOrderId, venueOrderId, instrument, at, cumulative: none, leaves: none }
}

/** The report of a command that was refused for certain; none where nothing is certain. */
export function rejectionOf(failure: Failure, sent: SentCommand | undefined, at: Micros): readonly ExecutionReport[] {
  if (sent === undefined || failure.outcome !== 'definitive_reject') return []
  const kind = ({ place: 'rejected', cancel: 'cancel_rejected', replace: 'replace_rejected' } as const)[sent.call]
  const { clientOrderId, instrument } = sent
  const order = { clientOrderId, venueOrderId: '', instrument, at, cumulative: none, leaves: none }
  return [{ kind, ...order, reason: failure.words }]
}
