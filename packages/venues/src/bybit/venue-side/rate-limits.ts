import type { Clock } from '@velocimex/core/clock/clock'
import type { Category } from '../frame-fields.ts'
import { type Failure, failure } from './venue-failures.ts'

/** Calls a second of one account, by endpoint; all others have `USUAL`. */
const LIMITS: Readonly<Record<Category, Readonly<Record<string, number>>>> = {
  linear: {
    ...{ '/v5/order/create': 10, '/v5/order/amend': 10, '/v5/order/cancel': 10, '/v5/order/cancel-all': 10 },
    ...{ '/v5/order/create-batch': 10, '/v5/order/amend-batch': 10, '/v5/order/cancel-batch': 10 },
    ...{ '/v5/position/set-leverage': 10, '/v5/position/switch-mode': 10, '/v5/account/fee-rate': 5 },
    ...{ '/v5/account/set-margin-mode': 5, '/v5/order/disconnected-cancel-all': 5, '/v5/user/query-api': 10 },
  },
  spot: {
    ...{ '/v5/order/create': 20, '/v5/order/amend': 10, '/v5/order/cancel': 20, '/v5/order/cancel-all': 20 },
    ...{ '/v5/order/create-batch': 20, '/v5/order/amend-batch': 20, '/v5/order/cancel-batch': 20 },
    ...{ '/v5/account/fee-rate': 5, '/v5/account/set-margin-mode': 5, '/v5/order/disconnected-cancel-all': 5 },
    '/v5/user/query-api': 10,
  },
}
const USUAL = 50
const SECOND_MS = 1000
/** What the headers of an answer tell of a budget. */
export interface BudgetUse {
  readonly headers: Readonly<Record<string, string>>
  readonly over?: Failure
}

/** Counts requests against the venue's limits, in rolling windows. */
export class RateLimits {
  readonly #limits: Readonly<Record<string, number>>
  readonly #clock: Clock
  readonly #calls = new Map<string, number[]>()

  constructor(category: Category, clock: Clock) {
    this.#limits = LIMITS[category]
    this.#clock = clock
  }

  /** Charges a call of an account. @param count orders of a batch, which count one by one */
  charge(account: number, path: string, count = 1): BudgetUse {
    const now = this.#now()
    const limit = this.#limits[path] ?? USUAL
    const key = `${account} ${path}`
    const calls = (this.#calls.get(key) ?? []).filter(at => at > now - SECOND_MS)
    const isOver = calls.length + count > limit
    if (!isOver) for (let at = 0; at < count; at++) calls.push(now)
    this.#calls.set(key, calls)
    const headers = {
      'X-Bapi-Limit': String(limit),
      'X-Bapi-Limit-Status': String(limit - calls.length),
      'X-Bapi-Limit-Reset-Timestamp': String((calls[0] ?? now) + SECOND_MS),
    }
    return isOver ? { headers, over: failure(10006, 'Too many visits. Exceeded the API Rate Limit.') } : { headers }
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000)
  }
}
