import type { ClientSocket } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import type { AccountReader, AccountTopics } from './account-topics.ts'
import type { ClientKeys } from './client-keys.ts'
import { commandOf, IdleCut, NO_COMMAND, type TimedSession } from './socket-sessions.ts'
import { isFailure } from './venue-failures.ts'

const TOPIC =
  /^(?:(?:order|execution|position)(?:\.(?:spot|linear|inverse|option))?|wallet|greeks|execution\.fast|dcp(?:\.\w+)?)$/

/** What a private socket stands on. */
export interface PrivateParts {
  readonly keys: ClientKeys
  /** Of every market. */
  readonly topics: readonly AccountTopics[]
  /** Milliseconds. */
  now(): number
  /** A socket with cancel on disconnect has opened (1) or closed (-1). */
  onGuard(account: number, change: 1 | -1): void
}

/** A client's socket on the private topics: logged in first, then subscribed. Nothing is told on subscription. */
export class PrivateSession implements TimedSession, AccountReader {
  account = -1
  readonly #parts: PrivateParts
  readonly #socket: ClientSocket
  readonly #id: string
  readonly #names = new Set<string>()
  readonly #idle: IdleCut
  #stop = (): void => {}
  #count = 0

  /** @param id of the connection */
  constructor(parts: PrivateParts, socket: ClientSocket, id: string) {
    this.#parts = parts
    this.#socket = socket
    this.#id = id
    this.#idle = new IdleCut(socket, parts.now())
  }

  onText(text: string): void {
    const now = this.#parts.now()
    this.#idle.heard(now)
    const command = commandOf(text)
    const { op, args, id } = command ?? NO_COMMAND
    if (op === 'ping') this.#send({ req_id: id, op: 'pong', args: [String(now)], conn_id: this.#id })
    else if (op === 'auth') this.#logIn(args, id)
    else if (this.account < 0) this.#reply(false, 'Request not authorized', op.slice(0, 40), id)
    else if (op === 'subscribe' || op === 'unsubscribe') this.#subscribe(op, args, id)
    else this.#reply(false, 'Params Error', op.slice(0, 40), id)
  }

  onRows(topic: string, category: Category, rows: readonly unknown[]): void {
    for (const name of [topic, `${topic}.${category}`]) {
      if (!this.#names.has(name)) continue
      this.#send({ id: `${this.#id}-${++this.#count}`, topic: name, creationTime: this.#parts.now(), data: rows })
    }
  }

  onClosed(): void {
    this.#stop()
    if (this.#isGuarded) this.#parts.onGuard(this.account, -1)
  }

  tick(now: number): void {
    this.#idle.tick(now)
  }

  get #isGuarded(): boolean {
    return [...this.#names].some(name => name.startsWith('dcp'))
  }

  #logIn(args: readonly unknown[], id: string | undefined): void {
    const key = this.#parts.keys.loggedIn(args)
    if (isFailure(key)) {
      this.#reply(false, key.retMsg, 'auth', id)
      this.#socket.close(1000, 'log-in failed')
      return
    }
    this.#stop()
    this.account = key.account
    const stops = this.#parts.topics.map(topics => topics.read(this))
    this.#stop = () => {
      for (const stop of stops) stop()
    }
    this.#reply(true, '', 'auth', id)
  }

  /** Topics of all markets and of one may not be mixed in a request. */
  #subscribe(op: string, args: readonly unknown[], id: string | undefined): void {
    const names = args.filter(name => typeof name === 'string')
    const unknown = names.find(name => !TOPIC.test(name))
    if (names.length === 0 || unknown !== undefined) {
      this.#reply(false, unknown === undefined ? 'Params Error' : `Invalid topic: ${unknown.slice(0, 100)}`, op, id)
      return
    }
    const ofKind = (pattern: RegExp): boolean => names.some(name => pattern.test(name))
    if (ofKind(/^(order|execution|position)$/) && ofKind(/^(order|execution|position)\./)) {
      this.#reply(false, 'Topics of all markets and of one cannot be in one request', op, id)
      return
    }
    const wasGuarded = this.#isGuarded
    for (const name of names) {
      if (op === 'subscribe') this.#names.add(name)
      else this.#names.delete(name)
    }
    if (wasGuarded !== this.#isGuarded) this.#parts.onGuard(this.account, wasGuarded ? -1 : 1)
    this.#reply(true, '', op, id)
  }

  #reply(success: boolean, ret_msg: string, op: string, id: string | undefined): void {
    this.#send({ success, ret_msg, conn_id: this.#id, req_id: id, op })
  }

  #send(message: unknown): void {
    this.#socket.send(JSON.stringify(message))
  }
}
