import type { Lots, Ticks } from '@velocimex/core/market/units'

/** Orders that are remembered; the oldest is forgotten first. */
const ORDERS_MAX = 20_000

/** What the user channel has told of an order so far. */
export interface RememberedOrder {
  readonly clientOrderId: string
  readonly cumulative: Lots
  /** Total quantity; undefined until told. */
  readonly quantity: Lots | undefined
  readonly price: Ticks | undefined
  readonly status: string
  /** Executions, their value in 1e-16 of quote money, fees in the same unit. */
  readonly count: number
  readonly value: bigint
  readonly fees: bigint
  /** Keys of the executions told, each as often as it occurred; undefined when the first were not seen. */
  readonly executions: readonly string[] | undefined
}

/**
 * Orders by the venue's ids, and the venue's ids by ours. The user channel tells sums and no executions, and cancels want
 * the venue's id: both need what came before. Bounded; a forgotten order is asked for.
 */
export class OrderMemory {
  readonly #orders = new Map<string, RememberedOrder>()
  readonly #venueIds = new Map<string, string>()

  order(venueOrderId: string): RememberedOrder | undefined {
    return this.#orders.get(venueOrderId)
  }

  /** The venue's id of an order of ours; empty when it is not known. */
  venueId(clientOrderId: string): string {
    return this.#venueIds.get(clientOrderId) ?? ''
  }

  /** Keeps the venue's id of an order of ours. */
  name(clientOrderId: string, venueOrderId: string): void {
    if (clientOrderId === '' || venueOrderId === '') return
    this.#venueIds.delete(clientOrderId)
    this.#venueIds.set(clientOrderId, venueOrderId)
    if (this.#venueIds.size > ORDERS_MAX) this.#venueIds.delete(this.#venueIds.keys().next().value!)
  }

  keep(venueOrderId: string, order: RememberedOrder): void {
    this.name(order.clientOrderId, venueOrderId)
    this.#orders.delete(venueOrderId)
    this.#orders.set(venueOrderId, order)
    if (this.#orders.size > ORDERS_MAX) this.#orders.delete(this.#orders.keys().next().value!)
  }
}

/**
 * Name of an execution that the user channel's sums and the list of fills both yield: the channel tells no trade ids.
 * @param earlier keys of the executions of this order before it
 */
export function executionKey(venueOrderId: string, price: Ticks, quantity: Lots, earlier: readonly string[]): string {
  const key = `${venueOrderId}/${quantity}x${price}`
  const alike = earlier.filter(each => each === key || each.startsWith(`${key}/`)).length
  return alike === 0 ? key : `${key}/${alike}`
}
