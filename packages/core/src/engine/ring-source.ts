import type { RingConsumer } from '../bus/ring.ts'
import type { EventRecord } from '../market/event-record.ts'
import type { MarketSource } from './market-source.ts'

/** Records per release of the cursor. */
const BATCH = 256

/** A ring as a source of the engine: what is published comes, and while nothing is there `at` is Infinity. */
export class RingSource implements MarketSource {
  readonly record: EventRecord
  sequence = -1
  /** A field and not a getter: an instant that a call answers is boxed, which is garbage at every look. */
  at = Number.POSITIVE_INFINITY
  readonly #consumer: RingConsumer
  #latest = Number.NEGATIVE_INFINITY
  #unreleased = 0

  constructor(consumer: RingConsumer) {
    this.#consumer = consumer
    this.record = consumer.record
  }

  advance(): void {
    if (++this.#unreleased === BATCH) this.#release()
    this.refresh()
  }

  refresh(): void {
    if (!this.#consumer.next()) {
      this.at = Number.POSITIVE_INFINITY
      if (this.#unreleased > 0) this.#release()
      return
    }
    this.sequence++
    this.#latest = Math.max(this.#latest, this.record.receiveTime)
    this.at = this.#latest
  }

  #release(): void {
    this.#consumer.release()
    this.#unreleased = 0
  }
}
