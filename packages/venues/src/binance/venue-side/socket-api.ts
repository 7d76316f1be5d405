import type { ClientKey, ClientSocket, SocketRules, SocketSession } from '../../venue-dialect.ts'
import type { AccountStreams } from './account-streams.ts'
import type { ClientKeys } from './client-keys.ts'
import { isFailure, RequestParameters } from './parameters.ts'
import type { RequestWeights } from './request-weights.ts'
import type { Route } from './routes.ts'
import { commandIn } from './stream-session.ts'
import { errorOf, type Failure, failure } from './venue-failures.ts'

const SUBSCRIBE = 'userDataStream.subscribe.signature'
const UNSUBSCRIBE = 'userDataStream.unsubscribe'
/** Who asks what needs no key. */
const NOBODY: ClientKey = { apiKey: '', secret: '', account: -1, canTrade: false, canWithdraw: false }

/** What the WebSocket API asks of the dialect. */
export interface SocketApiParts {
  readonly keys: ClientKeys
  readonly methods: ReadonlyMap<string, Route>
  /** Limits that are shared with REST. */
  readonly weights: RequestWeights
  /** Where the account's events are told on this socket: spot. */
  readonly accounts: AccountStreams | undefined
  /** Whether answers tell the limits unless a request says otherwise. */
  readonly tellsLimits: boolean
  readonly rules: SocketRules
  /** Milliseconds. */
  now(): number
}

/** A client's socket on the WebSocket API: the calls of REST as frames, and on spot the account's events. */
export class SocketApiSession implements SocketSession {
  readonly #socket: ClientSocket
  readonly #parts: SocketApiParts
  readonly #subscriptions = new Map<number, () => void>()
  #count = 0

  get rules(): SocketRules {
    return this.#parts.rules
  }

  constructor(socket: ClientSocket, parts: SocketApiParts) {
    this.#socket = socket
    this.#parts = parts
  }

  onText(text: string): void {
    const request = commandIn(text)
    if (request === undefined) {
      this.#reply(null, failure(-1000, 'Invalid JSON.'), false, this.#parts.tellsLimits)
      return
    }
    const given = typeof request.params === 'object' && request.params !== null ? request.params : {}
    const values = new Map(Object.entries(given).map(([key, value]) => [key, String(value)] as const))
    const method = String(request.method)
    const asked = values.get('returnRateLimits')
    const tellsLimits = asked === undefined ? this.#parts.tellsLimits : asked === 'true'
    const isOrder = (this.#parts.methods.get(method)?.orders ?? 0) > 0
    this.#reply(request.id ?? null, this.#answer(method, new RequestParameters(values)), isOrder, tellsLimits)
  }

  onClosed(): void {
    for (const stop of this.#subscriptions.values()) stop()
    this.#subscriptions.clear()
  }

  #reply(id: unknown, result: unknown, isOrder: boolean, tellsLimits: boolean): void {
    const answer = isFailure(result)
      ? { id, status: result.status, error: errorOf(result) }
      : { id, status: 200, result }
    const limits = tellsLimits ? { rateLimits: this.#parts.weights.told(isOrder) } : {}
    this.#socket.send(JSON.stringify({ ...answer, ...limits }))
  }

  #answer(method: string, parameters: RequestParameters): unknown | Failure {
    const { methods, accounts } = this.#parts
    const route = methods.get(method)
    const isOwn = accounts !== undefined && (method === SUBSCRIBE || method === UNSUBSCRIBE)
    if (route === undefined && !isOwn) return failure(-1000, `Method '${method.slice(0, 60)}' is not supported.`)
    const over = this.#charge(route?.weight(parameters) ?? 2, route?.orders ?? 0)
    if (over !== undefined) return over
    if (method === UNSUBSCRIBE) return this.#unsubscribe(parameters.int('subscriptionId', -1))
    const key = this.#keyFor(route?.access ?? 'signed', parameters)
    if (isFailure(key)) return key
    return route === undefined ? this.#subscribe(key) : route.run(parameters, key)
  }

  #keyFor(access: Route['access'], parameters: RequestParameters): ClientKey | Failure {
    const { keys } = this.#parts
    if (access === 'public') return NOBODY
    return access === 'keyed' ? keys.keyedSocket(parameters) : keys.signedSocket(parameters)
  }

  /** @returns the error when over a limit, with the instant at which it ends */
  #charge(weight: number, orders: number): Failure | undefined {
    const { weights, now } = this.#parts
    const { over, headers } = weights.charge(weight, orders)
    if (over === undefined) return undefined
    const serverTime = now()
    return { ...over, data: { serverTime, retryAfter: serverTime + Number(headers['Retry-After']) * 1000 } }
  }

  #subscribe({ account }: ClientKey): unknown | Failure {
    if (this.#subscriptions.size > 0) return failure(-2035, 'A subscription is active already.')
    const subscriptionId = this.#count++
    const read = (event: unknown): void => this.#socket.send(JSON.stringify({ subscriptionId, event }))
    this.#subscriptions.set(subscriptionId, this.#parts.accounts!.read(account, read))
    return { subscriptionId }
  }

  /** @param id -1 for all */
  #unsubscribe(id: number): unknown {
    for (const [number, stop] of this.#subscriptions) {
      if (id >= 0 && number !== id) continue
      stop()
      this.#subscriptions.delete(number)
    }
    return {}
  }
}
