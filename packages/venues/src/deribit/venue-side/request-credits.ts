/** Requests a second, and how many may come at once: of orders, and of all others. */
const ORDERS = { rate: 5, burst: 20 }
const OTHERS = { rate: 20, burst: 100 }
const BUCKETS_MAX = 2000

/** The credits of each client: they come back with time. */
export class RequestCredits {
  readonly #now: () => number
  readonly #buckets = new Map<string, { left: number; at: number }>()

  /** @param now milliseconds */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Takes the credit of one request. False when there is none left. */
  spend(client: string, isOrder: boolean): boolean {
    const { rate, burst } = isOrder ? ORDERS : OTHERS
    const now = this.#now()
    const bucket = this.#buckets.get(client) ?? { left: burst, at: now }
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * rate)
    const isLeft = left >= 1
    this.#buckets.set(client, { left: isLeft ? left - 1 : left, at: now })
    if (this.#buckets.size > BUCKETS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!)
    return isLeft
  }
}
