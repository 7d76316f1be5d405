import type { ClientKey, ClientSocket, SocketSession } from '../../venue-dialect.ts'
import type { AccountCalls } from './account-calls.ts'
import type { AccountStreams } from './account-streams.ts'
import type { ClientKeys } from './client-keys.ts'
import { isFailure, RequestParameters } from './parameters.ts'
import type { SignedCalls } from './signed-calls.ts'
import { commandIn } from './stream-session.ts'
import { errorOf, type Failure, failure } from './venue-failures.ts'

/** What the WebSocket API asks of the dialect. */
export interface SocketApiParts {
  readonly keys: ClientKeys
  readonly calls: SignedCalls
  readonly own: AccountCalls
  readonly accounts: AccountStreams
  now(): number
  /** Charges the limits that are shared with REST. @returns the error when over one */
  charge(weight: number, orders: number): Failure | undefined
}

/** A client's socket on the WebSocket API: the calls of REST as frames, and on spot the account's events. */
export class SocketApiSession implements SocketSession {
  readonly #socket: ClientSocket
  readonly #parts: SocketApiParts
  readonly #subscriptions = new Map<number, () => void>()
  #count = 0

  constructor(socket: ClientSocket, parts: SocketApiParts) {
    this.#socket = socket
    this.#parts = parts
  }

  onText(text: string): void {
    const request = commandIn(text)
    if (request === undefined) {
      this.#reply(null, failure(-1000, 'Invalid JSON.'))
      return
    }
    const given = typeof request.params === 'object' && request.params !== null ? request.params : {}
    const values = Object.entries(given).map(([key, value]) => [key, String(value)] as const)
    this.#reply(request.id ?? null, this.#answer(String(request.method), new RequestParameters(new Map(values))))
  }

  onClosed(): void {
    for (const stop of this.#subscriptions.values()) stop()
  }

  #reply(id: unknown, result: unknown): void {
    const told = isFailure(result) ? errorOf(result) : undefined
    const answer = isFailure(result) ? { id, status: result.status, error: told } : { id, status: 200, result }
    this.#socket.send(JSON.stringify({ ...answer, rateLimits: [] }))
  }

  #answer(method: string, parameters: RequestParameters): unknown | Failure {
    const { keys, calls, own, charge, now } = this.#parts
    if (method === 'ping') return {}
    if (method === 'time') return { serverTime: now() }
    if (method === 'userDataStream.unsubscribe') return this.#unsubscribe(parameters.int('subscriptionId', -1))
    const key = keys.signedSocket(parameters)
    if (isFailure(key)) return key
    const over = charge(1, method === 'order.place' || method === 'order.modify' ? 1 : 0)
    if (over !== undefined) return over
    switch (method) {
      case 'userDataStream.subscribe.signature':
        return this.#subscribe(key)
      case 'order.place':
        return calls.place(key, parameters)
      case 'order.test':
        return calls.test(key, parameters)
      case 'order.cancel':
        return calls.cancel(key, parameters)
      case 'order.modify':
        return calls.amend(key, parameters)
      case 'order.cancelReplace':
        return calls.cancelReplace(key, parameters)
      case 'order.amend.keepPriority':
        return calls.reduce(key, parameters)
      case 'order.status':
        return calls.order(key, parameters)
      case 'openOrders.status':
        return calls.orders(key, parameters, true)
      case 'openOrders.cancelAll':
        return calls.cancelAll(key, parameters)
      case 'allOrders':
        return calls.orders(key, parameters, false)
      case 'myTrades':
        return calls.trades(key, parameters)
      case 'account.status':
        return own.account(key, now())
      default:
        return failure(-1000, `Method '${method.slice(0, 60)}' is not supported.`)
    }
  }

  #subscribe({ account }: ClientKey): unknown | Failure {
    if (this.#subscriptions.size > 0) return failure(-2035, 'A subscription is active already.')
    const subscriptionId = this.#count++
    const read = (event: unknown): void => this.#socket.send(JSON.stringify({ subscriptionId, event }))
    this.#subscriptions.set(subscriptionId, this.#parts.accounts.read(account, read))
    return { subscriptionId }
  }

  #unsubscribe(id: number): unknown {
    this.#subscriptions.get(id)?.()
    this.#subscriptions.delete(id)
    return {}
  }
}
