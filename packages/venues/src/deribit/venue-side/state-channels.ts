import type { Exchange } from '@velocimex/core/exchange/exchange'
import { OpenWatch } from '../../open-watch.ts'
import { priceIndexOf } from '../price-index.ts'

const LOCKS = 'platform_state'
const LIVES = /^instrument\.state\.(future|option|spot|future_combo|option_combo|combo|any)\.[A-Za-z]{2,10}$/
const CHANNELS_MAX = 50

/**
 * The channels of one socket that tell what is traded. A halt is a lock of the index that an instrument is priced by, as
 * it is in an incident at the venue; nothing is listed and nothing expires, so `instrument.state` has nothing to tell.
 */
export class StateChannels {
  readonly #send: (channel: string, data: unknown) => void
  readonly #watch: OpenWatch
  readonly #exchange: Exchange
  readonly #names = new Set<string>()

  constructor(exchange: Exchange, send: (channel: string, data: unknown) => void) {
    this.#exchange = exchange
    this.#send = send
    this.#watch = new OpenWatch(exchange)
  }

  /** Whether it is a channel of this kind, which is then subscribed. What holds already is not told. */
  add(name: string): boolean {
    if ((name !== LOCKS && !LIVES.test(name)) || this.#names.size >= CHANNELS_MAX) return false
    this.#names.add(name)
    return true
  }

  drop(name: string): void {
    this.#names.delete(name)
  }

  clear(): void {
    this.#names.clear()
  }

  /** Notifies of locks and of their ends. */
  tick(): void {
    for (const { symbol, index } of this.#watch.changes())
      if (this.#names.has(LOCKS))
        this.#send(LOCKS, { price_index: priceIndexOf(symbol), locked: !this.#exchange.isOpen[index] })
  }
}
