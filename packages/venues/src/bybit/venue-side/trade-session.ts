import type { ClientKey, ClientSocket } from '../../venue-dialect.ts'
import type { ClientKeys } from './client-keys.ts'
import type { MarketSide } from './market-side.ts'
import { RequestValues } from './request-values.ts'
import { type Command, commandOf, IdleCut, NO_COMMAND, type TimedSession } from './socket-sessions.ts'
import { type Failure, failure, isFailure } from './venue-failures.ts'

const REQUESTS_REMEMBERED = 10_000

/** What a trading socket stands on. */
export interface TradeParts {
  readonly keys: ClientKeys
  /** The market that a command is about. */
  market(values: RequestValues): MarketSide
  /** Milliseconds. */
  now(): number
}

/** A client's socket for order entry: logged in once, then commands whose instants alone are checked. */
export class TradeSession implements TimedSession {
  readonly #parts: TradeParts
  readonly #socket: ClientSocket
  readonly #id: string
  readonly #idle: IdleCut
  readonly #requests = new Set<string>()
  #key: ClientKey | undefined

  /** @param id of the connection */
  constructor(parts: TradeParts, socket: ClientSocket, id: string) {
    this.#parts = parts
    this.#socket = socket
    this.#id = id
    this.#idle = new IdleCut(socket, parts.now())
  }

  onText(text: string): void {
    const now = this.#parts.now()
    this.#idle.heard(now)
    const command = commandOf(text) ?? NO_COMMAND
    const { op, args, id } = command
    if (op === 'ping') this.#send({ retCode: 0, retMsg: 'OK', op: 'pong', data: [String(now)] })
    else if (op === 'auth') this.#logIn(args)
    else {
      const header: Record<string, string> = { Timenow: String(now) }
      const result = this.#run(command, header)
      this.#tell(op.slice(0, 40), result, { reqId: id ?? '', header, retExtInfo: {} })
    }
  }

  onClosed(): void {}

  tick(now: number): void {
    this.#idle.tick(now)
  }

  #logIn(args: readonly unknown[]): void {
    const key = this.#key === undefined ? this.#parts.keys.loggedIn(args) : failure(20001, 'Repeat auth')
    if (!isFailure(key)) this.#key = key
    this.#tell('auth', isFailure(key) ? key : undefined, {})
  }

  #run({ op, args, id, header }: Command, headers: Record<string, string>): unknown | Failure {
    const { keys } = this.#parts
    const key = this.#key
    if (key === undefined) return failure(10003, 'API key is invalid.')
    const given = RequestValues.ofObject(header)
    const late = keys.timely(given?.get('X-BAPI-TIMESTAMP') ?? '', given?.get('X-BAPI-RECV-WINDOW') ?? '5000')
    if (late !== undefined) return late
    if (id !== undefined && this.#requests.has(id)) return failure(20006, 'reqId is duplicated')
    if (id !== undefined) this.#requests.add(id)
    if (this.#requests.size > REQUESTS_REMEMBERED) this.#requests.delete(this.#requests.values().next().value!)
    const values = RequestValues.ofObject(args[0])
    const verb = /^order\.(create|amend|cancel)$/.exec(op)?.[1]
    if (verb === undefined) return failure(10404, 'op type is not found')
    if (values === undefined || args.length !== 1) return failure(10001, 'params error: args')
    const { orders, limits } = this.#parts.market(values)
    const { headers: budget, over } = limits.charge(key.account, `/v5/order/${verb}`)
    Object.assign(headers, budget)
    if (over !== undefined) return over
    if (verb === 'create') return orders.place(key, values)
    return verb === 'amend' ? orders.amend(key, values) : orders.cancel(key, values)
  }

  #tell(op: string, result: unknown, more: object): void {
    const said = isFailure(result) ? result : { retCode: 0, retMsg: 'OK' }
    const data = result === undefined ? {} : { data: isFailure(result) ? {} : result }
    this.#send({ ...more, ...said, op, ...data })
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify({ ...message, connId: this.#id }))
  }
}
