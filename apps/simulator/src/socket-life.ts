import type { SocketRules } from '@velocimex/venues/venue-dialect'

/** What a socket's life is lived on. */
export interface LivingSocket {
  ping(): void
  close(code: number, reason: string): void
}

const SECOND_MS = 1000

/** Keeps a venue's rules of a connection: pings that must be answered, messages that are too many, the longest life. */
export class SocketLife {
  readonly #rules: SocketRules
  readonly #socket: LivingSocket
  readonly #bornAt: number
  #pingedAt: number
  #isAwaitingPong = false
  #second = 0
  #messages = 0

  /** @param now the venue's instant, milliseconds */
  constructor(rules: SocketRules, socket: LivingSocket, now: number) {
    this.#rules = rules
    this.#socket = socket
    this.#bornAt = now
    this.#pingedAt = now
  }

  /**
   * The client sent a message, a ping or a pong.
   * @returns false when it was one too many: the connection is ended, and the message is not to be read
   */
  heard(now: number): boolean {
    const second = Math.floor(now / SECOND_MS)
    this.#messages = second === this.#second ? this.#messages + 1 : 1
    this.#second = second
    if (this.#messages <= (this.#rules.messagesPerSecond ?? Number.POSITIVE_INFINITY)) return true
    this.#socket.close(1008, 'Too many requests')
    return false
  }

  /** The client answered a ping. */
  ponged(): void {
    this.#isAwaitingPong = false
  }

  /** Time has passed. @param now the venue's instant, milliseconds */
  tick(now: number): void {
    const { pingEveryMs, pongWithinMs = Number.POSITIVE_INFINITY, lifeMs = Number.POSITIVE_INFINITY } = this.#rules
    if (now - this.#bornAt >= lifeMs) this.#socket.close(1001, 'The connection has lived its longest')
    else if (this.#isAwaitingPong && now - this.#pingedAt >= pongWithinMs) this.#socket.close(1008, 'Pong timeout')
    else if (pingEveryMs !== undefined && now - this.#pingedAt >= pingEveryMs && !this.#isAwaitingPong) {
      this.#pingedAt = now
      this.#isAwaitingPong = true
      this.#socket.ping()
    }
  }
}
