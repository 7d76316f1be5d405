import type { Micros } from '@velocimex/core/clock/micros'
import type { Random } from '@velocimex/core/clock/random'
import { Backoff } from '@velocimex/host/net/backoff'
import { Repeats } from '@velocimex/host/net/repeats'
import type { Timers } from '@velocimex/host/net/timers'
import type { PrivateMessage, PrivateStream, VenueAnswer, VenueRequest } from '@velocimex/venues/order-venue'
import { WebSocket } from 'ws'

const OPEN_MS = 10_000
const PING_MS = 10_000
/** From an open socket to the answer to a log-in, microseconds. */
const LOG_IN_US = 10_000_000
const FRAME_MAX = 4 << 20
/** Bytes that may wait to be sent while more is written. */
const BACKLOG_MAX = 1 << 16

/** Told what the private stream says, and when it may have missed something. */
export interface PrivateListener {
  onMessage(message: PrivateMessage): void
  /** The stream is up, or was silent for too long: what it may have missed must be asked for. */
  onUp(): void
  onDown(words: string): void
}

/** What a link is made of. */
export interface PrivateLinkParts {
  readonly stream: PrivateStream
  /** `wss://host:port` of the venue's private address. */
  readonly sockets: string
  send(request: VenueRequest): Promise<VenueAnswer | string>
  /** The venue's instant. */
  now(): Micros
  readonly timers: Timers
  readonly random: Random
  readonly listener: PrivateListener
}

/**
 * The private stream of an account: logs in, renews, reconnects with growing waits, and doubts a silence. It is never
 * trusted to be complete: whenever it comes up, everything is asked for.
 */
export class PrivateLink {
  readonly #parts: PrivateLinkParts
  readonly #backoff: Backoff
  #socket: WebSocket | undefined
  #token = ''
  #heardAt = 0
  #openedAt = 0
  #isStopped = false
  /** Of the socket that is open. */
  #repeats: Repeats | undefined
  #takeBack: () => void = () => {}

  constructor(parts: PrivateLinkParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.random)
  }

  /** Whether it is logged in. */
  isUp = false

  start(): void {
    void this.#open()
  }

  stop(): void {
    this.#isStopped = true
    this.#repeats?.stop()
    this.#takeBack()
    this.#socket?.terminate()
  }

  /** Writes a frame of the caller's own. @returns false where not a byte of it left, nor will */
  send(frame: string): boolean {
    const socket = this.#socket
    // What the network does not take is not put behind it: an order that waits there would be sent late.
    if (!this.isUp || socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > BACKLOG_MAX) return false
    socket.send(frame)
    return true
  }

  /** Drops the socket and connects anew. */
  reconnect(): void {
    this.#socket?.terminate()
  }

  async #open(): Promise<void> {
    const { stream, sockets, now } = this.#parts
    const request = stream.token(now())
    if (request !== undefined) {
      const answer = await this.#parts.send(request)
      if (this.#isStopped) return
      if (typeof answer === 'string' || answer.status !== 200) {
        this.#retry(`no token: ${typeof answer === 'string' ? answer : `HTTP ${answer.status}`}`)
        return
      }
      this.#token = answer.body
    }
    const socket = new WebSocket(sockets + stream.path(this.#token), {
      handshakeTimeout: OPEN_MS,
      maxPayload: FRAME_MAX,
      perMessageDeflate: false,
    })
    this.#socket = socket
    socket.on('error', () => {}) // A close follows, with the reason.
    socket.on('open', () => this.#opened(socket))
    socket.on('message', bytes => this.#heard(bytes.toString()))
    socket.on('pong', () => (this.#heardAt = this.#parts.timers.now()))
    socket.on('close', (code, reason) => {
      if (socket === this.#socket) this.#retry(`closed ${code} ${String(reason)}`.trim())
    })
  }

  #opened(socket: WebSocket): void {
    const { stream, now, timers } = this.#parts
    this.#heardAt = timers.now()
    this.#openedAt = this.#heardAt
    const hello = stream.hello(this.#token, now())
    for (const frame of hello) socket.send(frame)
    if (hello.length === 0) this.#up()
    const repeats = new Repeats(timers)
    this.#repeats = repeats
    repeats.every(PING_MS, () => this.#watch(socket))
    const { renewal } = stream
    if (renewal === undefined) return
    repeats.every(renewal.every / 1000, () => {
      for (const frame of renewal.frames?.(now()) ?? []) socket.send(frame)
      const request = renewal.request?.(this.#token, now())
      if (request !== undefined) void this.#renew(request, socket)
    })
  }

  /** A renewal that is refused means a session that is over. */
  async #renew(request: VenueRequest, socket: WebSocket): Promise<void> {
    const answer = await this.#parts.send(request)
    if (typeof answer !== 'string' && answer.status >= 400 && answer.status < 500) socket.terminate()
  }

  #watch(socket: WebSocket): void {
    if (socket.readyState !== socket.OPEN) return
    socket.ping()
    const { silence } = this.#parts.stream
    const now = this.#parts.timers.now()
    const isLost = !this.isUp && now - this.#openedAt > LOG_IN_US // Its answer will not come any more.
    if (isLost || now - this.#heardAt > silence) socket.terminate()
  }

  #heard(text: string): void {
    this.#heardAt = this.#parts.timers.now()
    for (const message of this.#parts.stream.read(text)) {
      if (message.kind === 'ready') this.#up()
      else if (message.kind === 'send') for (const frame of message.frames) this.#socket?.send(frame)
      else if (message.kind === 'expired') this.#socket?.terminate()
      else if (message.kind === 'damaged') this.#parts.listener.onUp()
      // A log-in that was refused, for a clock that has been set since, is tried again.
      else if (message.kind === 'refused' && !this.isUp) this.#socket?.terminate()
      this.#parts.listener.onMessage(message)
    }
  }

  #up(): void {
    this.isUp = true
    this.#backoff.reset()
    this.#parts.listener.onUp()
  }

  #retry(words: string): void {
    this.isUp = false
    this.#socket = undefined
    this.#repeats?.stop()
    if (this.#isStopped) return
    this.#parts.listener.onDown(words)
    this.#takeBack = this.#parts.timers.after(this.#backoff.next(), () => void this.#open())
  }
}
