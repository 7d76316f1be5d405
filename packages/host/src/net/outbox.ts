/** How many frames we may send on one connection in a length of time; leave some for the pongs that the socket sends. */
export interface SendRule {
  readonly count: number
  readonly perMs: number
}

const WAITING_MAX = 4_096

/** Frames of one connection that wait for their turn: in no window more than the venue takes. No I/O, no clock. */
export class Outbox {
  readonly #rule: SendRule
  /** Instants of the last `count` frames, oldest first. */
  readonly #sent: number[] = []
  /** A text, or undefined for a ping. */
  readonly #waiting: (string | undefined)[] = []

  constructor(rule: SendRule) {
    this.#rule = rule
  }

  /** When the next frame may go, in microseconds; Infinity when none waits. */
  get nextAt(): number {
    return this.#waiting.length === 0 ? Number.POSITIVE_INFINITY : this.#allowedAt
  }

  get #allowedAt(): number {
    return this.#sent.length < this.#rule.count ? 0 : this.#sent[0]! + this.#rule.perMs * 1000
  }

  /** Puts a text behind the others. @returns false when too many wait: the venue takes fewer than we say */
  put(text: string): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false
    this.#waiting.push(text)
    return true
  }

  /** Puts a heartbeat before the others. @param text undefined for a ping */
  putFirst(text: string | undefined): void {
    this.#waiting.unshift(text)
  }

  /** Hands over what may go at an instant, in order. */
  flush(now: number, send: (text: string | undefined) => void): void {
    while (this.#waiting.length > 0 && now >= this.#allowedAt) {
      if (this.#sent.push(now) > this.#rule.count) this.#sent.shift()
      send(this.#waiting.shift())
    }
  }
}
