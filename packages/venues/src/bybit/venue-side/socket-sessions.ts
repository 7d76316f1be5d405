import type { ClientSocket, SocketSession } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import type { MarketTopics, TopicReader } from './market-topics.ts'

/** A socket that sends nothing for so long is cut. */
const IDLE_MS = 600_000
const TOPICS_MAX = 1000
const SPOT_ARGS_MAX = 10
const ARGS_LENGTH_MAX = 21_000

/** A command of a client. */
export interface Command {
  readonly op: string
  readonly args: readonly unknown[]
  /** `req_id` of the streams, `reqId` of order entry. */
  readonly id: string | undefined
  readonly header: unknown
}

/** What a text without a command is taken for: it is answered as a wrong one. */
export const NO_COMMAND: Command = { op: '', args: [], id: undefined, header: undefined }

/** The command in a text; undefined when it is none. */
export function commandOf(text: string): Command | undefined {
  try {
    const { op, args, req_id, reqId, header } = JSON.parse(text)
    const id = req_id ?? reqId
    if (typeof op !== 'string') return undefined
    // Some clients number their commands; the venue tells every id as a text.
    const isId = typeof id === 'string' || typeof id === 'number'
    return { op, args: Array.isArray(args) ? args : [], id: isId ? String(id) : undefined, header }
  } catch {
    return undefined
  }
}

/** A session that can be told that time has passed. */
export interface TimedSession extends SocketSession {
  /** @param now milliseconds */
  tick(now: number): void
}

/** Cuts a socket that nothing has come from for ten minutes. */
export class IdleCut {
  readonly #socket: ClientSocket
  #heardAt: number

  constructor(socket: ClientSocket, now: number) {
    this.#socket = socket
    this.#heardAt = now
  }

  heard(now: number): void {
    this.#heardAt = now
  }

  tick(now: number): void {
    if (now - this.#heardAt < IDLE_MS) return
    this.#heardAt = now
    this.#socket.close(1000, 'idle')
  }
}

/** A client's socket on the public topics of one market. */
export class PublicSession implements TimedSession, TopicReader {
  readonly #category: Category
  readonly #socket: ClientSocket
  readonly #topics: MarketTopics
  readonly #id: string
  readonly #names = new Set<string>()
  readonly #idle: IdleCut
  readonly #now: () => number

  /** @param id of the connection @param now milliseconds */
  constructor(category: Category, socket: ClientSocket, topics: MarketTopics, id: string, now: () => number) {
    this.#category = category
    this.#socket = socket
    this.#topics = topics
    this.#id = id
    this.#now = now
    this.#idle = new IdleCut(socket, now())
  }

  onText(text: string): void {
    this.#idle.heard(this.#now())
    const { op, args, id } = commandOf(text) ?? NO_COMMAND
    if (op === 'ping') this.#reply(true, 'pong', op, id)
    else if (op !== 'subscribe' && op !== 'unsubscribe') this.#reply(false, 'Params Error', op.slice(0, 40), id)
    else this.#change(op, args, id)
  }

  #change(op: 'subscribe' | 'unsubscribe', args: readonly unknown[], id: string | undefined): void {
    const names = args.filter(name => typeof name === 'string')
    const wrong = op === 'subscribe' ? this.#wrong(names, args.length) : undefined
    // The answer comes ahead of the snapshots.
    this.#reply(wrong === undefined, wrong ?? (this.#category === 'spot' ? op : ''), op, id)
    if (wrong !== undefined) return
    for (const name of names) {
      if (op === 'subscribe') {
        this.#names.add(name)
        this.#topics.subscribe(name, this)
      } else this.#drop(name)
    }
  }

  onMessage(message: unknown): void {
    this.#socket.send(JSON.stringify(message))
  }

  onClosed(): void {
    for (const name of this.#names) this.#drop(name)
  }

  tick(now: number): void {
    this.#idle.tick(now)
  }

  /** Why a request is refused as a whole. */
  #wrong(names: readonly string[], count: number): string | undefined {
    if (names.length === 0 || names.length !== count) return 'Params Error'
    if (this.#category === 'spot' && count > SPOT_ARGS_MAX) return `args size >${SPOT_ARGS_MAX}`
    const length = [...this.#names, ...names].join('').length
    if (length > ARGS_LENGTH_MAX || this.#names.size + count > TOPICS_MAX) return 'args length exceeds the limit'
    const unknown = names.find(name => !this.#topics.knows(name))
    return unknown === undefined ? undefined : `Invalid topic: ${unknown.slice(0, 100)}`
  }

  #drop(name: string): void {
    this.#names.delete(name)
    this.#topics.unsubscribe(name, this)
  }

  /** Spot leaves out an id that was not sent, linear tells it empty. */
  #reply(success: boolean, ret_msg: string, op: string, id: string | undefined): void {
    const req_id = id ?? (this.#category === 'linear' ? '' : undefined)
    this.#socket.send(JSON.stringify({ success, ret_msg, conn_id: this.#id, req_id, op }))
  }
}
