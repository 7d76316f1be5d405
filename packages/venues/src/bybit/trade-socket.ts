import type { Micros } from '@velocimex/core/clock/micros'
import type { CancelCommand, PlaceCommand, ReplaceCommand } from '@velocimex/core/execution/order-gateway'
import type { PrivateMessage, PrivateStream, SocketOrders } from '../order-venue.ts'
import { Fields } from '../wire/fields.ts'
import { verdictOf } from './order-errors.ts'
import type { OrderPlace } from './order-reports.ts'
import {
  amendParameters,
  type BybitSigner,
  namingParameters,
  type Parameters,
  placeParameters,
  RECEIVE_WINDOW_MS,
} from './order-requests.ts'
import { PING, PING_EVERY, readSessionAnswer, SILENCE } from './private-stream.ts'

/** The socket on which orders are entered, `/v5/trade`: it is logged in once, and commands carry no signature of their own. */
class TradeSession implements PrivateStream {
  readonly renewal = { every: PING_EVERY, frames: () => [PING] }
  readonly silence = SILENCE
  readonly #signer: BybitSigner

  constructor(signer: BybitSigner) {
    this.#signer = signer
  }

  token(): undefined {
    return undefined
  }

  path(): string {
    return '/v5/trade'
  }

  hello(_token: string, at: Micros): readonly string[] {
    return [this.#signer.logIn(at)]
  }

  read(text: string): readonly PrivateMessage[] {
    const frame = Fields.of(text)
    if (frame === undefined) return [{ kind: 'damaged', words: 'not a JSON object' }]
    const message = this.#message(frame)
    return [frame.fault === '' ? message : { kind: 'damaged', words: frame.fault }]
  }

  #message(frame: Fields): PrivateMessage {
    const op = frame.text('op')
    if (!op.startsWith('order.')) {
      const answer = readSessionAnswer(frame)
      return op === 'auth' && answer.kind === 'ignored' ? { kind: 'ready' } : answer
    }
    const result = { ...verdictOf(frame.text('retCode'), frame.text('retMsg')), reports: [] }
    return { kind: 'answer', requestId: frame.text('reqId'), result }
  }
}

/** Order entry over the trading socket. Answers are acknowledgements of receipt, as those of REST are. */
export class BybitSocketOrders implements SocketOrders {
  readonly session: PrivateStream
  readonly #place: OrderPlace

  constructor(place: OrderPlace, signer: BybitSigner) {
    this.#place = place
    this.session = new TradeSession(signer)
  }

  place(command: PlaceCommand, requestId: string, at: Micros): string {
    const { category, instruments } = this.#place
    return frame('order.create', requestId, placeParameters(category, instruments, command), at)
  }

  cancel(command: CancelCommand, requestId: string, at: Micros): string {
    const { category, instruments } = this.#place
    return frame('order.cancel', requestId, namingParameters(category, instruments, command), at)
  }

  replace(command: ReplaceCommand, requestId: string, at: Micros): string {
    const { category, instruments } = this.#place
    return frame('order.amend', requestId, amendParameters(category, instruments, command), at)
  }
}

function frame(op: string, reqId: string, parameters: Parameters, at: Micros): string {
  const header = {
    'X-BAPI-TIMESTAMP': String(Math.floor(at / 1000)),
    'X-BAPI-RECV-WINDOW': String(RECEIVE_WINDOW_MS),
  }
  return JSON.stringify({ reqId, header, op, args: [Object.fromEntries(parameters)] })
}
