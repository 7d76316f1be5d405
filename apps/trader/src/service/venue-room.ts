import type { OrderGuard, Wish } from '@velocimex/core/risk/order-guard'
import type { RefusalFigures } from '@velocimex/core/risk/risk-refusal'

const NO_ROOM: RefusalFigures = {
  ...{ reason: 'rate_exceeded', name: 'what the venue takes of orders in a time', scope: {} },
  ...{ value: 0, would: 0, limit: 0, unit: '' },
}

/**
 * Refuses what adds risk while the venue's limit of orders has no room for it: it would be held back behind the journal,
 * and look like an order that failed. What only reduces may use the last of the limit.
 */
export class VenueRoom implements OrderGuard {
  readonly #takesOrders: () => boolean

  constructor(takesOrders: () => boolean) {
    this.#takesOrders = takesOrders
  }

  refusal(_wish: Wish): RefusalFigures | undefined {
    return this.#takesOrders() ? undefined : NO_ROOM
  }

  onApproved(): void {}

  onSettled(): void {}
}
