import type { QueryResult } from '../order-venue.ts'

/** Orders whose search is remembered between two calls. */
const SEARCHES_MAX = 1000

/**
 * Finds an order by our own id, for which Kraken has no single call. First the open orders are asked, then the closed ones:
 * an order that was in neither had not arrived when the first was answered. So absence takes two answers; in between, the
 * search says that it is not done.
 */
export class OrderSearch {
  /** Ids that were not among the open orders, oldest first. */
  readonly #notOpen = new Set<string>()

  /** The call to make next for an order. */
  next(clientOrderId: string): 'OpenOrders' | 'ClosedOrders' {
    return this.#notOpen.has(clientOrderId) ? 'ClosedOrders' : 'OpenOrders'
  }

  /** The part of the answer in which the orders stand, by the path of the request; undefined when it was not a search. */
  stage(path: string): 'open' | 'closed' | undefined {
    if (path.endsWith('/OpenOrders')) return 'open'
    return path.endsWith('/ClosedOrders') ? 'closed' : undefined
  }

  /** The order was found: the search is over. */
  found(clientOrderId: string): void {
    this.#notOpen.delete(clientOrderId)
  }

  /**
   * The order was not in the answer.
   * @param isEmpty whether the answer held no order at all: then the venue did look for this one
   */
  missed(stage: 'open' | 'closed', clientOrderId: string, isEmpty: boolean): QueryResult<never> {
    this.#notOpen.delete(clientOrderId)
    if (stage === 'closed' && isEmpty)
      return { kind: 'absent', code: 'not found', words: 'neither among the open orders nor among the closed ones' }
    if (stage === 'open') this.#notOpen.add(clientOrderId)
    if (this.#notOpen.size > SEARCHES_MAX) this.#notOpen.delete(this.#notOpen.keys().next().value!)
    const words = stage === 'open' ? 'not among the open orders: ask once more' : 'the closed orders are not of this id'
    return { kind: 'failed', advice: 'query', code: `not ${stage}`, words }
  }
}
