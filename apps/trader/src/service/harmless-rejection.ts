import { MarketStatus } from '@velocimex/core/market/event-kind'
import type { OrderView } from '@velocimex/core/order/order'
import { EXHAUSTED } from '@velocimex/host/net/venue-rest'

/**
 * What the venues say to an order for a market that is not open: Binance spot and USD-M, Bybit linear and spot, OKX,
 * Kraken, Coinbase, Deribit. Some tell a halt to nobody who does not ask, so that orders are refused before it is known.
 */
const CLOSED =
  /market is closed|invalid symbol status|contract is not live|pair is not available|(contract|instrument) suspended|market in \w+ mode|order_entry_disabled|book_closed/i

/**
 * Whether an order was rejected though nothing is wrong: what would have taken and was told not to is how makers quote, what
 * came too soon for the venue's limits was never sent, and who wants to get out of a halted market is refused every time.
 *
 * @param status what the venue said last of the order's instrument, a number of `MarketStatus`
 */
export function isHarmless({ state, reason, request }: OrderView, status: number): boolean {
  if (state !== 'rejected') return false
  if (status > MarketStatus.trading || CLOSED.test(reason)) return true
  return reason === EXHAUSTED || (request.postOnly && /post.?only|maker/i.test(reason))
}

/** Whether an order was rejected in a way that may mean a halt which nobody has told yet. */
export const looksHalted = (order: OrderView): boolean =>
  order.state === 'rejected' && (CLOSED.test(order.reason) || !isHarmless(order, 0))
