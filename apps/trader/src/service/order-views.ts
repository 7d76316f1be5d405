import { formatOnGrid } from '@velocimex/core/market/grid'
import { sideName } from '@velocimex/core/market/side'
import type { OrderView } from '@velocimex/core/order/order'
import type { LiveAccount } from './live-account.ts'

/** An order as it is told to people and programs. Prices and quantities are decimal text. */
export function orderRow(order: OrderView, account: LiveAccount): object {
  const { symbol, price, quantity } = account.instruments.at(order.request.instrument)
  return {
    id: order.clientOrderId,
    venueOrderId: order.venueOrderId,
    symbol,
    side: sideName(order.request.side),
    state: order.state,
    price: order.price === undefined ? 'market' : formatOnGrid(order.price, price),
    quantity: formatOnGrid(order.quantity, quantity),
    filled: formatOnGrid(order.cumulative, quantity),
    queue: queueView(order, account),
    standing: account.strategies.standing(order) ?? null,
    strategy: order.request.strategy,
    created: new Date(order.createdAt / 1000).toISOString(),
    reason: order.reason,
  }
}

/** Where a resting order is thought to stand; null for one that does not rest. S2-OMS-33 */
function queueView(order: OrderView, { strategies, instruments }: LiveAccount): object | null {
  const place = strategies.placeOf(order.clientOrderId)
  if (place === undefined || order.price === undefined) return null
  const { instrument, side } = order.request
  const { quantity } = instruments.at(instrument)
  const level = strategies.books[instrument]!.side(side).lotsAt(order.price)
  const text = (lots: number): string => formatOnGrid(Math.round(lots), quantity)
  return {
    /** Quantity of others ahead of it, and how much there was when it came there. */
    ahead: text(place.ahead),
    entered: text(place.entered),
    /** All that the book shows at its price. */
    level: text(level),
    /** 0 is the front, 1 the back. */
    share: level === 0 ? 0 : Math.round((100 * place.ahead) / level) / 100,
  }
}
