import type { QueueModel } from '../book/queue-model.ts'
import { passPrint, passTotal } from '../book/queue-place.ts'
import type { EventRecord } from '../market/event-record.ts'
import { BUY, opposite, SELL, type Side } from '../market/side.ts'
import type { FillCause } from '../order/fill.ts'
import type { SimMarket } from './sim-market.ts'
import { leavesOf, type VenueOrder } from './venue-order.ts'

/** Fills a resting order of ours at its own price. */
export type MakerFill = (
  market: SimMarket,
  order: VenueOrder,
  lots: number,
  cause: Omit<FillCause, 'record' | 'queueAtEntry'>,
) => void

/** The total at a price is about to change: our orders there may move up. The book still holds the total before. */
export function onLevelChanged(market: SimMarket, queue: QueueModel, side: Side, event: EventRecord): void {
  const { price, quantity } = event
  for (const order of market.orders(side)) {
    if (order.price !== price) continue
    const before = market.book.side(side).lotsAt(price)
    passTotal(order, queue, before, quantity)
  }
}

/** A print: it meets our orders at better prices first, then those at its price behind the lots ahead of them. */
export function onTrade(market: SimMarket, event: EventRecord, fill: MakerFill): void {
  const { price, quantity } = event
  const side = event.aggressorBuy ? SELL : BUY
  let left = quantity
  const orders = market.orders(side)
  for (let at = 0; at < orders.length && left > 0; ) {
    const order = orders[at]!
    const better = side * (order.price - price)
    if (better < 0) break
    const queueBefore = better > 0 ? 0 : order.ahead
    const lots = Math.min(leavesOf(order), Math.max(0, left - queueBefore))
    if (better === 0) passPrint(order, left)
    if (lots > 0) {
      left -= lots
      fill(market, order, lots, { trigger: better > 0 ? 'through' : 'trade', price, quantity, queueBefore })
    }
    // An order that was closed by its fill is gone from the list, and the next one stands in its place.
    if (orders[at] === order) at++
  }
}

/** The book is whole again after a message: whoever now stands at or through our price would have met us. */
export function onBookMoved(market: SimMarket, fill: MakerFill): void {
  for (const side of [BUY, SELL] as const) {
    const orders = market.orders(side)
    while (orders.length > 0 && market.crosses(side, orders[0]!.price)) if (!meet(market, orders[0]!, fill)) break
  }
}

/** @returns whether the order was filled whole, so that the next may be looked at */
function meet(market: SimMarket, order: VenueOrder, fill: MakerFill): boolean {
  const resting = opposite(order.side)
  const ladder = market.book.side(resting)
  const reaches = (price: number): boolean => Number.isFinite(price) && order.side * (order.price - price) >= 0
  for (let price = ladder.best; reaches(price); price = ladder.worse(price)) {
    const lots = Math.min(leavesOf(order), market.available(resting, price))
    if (lots === 0) continue
    const quantity = ladder.lotsAt(price)
    market.take(resting, price, lots)
    fill(market, order, lots, { trigger: 'crossing', price, quantity, queueBefore: order.ahead })
    if (leavesOf(order) === 0 || market.orders(order.side)[0] !== order) return true
  }
  return false
}
