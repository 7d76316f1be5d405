import type { ClientSocket, SocketRules, SocketSession } from '../../venue-dialect.ts'
import { objectIn } from '../../wire/json-object.ts'
import type { MarketStreams, StreamReader } from './market-streams.ts'

const STREAMS_MAX = 1024
const METHODS: readonly string[] = ['SUBSCRIBE', 'UNSUBSCRIBE', 'SET_PROPERTY', 'GET_PROPERTY']

/** Why a control message was not obeyed: 0 an unknown property, 1 a value that is none, 2 a bad request, 3 no JSON. */
interface ControlError {
  readonly code: number
  readonly msg: string
}
const invalid = (words: string): ControlError => ({ code: 2, msg: `Invalid request: ${words}` })

/** A whole number, a text of at most 36 signs, or null. */
const isId = (id: unknown): boolean =>
  id === null || Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= 36)

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
    const told = isId(id)
      ? this.#told(method, command.params)
      : invalid('id is not an integer or a string of 36 at most')
    this.#socket.send(JSON.stringify('code' in told ? { error: told, id: isId(id) ? id : null } : { ...told, id }))
  }

  #told(method: unknown, params: unknown): { readonly result: unknown } | ControlError {
    if (method === undefined) return invalid('missing field `method` at line 1 column 1')
    if (method === 'LIST_SUBSCRIPTIONS') return { result: [...this.#names] }
    if (!METHODS.includes(String(method))) return invalid(`unknown variant \`${String(method).slice(0, 60)}\``)
    if (!Array.isArray(params)) return invalid('missing field `params` at line 1 column 1')
    if (method === 'GET_PROPERTY' || method === 'SET_PROPERTY') return this.#property(method, params)
    if (!params.every(name => typeof name === 'string')) return invalid('invalid type: expected a string')
    if (method === 'SUBSCRIBE') this.subscribe(params)
    else for (const name of params) this.#drop(name)
    return { result: null }
  }

  #property(method: 'GET_PROPERTY' | 'SET_PROPERTY', [name, value]: readonly unknown[]) {
    if (name !== 'combined') return { code: 0, msg: 'Unknown property' }
    if (method === 'GET_PROPERTY') return { result: this.#isCombined }
    if (typeof value !== 'boolean') return { code: 1, msg: 'Invalid value type: expected Boolean' }
    this.#isCombined = value
    return { result: null }
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
