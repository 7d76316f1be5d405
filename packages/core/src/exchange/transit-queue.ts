import { assert } from '../assert.ts'

/**
 * Messages on their way over one connection: each has an instant of arrival, and none overtakes another. First in, first
 * out; bounded.
 */
export class TransitQueue<Message> {
  /**
   * Instant at which the next message arrives; Infinity when none is under way. To be read only: a field, because the
   * engine asks at every step, and what a getter answers is boxed where it is not inlined.
   */
  nextAt = Number.POSITIVE_INFINITY
  readonly #capacity: number
  #messages: { readonly at: number; readonly message: Message }[] = []
  #head = 0
  #last = Number.NEGATIVE_INFINITY

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Messages under way. */
  get count(): number {
    return this.#messages.length - this.#head
  }

  /** Sends a message that would arrive at an instant, or right behind the one before it. */
  send(at: number, message: Message): void {
    assert(this.count < this.#capacity, 'messages under way stay below the capacity', this.#capacity)
    this.#last = Math.max(this.#last, at)
    if (this.count === 0) this.nextAt = this.#last
    this.#messages.push({ at: this.#last, message })
  }

  /** Takes the message that arrives next. */
  take(): Message {
    assert(this.count > 0, 'a message is under way', this.count)
    const { message } = this.#messages[this.#head++]!
    if (this.#head > 1024 && this.#head * 2 > this.#messages.length) {
      this.#messages = this.#messages.slice(this.#head)
      this.#head = 0
    }
    this.nextAt = this.#messages[this.#head]?.at ?? Number.POSITIVE_INFINITY
    return message
  }
}
