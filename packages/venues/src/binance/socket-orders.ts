import { assert } from '@velocimex/core/assert'
import type { Micros } from '@velocimex/core/clock/micros'
import type { InstrumentTable } from '@velocimex/core/market/instrument-table'
import type { PrivateStream, SocketOrders } from '../order-venue.ts'
import type { Dialect } from './frame-fields.ts'
import type { AcknowledgedCall } from './order-reports.ts'
import {
  amendParameters,
  type BinanceSigner,
  namingParameters,
  orderParameters,
  type Parameters,
  shrinkParameters,
} from './order-requests.ts'
import { BinanceOrderSession } from './order-session.ts'
import { MARKS } from './socket-answers.ts'

/**
 * Order entry over the WebSocket API (web-socket-api.md, "Trading requests"; USD-M: "Websocket API", order.place, .modify,
 * .cancel). Spot takes it on the socket that tells the account's events; those of USD-M come from another host.
 *
 * @param stream understands the answers
 */
export function socketOrders(
  dialect: Dialect,
  instruments: InstrumentTable,
  signer: BinanceSigner,
  stream: PrivateStream,
): SocketOrders {
  const frame = (call: AcknowledgedCall, id: string, method: string, parameters: Parameters, at: Micros): string =>
    JSON.stringify({ id: MARKS[call] + id, method, params: signer.socketParameters(parameters, at) })
  const both: SocketOrders = {
    place: ({ order, clientOrderId }, id, at) =>
      frame('place', id, 'order.place', orderParameters(dialect, instruments, order, clientOrderId), at),
    cancel: (command, id, at) =>
      frame('cancel', id, 'order.cancel', withNumbers(namingParameters(instruments, command)), at),
  }
  if (dialect === 'spot') {
    const method = 'order.amend.keepPriority'
    return {
      ...both,
      replace(command, id, at) {
        const shrink = shrinkParameters(instruments, command)
        assert(shrink !== undefined, 'the venue only takes quantity away', command.clientOrderId)
        return frame('replace', id, method, withNumbers(shrink), at)
      },
    }
  }
  return {
    ...both,
    session: new BinanceOrderSession(stream),
    replace: (command, id, at, side) =>
      frame('replace', id, 'order.modify', withNumbers(amendParameters(instruments, command, side)), at),
  }
}

/** Ids of orders as JSON numbers, which USD-M asks for, as far as JSON carries them exactly. */
const withNumbers = (parameters: Parameters): Parameters =>
  parameters.map(([name, value]) =>
    name === 'orderId' && Number.isSafeInteger(Number(value)) ? [name, Number(value)] : [name, value],
  )
