import type { Clock } from '@velocimex/core/clock/clock'

/** Requests of one address in a window, and how long it is shut out beyond them. */
const LIMIT = { requests: 600, windowMs: 5000, banMs: 600_000 } as const

/** Counts the requests of an address, of whatever kind: the simulation has only one. */
export class AddressLimit {
  readonly #clock: Clock
  readonly #requests: number[] = []
  #bannedUntil = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the address may ask; every request that is let in counts. */
  admits(): boolean {
    const now = Math.floor(this.#clock.now() / 1000)
    if (now < this.#bannedUntil) return false
    const requests = this.#requests
    while (requests.length > 0 && requests[0]! <= now - LIMIT.windowMs) requests.shift()
    requests.push(now)
    if (requests.length > LIMIT.requests) this.#bannedUntil = now + LIMIT.banMs
    return now >= this.#bannedUntil
  }
}
