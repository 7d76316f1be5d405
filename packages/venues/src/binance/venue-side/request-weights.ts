import type { Clock } from '@velocimex/core/clock/clock'
import type { Dialect } from '../frame-fields.ts'
import { type Failure, failure } from './venue-failures.ts'

/** Limits of the documents: weight a minute for the address; orders for the account. */
const LIMITS = {
  spot: { weight: 6000, orders: { '10S': 50, '1D': 160_000 } },
  usdm: { weight: 2400, orders: { '10S': 300, '1M': 1200 } },
} as const
/** Windows as the WebSocket API names them. */
const INTERVALS: Readonly<Record<string, readonly [type: string, interval: string, intervalNum: number]>> = {
  weight: ['REQUEST_WEIGHT', 'MINUTE', 1],
  '10S': ['ORDERS', 'SECOND', 10],
  '1M': ['ORDERS', 'MINUTE', 1],
  '1D': ['ORDERS', 'DAY', 1],
}
const WINDOW_MS: Readonly<Record<string, number>> = { weight: 60_000, '10S': 10_000, '1M': 60_000, '1D': 86_400_000 }
/** Requests over the limit that are borne before the address is banned, and for how long. */
const PATIENCE = 10
const BAN_MS = 120_000

/** Counts requests against the venue's limits, in fixed windows of the calendar. */
export class RequestWeights {
  readonly #limits: (typeof LIMITS)[Dialect]
  readonly #clock: Clock
  readonly #counts = new Map<string, { window: number; count: number }>()
  #bannedUntil = 0
  #ignored = 0

  constructor(dialect: Dialect, clock: Clock) {
    this.#limits = LIMITS[dialect]
    this.#clock = clock
  }

  /** As after a long rest: nothing is counted, and nobody banned. */
  forget(): void {
    this.#counts.clear()
    this.#bannedUntil = 0
    this.#ignored = 0
  }

  /** Charges a request. @returns the error and the headers when it is over a limit */
  charge(weight: number, orders: number): { readonly headers: Record<string, string>; readonly over?: Failure } {
    const now = this.#now()
    if (now < this.#bannedUntil) return this.#banned(now)
    const used = this.#add('weight', WINDOW_MS['weight']!, weight)
    const headers: Record<string, string> = { 'X-MBX-USED-WEIGHT-1M': String(used), 'X-MBX-USED-WEIGHT': String(used) }
    if (used > this.#limits.weight) {
      if (++this.#ignored > PATIENCE) {
        this.#bannedUntil = now + BAN_MS
        return this.#banned(now)
      }
      const wait = String(60 - (Math.floor(now / 1000) % 60))
      const msg = `Too much request weight used; current limit is ${this.#limits.weight} request weight per 1 MINUTE.`
      return { headers: { ...headers, 'Retry-After': wait }, over: failure(-1003, msg, 429) }
    }
    this.#ignored = 0
    if (orders === 0) return { headers }
    for (const [name, limit] of Object.entries(this.#limits.orders)) {
      const count = this.#add(name, WINDOW_MS[name]!, orders)
      headers[`X-MBX-ORDER-COUNT-${name}`] = String(count)
      if (count > limit) {
        const wait = String(Math.ceil((WINDOW_MS[name]! - (now % WINDOW_MS[name]!)) / 1000))
        return { headers: { ...headers, 'Retry-After': wait }, over: failure(-1015, 'Too many new orders.', 429) }
      }
    }
    return { headers }
  }

  /** The windows as the WebSocket API tells them behind every answer. @param withOrders those of orders too */
  told(withOrders: boolean): readonly object[] {
    const weight = this.#toldOf('weight', this.#limits.weight)
    return withOrders ? [weight, ...this.toldOrders()] : [weight]
  }

  /** The windows in which orders are counted. */
  toldOrders(): readonly object[] {
    return Object.entries(this.#limits.orders).map(([name, limit]) => this.#toldOf(name, limit))
  }

  #toldOf(name: string, limit: number): object {
    const [rateLimitType, interval, intervalNum] = INTERVALS[name]!
    return { rateLimitType, interval, intervalNum, limit, count: this.#add(name, WINDOW_MS[name]!, 0) }
  }

  #banned(now: number): { readonly headers: Record<string, string>; readonly over: Failure } {
    const msg = `Way too much request weight used; IP banned until ${this.#bannedUntil}. Please use the websocket for live updates to avoid bans.`
    return {
      headers: { 'Retry-After': String(Math.ceil((this.#bannedUntil - now) / 1000)) },
      over: failure(-1003, msg, 418),
    }
  }

  #add(name: string, length: number, amount: number): number {
    const window = Math.floor(this.#now() / length)
    const count = this.#counts.get(name)
    const sum = (count?.window === window ? count.count : 0) + amount
    this.#counts.set(name, { window, count: sum })
    return sum
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}
