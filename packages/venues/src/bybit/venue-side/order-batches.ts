import type { ClientKey } from '../../venue-dialect.ts'
import type { Category } from '../frame-fields.ts'
import type { OrderCalls } from './order-calls.ts'
import type { RequestValues } from './request-values.ts'
import { badParameter, type Failure, isFailure, Parted } from './venue-failures.ts'

/** Orders of one request. */
const BATCH_MAX: Readonly<Record<Category, number>> = { linear: 20, spot: 10 }

/** Orders in batches: each is told for itself, in the order of the request, and one that fails stops no other. */
export class OrderBatches {
  readonly #category: Category
  readonly #orders: OrderCalls
  readonly #now: () => number

  /** @param now milliseconds */
  constructor(category: Category, orders: OrderCalls, now: () => number) {
    this.#category = category
    this.#orders = orders
    this.#now = now
  }

  place(key: ClientKey, values: RequestValues): Parted | Failure {
    return this.#each(values, call => this.#orders.place(key, call), { createAt: String(this.#now()) })
  }

  amend(key: ClientKey, values: RequestValues): Parted | Failure {
    return this.#each(values, call => this.#orders.amend(key, call), {})
  }

  cancel(key: ClientKey, values: RequestValues): Parted | Failure {
    return this.#each(values, call => this.#orders.cancel(key, call), {})
  }

  #each(values: RequestValues, run: (call: RequestValues) => unknown | Failure, more: object): Parted | Failure {
    const wrong = values.category(this.#category)
    if (wrong !== undefined) return wrong
    const calls = values.calls('request')
    if (calls.length === 0 || calls.length > BATCH_MAX[this.#category]) return badParameter('request')
    const told = calls.map(call => {
      const result = run(call)
      const [symbol, orderId, orderLinkId] = ['symbol', 'orderId', 'orderLinkId'].map(field => call.get(field) ?? '')
      const names = isFailure(result) ? { orderId, orderLinkId } : (result as object)
      const row = { category: this.#category, symbol, ...names, ...more }
      return [row, isFailure(result) ? { code: result.retCode, msg: result.retMsg } : { code: 0, msg: 'OK' }] as const
    })
    return new Parted({ list: told.map(([row]) => row) }, { list: told.map(([, outcome]) => outcome) })
  }
}
