import type { ClientSocket, SocketRules, SocketSession } from '../../venue-dialect.ts'
import { objectIn } from '../../wire/json-object.ts'
import type { MarketStreams, StreamReader } from './market-streams.ts'

const STREAMS_MAX = 1024

/** A client's socket on the market streams: names come with the address or with SUBSCRIBE. */
export class StreamSession implements SocketSession, StreamReader {
  readonly rules: SocketRules
  readonly #socket: ClientSocket
  readonly #streams: MarketStreams
  readonly #names = new Set<string>()
  readonly #mayRead: (stream: string) => boolean
  #isCombined: boolean

  /** @param mayRead whether the address carries a stream; others are subscribed in silence, as the venue does it */
  constructor(
    socket: ClientSocket,
    rules: SocketRules,
    streams: MarketStreams,
    isCombined: boolean,
    mayRead: (stream: string) => boolean,
  ) {
    this.#socket = socket
    this.rules = rules
    this.#streams = streams
    this.#isCombined = isCombined
    this.#mayRead = mayRead
  }

  subscribe(names: readonly string[]): void {
    for (const name of names) {
      if (this.#names.size >= STREAMS_MAX) return
      this.#names.add(name)
      if (this.#mayRead(name)) this.#streams.subscribe(name, this)
    }
  }

  onEvent(stream: string, event: unknown): void {
    this.#socket.send(JSON.stringify(this.#isCombined ? { stream, data: event } : event))
  }

  onText(text: string): void {
    const command = commandIn(text)
    if (command === undefined) {
      this.#socket.send('{"error":{"code":3,"msg":"Invalid JSON: expected value at line 1 column 1"}}')
      return
    }
    const { method, id = null } = command
    const params = Array.isArray(command.params) ? command.params : []
    const names = params.filter(name => typeof name === 'string')
    let result: unknown = null
    if (method === 'SUBSCRIBE') this.subscribe(names)
    else if (method === 'UNSUBSCRIBE') for (const name of names) this.#drop(name)
    else if (method === 'SET_PROPERTY') this.#isCombined = params[1] === true
    else if (method === 'LIST_SUBSCRIPTIONS') result = [...this.#names]
    else {
      const error = { code: 2, msg: `Invalid request: unknown variant ${String(method).slice(0, 60)}` }
      this.#socket.send(JSON.stringify({ error, id }))
      return
    }
    this.#socket.send(JSON.stringify({ result, id }))
  }

  onClosed(): void {
    for (const name of this.#names) this.#drop(name)
  }

  #drop(name: string): void {
    this.#names.delete(name)
    this.#streams.unsubscribe(name, this)
  }
}

/** A command of a client; undefined when the text is no JSON object. */
export const commandIn = (text: string): { method?: unknown; params?: unknown; id?: unknown } | undefined =>
  objectIn(text)
