import { type Failure, failure } from './venue-failures.ts'

const WINDOW_MS = 2000
/** Single calls, and orders in batches, of one kind, account and instrument in a window. */
const SINGLE_MAX = 60
const BATCHED_MAX = 300
/** New and amended orders of an account in a window. */
const ACCOUNT_MAX = 1000
const COUNTS_MAX = 10_000

/** What is counted: each kind has a budget of its own, and a batch another one; REST and sockets share them. */
export type RateKind = 'place' | 'cancel' | 'amend'

/** The limits of trading: by account and instrument, and by account. */
export class OrderRates {
  readonly #counts = new Map<string, { readonly window: number; count: number }>()

  /** Counts an order. @returns the error when it is one too many */
  charge(kind: RateKind, isBatch: boolean, account: number, symbol: string, now: number): Failure | undefined {
    const most = isBatch ? BATCHED_MAX : SINGLE_MAX
    if (this.#add(`${kind} ${isBatch} ${account} ${symbol}`, now) > most)
      return failure('50011', 'Too Many Requests', 429)
    if (kind === 'cancel' || this.#add(`${account}`, now) <= ACCOUNT_MAX) return undefined
    return failure('50061', 'Sub-account rate limit exceeded. Please try again later.', 429)
  }

  #add(name: string, now: number): number {
    const window = Math.floor(now / WINDOW_MS)
    const known = this.#counts.get(name)
    if (known?.window === window) return ++known.count
    if (this.#counts.size >= COUNTS_MAX) this.#counts.clear()
    this.#counts.set(name, { window, count: 1 })
    return 1
  }
}
