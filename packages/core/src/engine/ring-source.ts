import type { RingConsumer } from '../bus/ring.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { MarketSource } from './market-source.ts'

/** Records per release of the cursor. */
const BATCH = 256

/** A ring as a source of the engine: what is published comes, and while nothing is there `at` is Infinity. */
export class RingSource implements MarketSource {
  readonly record: EventRecord
  sequence = -1
  readonly #consumer: RingConsumer
  #held = false
  #at = Number.NEGATIVE_INFINITY
  #unreleased = 0

  constructor(consumer: RingConsumer) {
    this.#consumer = consumer
    this.record = consumer.record
  }

  get at(): number {
    if (!this.#held && !this.#pull()) return Number.POSITIVE_INFINITY
    return this.#at
  }

  advance(): void {
    this.#held = false
    if (++this.#unreleased < BATCH) return
    this.#consumer.release()
    this.#unreleased = 0
  }

  #pull(): boolean {
    if (!this.#consumer.next()) {
      if (this.#unreleased > 0) this.#consumer.release()
      this.#unreleased = 0
      return false
    }
    this.#held = true
    this.sequence++
    this.#at = Math.max(this.#at, this.record.receiveTime)
    return true
  }
}
