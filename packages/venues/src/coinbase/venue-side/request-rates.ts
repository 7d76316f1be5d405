import type { Clock } from '@velocimex/core/clock/clock'

/** Requests a second of one key, and of everybody without one. */
const PRIVATE_RATE = 30
const PUBLIC_RATE = 10
const KEYS_MAX = 1000

/** What a request did to the budget. */
export interface Charge {
  readonly headers: Readonly<Record<string, string>>
  readonly isOver: boolean
}

/** Counts requests by key and second, as the headers of the answers tell. */
export class RequestRates {
  readonly #clock: Clock
  readonly #used = new Map<string, { second: number; count: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param apiKey empty for requests without one */
  charge(apiKey: string): Charge {
    const second = Math.floor(this.#clock.now() / 1e6)
    const limit = apiKey === '' ? PUBLIC_RATE : PRIVATE_RATE
    const known = this.#used.get(apiKey)
    const count = known?.second === second ? known.count + 1 : 1
    this.#used.set(apiKey, { second, count })
    if (this.#used.size > KEYS_MAX) this.#used.delete(this.#used.keys().next().value!)
    const headers = {
      ...{ 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(Math.max(0, limit - count)) },
      'x-ratelimit-reset': '1',
    }
    return { headers, isOver: count > limit }
  }
}
