import type { OrderRoute } from '@velocimex/core/engine/strategy-desk'
import type { LiveOrderDesk } from '@velocimex/core/execution/live-order-desk'

/** The route of strategies to a live desk; what the desk refuses is told to them as the reason. */
export function deskRoute(desk: LiveOrderDesk, onPlaced: () => void): OrderRoute {
  const { manager } = desk.orders
  return {
    place(approved) {
      const placed = desk.place(approved)
      if (!placed.ok) return placed.reason
      onPlaced()
      return placed.value
    },
    cancel: id => desk.cancel(id).ok,
    replace: (id, approved) => desk.replace(id, approved).ok,
    find: id => manager.find(id),
    openOrders: index => manager.openOrders(index),
  }
}
